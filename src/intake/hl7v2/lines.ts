/** A text taken apart into segments, whatever became of its line ends on the way. */

export interface Lines {
  readonly lines: readonly string[];
  /** Lines without a segment name, joined to the one before. */
  readonly rejoined: number;
  /** Segments that stood in the line of another one. */
  readonly glued: number;
}

const inSmallLetters = /^(?:msh|fhs|bhs|bts|fts|pid|pd1|pv1|orc|obr|obx|nte|spm|prt|zps)(?=[^A-Za-z0-9\s])/;
/** Frame bytes of MLLP, which stay at times when frames are written to a file, and the letters `<CR>`. */
const lineEndInDisguise = /[\u000b\u001c]|<CR>(?=\s*(?:[A-Z][A-Z0-9]{2}[^A-Za-z0-9\s]|[\r\n]|$))/g;
const segmentStart = /^[A-Z][A-Z0-9]{2}(?:[^A-Za-z0-9\s]|$)/;

/**
 * Lines that begin with a segment name, indented or not; other lines are joined to the one before, with a space. Segments
 * that lost the line end between them are parted again.
 */
export function readLines(text: string): Lines {
  const lines: string[] = [];
  let rejoined = 0;
  for (const raw of text.replaceAll(lineEndInDisguise, '\r').split(/\r\n|\r|\n/)) {
    if (raw.trim() === '') continue;
    const trimmed = raw.trimStart().replace(inSmallLetters, (name) => name.toUpperCase());
    const before = lines.at(-1);
    if (before === undefined || isSegment(trimmed, before)) lines.push(trimmed);
    else {
      lines[lines.length - 1] += ` ${raw}`;
      rejoined += 1;
    }
  }
  const parted = lines.length === 1 ? lines.flatMap(partMessage) : lines.flatMap(partObservations);
  return { lines: parted, rejoined, glued: parted.length - lines.length };
}

/** A name alone is not enough inside a text: the separator behind it must be the one of the line before. */
function isSegment(line: string, before: string): boolean {
  if (!segmentStart.test(line)) return false;
  if (/^(MSH|FHS|BHS)/.test(line)) return true;
  const separator = line[3];
  return separator === undefined || separator === before[3] || before.length === 3;
}

const names = 'MSH|SFT|PID|PD1|NK1|PV1|ORC|OBR|OBX|NTE|TQ1|SPM|BTS|FTS';

/** A whole message in one line: its line ends became blanks, nothing, or the letters `\r`. */
function partMessage(line: string): string[] {
  const separator = /^MSH([^A-Za-z0-9\s])/.exec(line)?.[1];
  if (separator === undefined) return [line];
  const s = `[${escaped(separator)}]`;
  const end = new RegExp(`(?:\\\\r\\\\n|\\\\[rn]|\\s{1,8}|(?<=${s}))(?=(?:${names})${s})`);
  return line.split(end).filter((part) => part !== '');
}

const valueTypes = 'NM|SN|ST|TX|FT|CE|CWE|CNE|ED|RP|DT|TM|TS|DTM|IS|ID';

/** An OBX that begins in the line of another segment: number and value type behind the name are no accident. */
function partObservations(line: string): string[] {
  if (!line.includes('OBX', 1)) return [line];
  const s = `[${escaped(line[3] ?? '|')}]`;
  return line.split(new RegExp(`(?=OBX${s}\\d*${s}(?:${valueTypes})${s})`)).filter((part) => part !== '');
}

/** For use in a character class. */
function escaped(character: string): string {
  return /[\\\]^-]/.test(character) ? `\\${character}` : character;
}
