/**
 * True for ten digits whose Luhn sum with the prefix 80840 fits (NPI check digit). Passing does not mean that the number
 * exists.
 */
export function npiOk(text: string): boolean {
  if (!/^[12]\d{9}$/.test(text)) return false;
  const sum = [...`80840${text}`].reverse().reduce((total, digit, at) => {
    const weighted = Number(digit) * (at % 2 === 1 ? 2 : 1);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}
