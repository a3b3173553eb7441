/** Where a number lies: in the interval sent with it (step 6), else in the library's (step 7). */
import { judgeByLibrary } from './intervals.js';
import { mildUrgency } from './mild.js';
import { place, type ParsedRange } from './range.js';
import type { RowReading } from './row-reading.js';
import type { Quantity } from './value.js';

/** Judges by one of the two. `quantity` and `range` are in the unit they were sent in. */
export function judgeNumber(reading: RowReading, quantity: Quantity, range: ParsedRange): void {
  if (range.kind === 'interval') judgeBySent(reading, quantity, range);
  else if (range.kind === 'inverted') reading.doubt('range-inverted', 'the range sent is upside down');
  else {
    // What the laboratory sent comes first; where it cannot be read, the library may raise but proves nothing.
    if (range.kind === 'text' && /\d/.test(range.text))
      reading.doubt('range-unread', `the interval sent (${range.text}) is not understood`);
    judgeByRule(reading);
  }
}

function judgeBySent(
  reading: RowReading,
  quantity: Quantity,
  { interval }: Extract<ParsedRange, { kind: 'interval' }>,
): void {
  const { row, flag } = reading;
  const where = place(quantity, interval);
  const sentence = `${reading.label} ${reading.shown}, interval sent ${(row.range ?? '').trim()}`;
  if (where === 'inside') reading.proof = sentence;
  else if (where === 'undecided')
    reading.doubt(
      'range-undecided',
      `it cannot be placed in the interval sent (${(row.range ?? '').trim()})`,
    );
  else {
    const contradiction = flag?.meaning === 'normal' ? `, although flagged ${row.flag}` : '';
    reading.raise(
      'abnormal',
      mildUrgency(reading),
      6,
      'sent-interval',
      `${sentence}: ${where}${contradiction}`,
    );
  }
  if ((where === 'above' && flag?.direction === 'low') || (where === 'below' && flag?.direction === 'high'))
    reading.doubt('flag-against-range', `flag ${row.flag} and the interval point in opposite directions`);
}

function judgeByRule(reading: RowReading): void {
  const { analyte, canonical, context } = reading;
  if (!analyte || !canonical) return;
  const answer = judgeByLibrary(canonical, analyte, context.patient, context.ruleSet.policy);
  const rule = `${analyte.id}-interval`;
  const sentence =
    `${reading.label} ${reading.shown}, ${reading.ruleWords(rule)}: ${answer.interval} ${analyte.unit ?? ''}`.trim();
  if (answer.place === 'below' || answer.place === 'above')
    reading.raise('abnormal', mildUrgency(reading), 7, rule, `${sentence}: ${answer.place}`);
  else if (answer.place === 'inside' && !answer.noProof) reading.proof = sentence;
  else if (answer.noProof) reading.doubts.push(answer.noProof);
  else reading.doubt('range-undecided', `it cannot be placed in the interval ${answer.interval}`);
}
