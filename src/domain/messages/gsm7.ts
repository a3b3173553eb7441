/** Length of a text as carriers count it: GSM-7 160 (153 when split), UCS-2 70 (67 when split). */

const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** These take an escape and so count twice. */
const extended = new Set('\f^{}\\[~]|€');

export interface TextSize {
  readonly encoding: 'gsm-7' | 'ucs-2';
  /** Septets in GSM-7, UTF-16 units in UCS-2. */
  readonly length: number;
  readonly segments: number;
}

export function isGsm7(text: string): boolean {
  return [...text].every((char) => basic.has(char) || extended.has(char));
}

/** Measures a text. A single character outside GSM-7 switches the whole text to UCS-2. */
export function measureText(text: string): TextSize {
  const isGsm = isGsm7(text);
  const widths = [...text].map((char) => (isGsm ? (extended.has(char) ? 2 : 1) : char.length));
  const length = widths.reduce((sum, width) => sum + width, 0);
  const [single, split] = isGsm ? [160, 153] : [70, 67];
  const encoding = isGsm ? 'gsm-7' : 'ucs-2';
  if (length <= single) return { encoding, length, segments: 1 };
  // A character is never cut in two between segments.
  let segments = 1;
  let filled = 0;
  for (const width of widths) {
    if (filled + width > split) {
      segments += 1;
      filled = 0;
    }
    filled += width;
  }
  return { encoding, length, segments };
}

const lookalikes: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‛': "'",
  '`': "'",
  '´': "'",
  ʼ: "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '–': '-',
  '—': '-',
  '‐': '-',
  '‑': '-',
  '…': '...',
  '\u00a0': ' ',
  '\t': ' ',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ı: 'i',
  œ: 'oe',
  Œ: 'OE',
  ð: 'd',
  þ: 'th',
  Þ: 'Th',
};

/**
 * Writes a name so that it fits GSM-7: `María` becomes `Maria`, `José` stays. What has no such form (other
 * scripts) is left as it is; the lint then refuses the text.
 */
export function foldToGsm7(text: string): string {
  return [...text.normalize('NFC')]
    .map((char) => {
      if (basic.has(char) || extended.has(char)) return char;
      const plain = lookalikes[char] ?? char.normalize('NFD').replace(/\p{M}/gu, '');
      return isGsm7(plain) ? plain : char;
    })
    .join('');
}
