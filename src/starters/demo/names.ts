/** Invented people. Family names are built from parts, so that no list has to name real ones. */

export const givenNames = {
  eng: {
    F: [
      'Ottoline',
      'Marigold',
      'Saffron',
      'Philippa',
      'Clementine',
      'Rosamund',
      'Beatrix',
      'Tamsin',
      'Verity',
    ],
    M: [
      'Barnaby',
      'Cornelius',
      'Fitzgerald',
      'Lysander',
      'Percival',
      'Thaddeus',
      'Ambrose',
      'Caspian',
      'Dorian',
    ],
  },
  spa: {
    F: ['Marisol', 'Esperanza', 'Guadalupe', 'Yolanda', 'Rosario', 'Milagros', 'Consuelo', 'Inés'],
    M: ['Evaristo', 'Fermin', 'Leandro', 'Anselmo', 'Joaquín', 'Baltasar', 'Crispin', 'Octavio'],
  },
} as const;

const familyParts = {
  eng: {
    first: [
      'Ashen',
      'Bramble',
      'Copper',
      'Dunning',
      'Elder',
      'Fennel',
      'Gilder',
      'Hazel',
      'Ivory',
      'Juniper',
    ],
    second: [
      'quist',
      'mere',
      'stane',
      'croft',
      'hollow',
      'wick',
      'thorpe',
      'vale',
      'garth',
      'lock',
      'fen',
      'rell',
    ],
  },
  spa: {
    first: ['Valde', 'Mira', 'Monte', 'Alba', 'Sola', 'Fuente', 'Torre', 'Campo'],
    second: ['rroz', 'llana', 'seca', 'verde', 'moral', 'blanca', 'nieve', 'zarza'],
  },
} as const;

/** Every family name of a language, each once. */
export function familyNames(language: 'eng' | 'spa'): string[] {
  const { first, second } = familyParts[language];
  return first.flatMap((a) => second.map((b) => `${a}${b}`));
}

/** Area codes whose 555-01xx numbers are kept for fiction. */
const areaCodes = [617, 781, 508, 978, 413, 774, 339, 857, 603, 401, 207, 802, 860, 203, 518, 315, 607, 585];

/** The `index`-th invented US number, E.164: 100 per area code. The first 20 belong to the practice. */
export function inventedPhone(index: number): string {
  const area = areaCodes[Math.floor(index / 100)];
  if (area === undefined)
    throw new RangeError('There are only 1800 invented phone numbers: ask for fewer results.');
  return `+1${area}55501${String(index % 100).padStart(2, '0')}`;
}
