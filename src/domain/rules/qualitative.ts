/** Qualitative results: normalise, then match the whole string (clinical-rules §4). Never a substring. */
import type { QualitativeLists, AnalyteRule } from './rule-set.js';

export type QualitativeReading = 'negative' | 'positive' | 'unclear' | 'not-performed' | 'unmatched';

/** Trimmed, lower case, single spaces, no trailing period or colon. */
export function normaliseText(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[‐-―−]/g, '-')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[\s.:]+$/, '');
}

/** Lists never change once a rule set is read, and every row is looked up in several of them. */
const known = new WeakMap<readonly string[], ReadonlySet<string>>();

function has(list: readonly string[], text: string): boolean {
  let entries = known.get(list);
  if (!entries) known.set(list, (entries = new Set(list.map(normaliseText))));
  return entries.has(text);
}

/** Any titer from 1:1 on is a reaction (`1:80`, `^1^:^80`); `<1:8` is left to a person. */
const titer = /^1\s*:\s*[1-9]\d*$/;

/** Structured numerics that are words: `^2^+` is "2+", `^1^:^80` is "1:80". */
function unstructured(value: string): string {
  return value.trim().replace(/^=?\^?(\d+)\^(\+|:)\^?(\d*)\^*$/, '$1$2$3');
}

function readPart(
  text: string,
  lists: QualitativeLists,
  own: AnalyteRule['qualitative'],
): QualitativeReading {
  if (own && has(own.positive, text)) return 'positive';
  if (own && has(own.negative, text)) return 'negative';
  if (has(lists.notPerformed, text)) return 'not-performed';
  if (has(lists.unclear, text)) return 'unclear';
  if (has(lists.positive, text)) return 'positive';
  // The common list reads what no rule knows; normal for this very test is only what its own signed list says.
  if (has(lists.negative, text)) return own ? 'unmatched' : 'negative';
  if (own && titer.test(text)) return 'positive';
  return 'unmatched';
}

const worst: readonly QualitativeReading[] = [
  'unmatched',
  'negative',
  'not-performed',
  'unclear',
  'positive',
];

/**
 * Reads a text value. A coded value (`260373001^Detected^SCT`) is read part by part; when code and text
 * disagree, or a part beside a negative one is unknown, the answer is never `negative`.
 */
export function readQualitative(
  value: string,
  lists: QualitativeLists,
  own: AnalyteRule['qualitative'],
): QualitativeReading {
  const systems = ['sct', 'l', 'ln', 'hl70078', 'snomed ct', 'http://snomed.info/sct'];
  const parts = unstructured(value)
    .split('^')
    .map(normaliseText)
    .filter((part) => part !== '' && !systems.includes(part));
  const readings = parts.map((part) => readPart(part, lists, own));
  if (readings.length === 0) return 'unmatched';
  const top = readings.reduce((a, b) => (worst.indexOf(b) > worst.indexOf(a) ? b : a));
  if (top === 'negative' && readings.includes('unmatched')) return 'unmatched';
  return top;
}
