/** Signed limits of an analyte, compared exactly in any accepted unit (step 4). */
import type { ClassifiablePatient } from './classification.js';
import { exactOf, type Exact } from './decimal.js';
import { isChild } from './intervals.js';
import { mayLieIn, type Interval } from './range.js';
import type { AnalyteRule, LimitRule } from './rule-set.js';
import { acceptUnit, convert } from './unit.js';
import type { Quantity } from './value.js';

function limitInCanonicalUnit(limit: LimitRule, analyte: AnalyteRule): Exact {
  const unit = acceptUnit(analyte, limit.unit);
  return unit ? convert(exactOf(limit.value), unit) : exactOf(limit.value);
}

export function beyond(operator: LimitRule['operator'], value: Exact): Interval {
  const bound = { value, inclusive: operator.endsWith('=') };
  return operator.startsWith('<') ? { low: null, high: bound } : { low: bound, high: null };
}

/** Limits the value reaches, or may reach when a comparator leaves it open (the worse answer counts). */
export function crossedLimits(canonical: Quantity, analyte: AnalyteRule): LimitRule[] {
  return analyte.limits.filter((limit) =>
    mayLieIn(canonical, beyond(limit.operator, limitInCanonicalUnit(limit, analyte))),
  );
}

/** Limits for adults do not set a tier in a child; they call a person instead (§3.4). Unknown age counts as adult. */
export function appliesTo(limit: LimitRule, patient: ClassifiablePatient | null): boolean {
  return !isChild(patient) || (patient?.ageYears ?? 0) >= limit.minAgeYears;
}
