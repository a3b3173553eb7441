/** Signed limits of an analyte and of a patient, compared exactly in any accepted unit (step 4). */
import type { ClassifiablePatient } from './classification.js';
import { exactOf, type Exact } from './decimal.js';
import { showConverted, type AcceptedNumber } from './acceptance.js';
import { isChild } from './intervals.js';
import { mayLieIn, type Interval } from './range.js';
import { patientLimitsFor } from './patient-limit.js';
import type { RowReading } from './row-reading.js';
import type { AnalyteRule, LimitRule } from './rule-set.js';
import { acceptUnit, convert } from './unit.js';
import { showQuantity, type Quantity } from './value.js';

/** A number of a rule in the analyte's own unit. */
export function inCanonicalUnit(value: string, unit: string, analyte: AnalyteRule): Exact {
  const accepted = acceptUnit(analyte, unit);
  return accepted ? convert(exactOf(value), accepted) : exactOf(value);
}

export function beyond(operator: LimitRule['operator'], value: Exact): Interval {
  const bound = { value, inclusive: operator.endsWith('=') };
  return operator.startsWith('<') ? { low: null, high: bound } : { low: bound, high: null };
}

/** Whether the value reaches the limit, or may reach it when a comparator leaves that open (the worse answer counts). */
export function reaches(
  canonical: Quantity,
  { operator, value, unit }: Pick<LimitRule, 'operator' | 'value' | 'unit'>,
  analyte: AnalyteRule,
): boolean {
  return mayLieIn(canonical, beyond(operator, inCanonicalUnit(value, unit, analyte)));
}

/** Limits for adults do not set a tier in a child; they call a person instead (§3.4). Unknown age counts as adult. */
export function appliesTo(limit: LimitRule, patient: ClassifiablePatient | null): boolean {
  return !isChild(patient) || (patient?.ageYears ?? 0) >= limit.minAgeYears;
}

/**
 * Step 4. In doubt about the number itself, a crossed limit calls a person the same day, and nothing signed for the
 * patient takes it away. Limits signed for the patient (L46) replace the practice's, never the laboratory's flag.
 */
export function applyLimits(
  reading: RowReading,
  { readings, unit, doubt }: AcceptedNumber,
  sent: Quantity,
  analyte: AnalyteRule,
): void {
  const { patient, patientLimits, now } = reading.context;
  const ofPatient = patientLimitsFor(analyte, patientLimits, now);
  const limits = [
    ...analyte.limits.map((limit) => ({ limit, words: reading.ruleWords(limit.id) })),
    ...ofPatient.own.map(({ limit, words }) => ({ limit, words: `limit ${words}` })),
  ];
  for (const { limit, words } of limits) {
    const reached = readings.find((one) => reaches(one, limit, analyte));
    if (!reached) continue;
    const shown = unit ? showConverted(reading.row, reached, sent, unit, analyte) : showQuantity(sent);
    const sentence = `${analyte.short} ${shown} ${limit.operator} ${limit.value} ${limit.unit}, ${words}`;
    const refused = ofPatient.refused.get(limit.id);
    if (refused !== undefined) reading.mark(4, 'patient-limit-refused', `${analyte.short}: ${refused}`);
    const replacement = ofPatient.replaced.get(limit.id);
    if (doubt !== null)
      reading.raise('review', 'same-day', 4, limit.id, `${sentence}, if the number is right`);
    else if (replacement !== undefined)
      reading.mark(4, limit.id, `${sentence}, does not count: replaced by a limit ${replacement}`);
    else if (!appliesTo(limit, patient))
      reading.raise('review', 'same-day', 4, limit.id, `${sentence}, a limit for adults`);
    else reading.raise(limit.tier, limit.urgency, 4, limit.id, sentence);
  }
}
