/** Text results, by whole strings (step 8), and what a text range says of them (step 6). */
import { heedComment } from './laboratory-word.js';
import { readQualitative } from './qualitative.js';
import type { RowReading } from './row-reading.js';

/** Judges a text value. `not-performed` when it says that there is no result. */
export function judgeText(reading: RowReading, text: string): 'performed' | 'not-performed' {
  const own = reading.analyte?.qualitative ?? null;
  const lists = reading.context.ruleSet.qualitative;
  const answer = readQualitative(text, lists, own);
  if (answer === 'not-performed') return answer;
  const rule = `${reading.analyte?.id ?? 'text'}-qualitative`;
  const sentence = `${reading.label} ${text}, ${reading.ruleWords(rule)}`;
  if (answer === 'positive')
    reading.raise(own?.positiveTier ?? 'review', own?.positiveUrgency ?? 'standard', 8, rule, sentence);
  else if (answer === 'negative' && own?.negativeIsNormal) reading.proof = sentence;
  else if (answer === 'negative' && own)
    reading.doubt('answer-never-normal', 'no answer of this test is normal by itself');
  else if (own) reading.doubt('text-unlisted', `“${text}” is not on the signed list of normal answers`);
  else reading.doubt('text-unexpected', `“${text}” is text where a number is expected or no rule reads it`);
  if (answer === 'unmatched' || answer === 'unclear') heedComment(reading, text);
  compareWithRange(reading, text, answer);
  return 'performed';
}

/** A text range (`Non Reactive`) is compared as a whole: it can raise and contradict, never prove. */
function compareWithRange(reading: RowReading, text: string, answer: string): void {
  const range = (reading.row.range ?? '').trim();
  if (range === '') return;
  const own = reading.analyte?.qualitative ?? null;
  const lists = reading.context.ruleSet.qualitative;
  const byOwn = readQualitative(range, lists, own);
  const expected = byOwn === 'unmatched' ? readQualitative(range, lists, null) : byOwn;
  const sentence = `${reading.label} ${text}, expected by the laboratory: ${range}`;
  if (expected === 'negative' && answer === 'positive')
    reading.raise('abnormal', 'standard', 6, 'sent-interval', sentence);
  else if (expected === 'positive' && answer === 'negative')
    reading.doubt('text-against-range', `the laboratory expects ${range}`);
}
