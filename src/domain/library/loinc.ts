/**
 * LOINC check digit (mod 10, weight 2 on the rightmost digit of the stem). An error for codes we author,
 * only a warning for codes we receive: a few deprecated LOINC codes fail it.
 */
export function loincOk(code: string): boolean {
  const match = /^(\d{1,7})-(\d)$/.exec(code);
  if (!match?.[1] || !match[2]) return false;
  let sum = 0;
  [...match[1]].reverse().forEach((digit, at) => {
    const weighted = Number(digit) * (at % 2 === 0 ? 2 : 1);
    sum += weighted > 9 ? weighted - 9 : weighted;
  });
  return (10 - (sum % 10)) % 10 === Number(match[2]);
}
