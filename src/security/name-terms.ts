const PREFIX_LETTERS = 3;

/** Letters that Unicode does not decompose, but people type without their mark. */
const FOLDED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
};

/**
 * One word of a name as it is compared: compatibility-decomposed (NFKD), lower case, accents and everything
 * that is neither letter nor digit removed. `Núñez` → `nunez`, `O’Brien` → `obrien`.
 */
export function normaliseTerm(word: string): string {
  return word
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/[ßæœøđðłþı]/gu, (letter) => FOLDED[letter] ?? letter);
}

/**
 * The terms a full name can be found by: each word (split at spaces, hyphens, commas and the like, not at
 * apostrophes) and each word's first three letters. Without repeats.
 */
export function nameTerms(fullName: string): string[] {
  const words = fullName.split(/[\s\p{Pd}.,;/()_]+/u).map(normaliseTerm);
  const terms = new Set<string>();
  for (const word of words) {
    if (word === '') continue;
    terms.add(word);
    const letters = [...word];
    if (letters.length > PREFIX_LETTERS) terms.add(letters.slice(0, PREFIX_LETTERS).join(''));
  }
  return [...terms];
}
