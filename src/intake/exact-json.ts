/** JSON as it was written: a laboratory's `6.30` has two decimals, and a binary float has not. */

export type JsonText =
  | {
      readonly ok: true;
      readonly values: readonly unknown[];
      readonly isGuess: boolean;
      /** A name stands twice in one object; a reader sees only one of the two values. */
      readonly isAmbiguous: boolean;
    }
  | { readonly ok: false; readonly why: 'empty' | 'xml' | 'not-json' };

const quote = 0x22;
const backslash = 0x5c;

/**
 * Reads JSON, or one JSON value a line, with every number as the text it was written in. `isGuess` = the bytes were not
 * valid UTF-8 and were read as windows-1252. Never throws.
 */
export function readExactJson(bytes: Uint8Array): JsonText {
  const { text, isGuess } = decodeText(bytes);
  const trimmed = text.trim();
  if (trimmed === '') return { ok: false, why: 'empty' };
  if (trimmed.startsWith('<')) return { ok: false, why: 'xml' };
  const whole = parse(trimmed);
  if (whole) return { ok: true, values: [whole.value], isGuess, isAmbiguous: repeatsNames(trimmed) };
  const lines = trimmed.split(/\r?\n/).filter((line) => line.trim() !== '');
  const values = lines.length > 1 ? lines.map((line) => parse(line)) : [null];
  const read = values.filter((one) => one !== null);
  return read.length === values.length
    ? { ok: true, values: read.map((one) => one.value), isGuess, isAmbiguous: lines.some(repeatsNames) }
    : { ok: false, why: 'not-json' };
}

/** UTF-16 by its mark, or by the zero that it puts beside each letter; `null` = it is none. */
export function wideEncoding([a, b]: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if ((a === 0xff && b === 0xfe) || (a !== undefined && a !== 0 && b === 0)) return 'utf-16le';
  return (a === 0xfe && b === 0xff) || (a === 0 && b !== undefined && b !== 0) ? 'utf-16be' : null;
}

/** Text of a message file: byte-order marks are obeyed and dropped; bytes that are no UTF-8 are windows-1252. */
export function decodeText(bytes: Uint8Array): { readonly text: string; readonly isGuess: boolean } {
  const wide = wideEncoding(bytes);
  if (wide) return { text: new TextDecoder(wide).decode(bytes), isGuess: false };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isGuess: false };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), isGuess: true };
  }
}

function parse(text: string): { readonly value: unknown } | null {
  try {
    // The first pass is the judge of what is JSON; numbers are quoted only in what passed.
    JSON.parse(text);
    return { value: JSON.parse(quoteNumbers(text)) };
  } catch {
    return null;
  }
}

/** Puts every number of a valid JSON text in quotes. */
function quoteNumbers(json: string): string {
  const parts: string[] = [];
  let copied = 0;
  let at = 0;
  while (at < json.length) {
    const char = json.charCodeAt(at);
    if (char === quote) at = afterString(json, at);
    else if (char === 0x2d || isDigit(char)) {
      const end = afterNumber(json, at);
      parts.push(json.slice(copied, at), '"', json.slice(at, end), '"');
      copied = at = end;
    } else at += 1;
  }
  parts.push(json.slice(copied));
  return parts.join('');
}

/** True when an object of a valid JSON text has a name twice. */
function repeatsNames(json: string): boolean {
  const open: Set<string>[] = [];
  let at = 0;
  while (at < json.length) {
    const char = json[at];
    if (char === '{') open.push(new Set());
    else if (char === '}') open.pop();
    else if (char === '"') {
      const end = afterString(json, at);
      let next = end;
      while (/\s/.test(json[next] ?? '')) next += 1;
      if (json[next] === ':') {
        const names = open.at(-1);
        const name = json.slice(at, end);
        if (names?.has(name)) return true;
        names?.add(name);
      }
      at = end;
      continue;
    }
    at += 1;
  }
  return false;
}

function afterString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    const char = json.charCodeAt(at);
    if (char === backslash) at += 1;
    else if (char === quote) return at + 1;
  }
  return json.length;
}

function afterNumber(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && /[\d.eE+-]/.test(json.charAt(at))) at += 1;
  return at;
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}
