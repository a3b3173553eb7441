import { wideEncoding } from '../exact-json.js';
import type { IntakeWarning } from '../received.js';
import { standardDelimiters, type Delimiters } from './delimiters.js';
import { readLines } from './lines.js';
import { Segment } from './segment.js';
import { warn } from './warnings.js';

/** One message: everything from an MSH to the next. The first segment is the MSH. */
export interface Hl7Message {
  readonly segments: readonly Segment[];
}

export interface ParsedHl7 {
  readonly messages: readonly Hl7Message[];
  /** What stands before any MSH, envelopes apart: it belongs to nothing. */
  readonly loose: readonly Segment[];
  readonly warnings: readonly IntakeWarning[];
}

const envelope = new Set(['FHS', 'BHS', 'BTS', 'FTS']);

/**
 * Takes bytes apart into HL7 v2 messages, 2.1 to 2.8: any line end, byte-order mark or charset, delimiters of each MSH,
 * batches, messages one after another. A line without a segment name is the rest of the line before it. Never throws,
 * and keeps every line.
 */
export function parseHl7(bytes: Uint8Array): ParsedHl7 {
  const warnings: IntakeWarning[] = [];
  const { text, isGuess } = decode(bytes);
  if (isGuess) warnings.push(warn('charset-guessed'));
  const messages: Segment[][] = [];
  const loose: Segment[] = [];
  let current = loose;
  let delimiters = standardDelimiters;
  let announced: number | null = null;
  const { lines, rejoined, glued } = readLines(text);
  for (const line of lines) {
    const id = line.slice(0, 3);
    if (id === 'MSH' || id === 'FHS' || id === 'BHS') {
      const read = readDelimiters(line);
      delimiters = read?.delimiters ?? delimiters;
      if (read?.isDoubtful && id === 'MSH') warnings.push(warn('delimiters-doubtful'));
    }
    const segment = new Segment(id, splitFields(line, delimiters), delimiters);
    if (id === 'MSH') messages.push((current = [segment]));
    else if (id === 'BTS') announced = (announced ?? 0) + (Number(segment.raw(1)) || 0);
    else if (!envelope.has(id)) current.push(segment);
  }
  if (rejoined > 0) warnings.push(warn('line-rejoined', rejoined));
  if (glued > 0) warnings.push(warn('segment-glued', glued));
  if (announced !== null && announced > 0 && announced !== messages.length)
    warnings.push(warn('batch-count-differs'));
  return { messages: messages.map((segments) => ({ segments })), loose, warnings };
}

/** The message as bytes that {@link parseHl7} reads as the same message. */
export function writeHl7({ segments }: Hl7Message): Uint8Array {
  return new TextEncoder().encode(segments.map((segment) => `${segment.toString()}\r`).join(''));
}

/** The characters of MSH-1 and MSH-2. Where one stands for two things it cannot be told apart: the usual ones are taken. */
function readDelimiters(line: string): { delimiters: Delimiters; isDoubtful: boolean } | null {
  const field = line[3];
  if (field === undefined || /[A-Za-z0-9\s]/.test(field)) return null;
  const encoding = line.slice(4).split(field, 1)[0] ?? '';
  const { component, repetition, escape, subcomponent } = standardDelimiters;
  const delimiters: Delimiters = {
    field,
    component: encoding[0] ?? component,
    repetition: encoding[1] ?? repetition,
    escape: encoding[2] ?? escape,
    subcomponent: encoding[3] ?? subcomponent,
    truncation: encoding[4] ?? null,
  };
  const { component: c, repetition: r, escape: e, subcomponent: s } = delimiters;
  if (new Set([field, c, r, e, s]).size === 5) return { delimiters, isDoubtful: false };
  return { delimiters: { ...standardDelimiters, field }, isDoubtful: true };
}

/** Field n of the standard is index n. MSH-1 is the separator itself. */
function splitFields(line: string, { field }: Delimiters): string[] {
  const parts = line.split(field);
  return /^(MSH|FHS|BHS)/.test(line) && line[3] === field
    ? [parts[0] ?? '', field, ...parts.slice(1)]
    : parts;
}

const labels: Readonly<Record<string, string>> = {
  '8859/1': 'windows-1252',
  '8859/2': 'iso-8859-2',
  '8859/5': 'iso-8859-5',
  '8859/7': 'iso-8859-7',
  '8859/9': 'windows-1254',
  '8859/15': 'iso-8859-15',
  ASCII: 'windows-1252',
};

/** UTF-16 by its mark, else strict UTF-8, else what MSH-18 says, else windows-1252 (reference §2). */
function decode(bytes: Uint8Array): { text: string; isGuess: boolean } {
  const wide = wideEncoding(bytes);
  if (wide) return { text: new TextDecoder(wide).decode(bytes), isGuess: false };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isGuess: false };
  } catch {
    const text = new TextDecoder('windows-1252').decode(bytes);
    const header = /MSH([^A-Za-z0-9\s])[^\r\n]*/.exec(text);
    const declared =
      header?.[0]
        .split(header[1] ?? '|')[17]
        ?.split(/[~^]/)[0]
        ?.trim()
        .toUpperCase() ?? '';
    const label = labels[declared];
    if (label === undefined) return { text, isGuess: true };
    return { text: new TextDecoder(label).decode(bytes), isGuess: false };
  }
}
