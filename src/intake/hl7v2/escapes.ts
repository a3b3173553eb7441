import type { Delimiters } from './delimiters.js';

const formatting: Readonly<Record<string, string>> = {
  br: '\n',
  ce: '\n',
  sp: '\n',
  fi: '',
  nf: '',
  in: '',
  ti: '',
};

/**
 * Decodes the escapes of a field once, after it was split; then HTML entities, which some engines leave. Unknown and
 * local escapes stay as written, and so does a text with an odd number of escape characters: it was not meant as one.
 */
export function unescapeHl7(text: string, delimiters: Delimiters): string {
  const decoded = text.includes(delimiters.escape) ? decodeAll(text, delimiters) : text;
  return decoded.includes('&') ? decodeEntities(decoded) : decoded;
}

function decodeAll(text: string, delimiters: Delimiters): string {
  const parts = text.split(delimiters.escape);
  if (parts.length % 2 === 0) return text;
  return parts.map((part, at) => (at % 2 === 0 ? part : decode(part, delimiters))).join('');
}

function decode(code: string, delimiters: Delimiters): string {
  switch (code) {
    case 'F':
      return delimiters.field;
    case 'S':
      return delimiters.component;
    case 'T':
      return delimiters.subcomponent;
    case 'R':
      return delimiters.repetition;
    case 'E':
      return delimiters.escape;
    case 'P':
      return delimiters.truncation ?? '#';
    case 'H':
    case 'N':
      return '';
  }
  const command = /^\.(br|ce|sp|fi|nf|in|ti)\s*[+-]?\d*$/.exec(code)?.[1];
  if (command !== undefined) return formatting[command] ?? '';
  if (/^X(?:[0-9a-f]{2})+$/i.test(code)) {
    const text = new TextDecoder('windows-1252').decode(Buffer.from(code.slice(1), 'hex'));
    return text.replaceAll(/\r\n|\r/g, '\n');
  }
  return `${delimiters.escape}${code}${delimiters.escape}`;
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  micro: 'µ',
};

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{2,6})|#x([0-9a-f]{2,5})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return named[name.toLowerCase()] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : parseInt(String(hex), 16);
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}
