/** Changes since the patient's last final value (clinical-rules §5, step 9). They only raise. */
import type { EpochMs } from '../result/report.js';
import type { PreviousValue } from './classification.js';
import { exact, exactOf, show, type Exact, type LimitOperator } from './decimal.js';
import { beyond, inCanonicalUnit, reaches } from './limits.js';
import { patientLimitsFor } from './patient-limit.js';
import { mayLieIn } from './range.js';
import type { RowReading } from './row-reading.js';
import type { AnalyteRule, DeltaRule } from './rule-set.js';
import { acceptUnit, convert } from './unit.js';
import { showQuantity } from './value.js';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

interface Earlier {
  /** Of `<0.01` the bound: a rise from it is at least as large as it looks. */
  readonly number: Exact;
  readonly comparator: LimitOperator | null;
  readonly ageMs: number;
}

/** The last value before `takenAt`, in the rule's unit. One whose unit or number is unknown compares with nothing. */
function lastValue(
  analyte: AnalyteRule,
  previous: readonly PreviousValue[],
  takenAt: EpochMs | null,
): Earlier | null {
  if (takenAt === null) return null;
  const [last] = previous
    .filter((one) => one.analyteId === analyte.id && one.at < takenAt)
    .sort((a, b) => b.at - a.at);
  const number = last ? exact(last.value) : null;
  const unit = last ? acceptUnit(analyte, last.unit) : null;
  return last && number && unit
    ? { number: convert(number, unit), comparator: last.comparator ?? null, ageMs: takenAt - last.at }
    : null;
}

/** The number from which on the change counts; `null` where a percentage of nothing is meant. */
function threshold(
  rule: DeltaRule,
  direction: 'up' | 'down',
  from: Exact,
  analyte: AnalyteRule,
): Exact | null {
  const { kind, value, unit } = rule.amount;
  if (kind === 'percent' && from.isZero()) return null;
  const zero = from.times(0);
  const change =
    kind === 'percent'
      ? from.abs().times(exactOf(value)).div(100)
      : // Without the offset of the unit: 10 mmol/mol more is 0.9148 % more.
        inCanonicalUnit(value, unit ?? '', analyte).minus(inCanonicalUnit(show(zero), unit ?? '', analyte));
  return direction === 'up' ? from.plus(change) : from.minus(change);
}

/** Step 9 for one row: every delta rule that its change reaches, and the factor of a mistaken unit. */
export function applyDeltas(reading: RowReading): void {
  const { analyte, canonical } = reading;
  if (!analyte || !canonical) return;
  const { previous, takenAt, patientLimits, now } = reading.context;
  const earlier = lastValue(analyte, previous, takenAt);
  if (!earlier) return;
  const { replaced } = patientLimitsFor(analyte, patientLimits, now);
  for (const rule of analyte.deltas) {
    if (earlier.ageMs > rule.withinDays * dayMs) continue;
    const directions = rule.direction === 'any' ? (['up', 'down'] as const) : [rule.direction];
    const isReached = directions.some((direction) => {
      const from = threshold(rule, direction, earlier.number, analyte);
      const operator = `${direction === 'up' ? '>' : '<'}${rule.amount.inclusive ? '=' : ''}` as const;
      return from !== null && mayLieIn(canonical, beyond(operator, from));
    });
    if (!isReached || (rule.andValue && !reaches(canonical, rule.andValue, analyte))) continue;
    const unit = analyte.unit ?? '';
    const sentence =
      `${analyte.short} ${showQuantity(canonical)} ${unit}, ${earlier.comparator ?? ''}${show(earlier.number)} ${unit} ` +
      `${ageWords(earlier.ageMs)} earlier: ${rule.text}, ${reading.ruleWords(rule.id)}`;
    const replacement = replaced.get(rule.id);
    if (replacement === undefined) reading.raise(rule.tier, rule.urgency, 9, rule.id, sentence);
    else reading.mark(9, rule.id, `${sentence}, does not count: replaced by a limit ${replacement}`);
  }
  suspectUnit(reading, earlier);
}

function ageWords(ms: number): string {
  return ms < 3 * dayMs ? `${Math.round(ms / hourMs)} h` : `${Math.round(ms / dayMs)} days`;
}

/** Ratios that a mistaken unit makes: a decimal place, molar glucose, molar creatinine, a metric prefix (§2.11 rule 3). */
const factors = ['10', '18', '88.4', '1000'].map(exactOf);
const tolerance = exactOf('0.02');

function suspectUnit(reading: RowReading, earlier: Earlier): void {
  const { canonical } = reading;
  if (!canonical || canonical.comparator !== null || canonical.to || earlier.number.lte(0)) return;
  if (canonical.number.lte(0) || earlier.comparator !== null) return;
  const up = canonical.number.div(earlier.number);
  const ratio = up.gte(1) ? up : earlier.number.div(canonical.number);
  const factor = factors.find((one) => ratio.minus(one).abs().lte(one.times(tolerance)));
  if (!factor) return;
  const sentence = `${reading.label} ${reading.shown} is ${show(factor)} times away from the last value: is the unit right?`;
  reading.raise('review', 'standard', 9, 'unit-suspected', sentence, ['unit-against-last-value']);
}
