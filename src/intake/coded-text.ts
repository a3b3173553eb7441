/** A coded answer says the same thing several times; where the parts differ, the worst counts. */
import { starterQualitativeLists } from '../domain/library/qualitative-lists.js';
import { starterRules } from '../domain/library/starter-rules.js';
import { normaliseText, readQualitative, type QualitativeReading } from '../domain/rules/qualitative.js';

/** How bad an answer reads; `unmatched` is no answer that anything follows from. */
const worst: readonly QualitativeReading[] = [
  'unmatched',
  'negative',
  'not-performed',
  'unclear',
  'positive',
];

function rankOf(text: string): number {
  return worst.indexOf(readQualitative(text, starterQualitativeLists, null));
}

/** What is a normal answer of some test: "Yellow", "Normal flora". */
const normalOfSomeTest = new Set(
  starterRules.analytes.flatMap(({ qualitative }) => (qualitative?.negative ?? []).map(normaliseText)),
);

const deniesInWords = /\b(no|not|non|none|neg|negative|nonreactive|undetected|absent|normal|without)\b/i;

/** Words that are no answer of any list, and deny nothing: the name of what was found. */
function namesSomething(text: string): boolean {
  return rankOf(text) === 0 && /[a-z]{3}/i.test(text) && !deniesInWords.test(text);
}

/**
 * The parts that contradict what is printed: "Detected" or the name of an organism beside "Not detected". Beside a printed
 * organism or number nothing contradicts: no rule takes that for a normal answer.
 */
export function contradicting(printed: string, parts: readonly string[]): string[] {
  const own = rankOf(printed);
  const isNormalAnswer = normalOfSomeTest.has(normaliseText(printed));
  if (own === 0 && !isNormalAnswer) return [];
  const negative = worst.indexOf('negative');
  return parts.filter(
    (part) => rankOf(part) > Math.max(own, negative) || (own === negative && namesSomething(part)),
  );
}
