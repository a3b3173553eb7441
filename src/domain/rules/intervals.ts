/** Which interval a value is judged by: the one sent, else the library's where sex, age and pregnancy allow it. */
import type { ClassifiablePatient } from './classification.js';
import { exactOf } from './decimal.js';
import { place, type Interval, type Place } from './range.js';
import type { AnalyteRule, RuleSet } from './rule-set.js';
import type { Quantity } from './value.js';

export const adultFromYears = 18;

export function isChild(patient: ClassifiablePatient | null): boolean {
  return patient?.ageYears !== null && patient?.ageYears !== undefined && patient.ageYears < adultFromYears;
}

function toInterval({ low, high }: AnalyteRule['intervals'][number]): Interval {
  return {
    low: low && { value: exactOf(low.value), inclusive: low.inclusive },
    high: high && { value: exactOf(high.value), inclusive: high.inclusive },
  };
}

export function showInterval({ low, high }: Interval): string {
  if (low && high) return `${low.value.toFixed()} to ${high.value.toFixed()}`;
  if (high) return `${high.inclusive ? '≤' : '<'}${high.value.toFixed()}`;
  return low ? `${low.inclusive ? '≥' : '>'}${low.value.toFixed()}` : 'none';
}

export interface LibraryAnswer {
  readonly place: Place | 'none';
  readonly interval: string;
  /** Why an inside value is still no proof of normality; `null` when it is. */
  readonly noProof: string | null;
}

/**
 * Judges by the library's adult intervals (step 7). Never used for children and in pregnancy. With unknown sex
 * a sex-specific interval can only raise; the same goes for unknown age and unknown pregnancy (§2.10).
 */
export function judgeByLibrary(
  quantity: Quantity,
  analyte: AnalyteRule,
  patient: ClassifiablePatient | null,
  policy: RuleSet['policy'],
): LibraryAnswer {
  const none = (noProof: string): LibraryAnswer => ({ place: 'none', interval: 'none', noProof });
  if (isChild(patient)) return none('no interval was sent and adult intervals do not apply under 18');
  if (patient?.pregnant === true)
    return none('no interval was sent and adult intervals do not apply in pregnancy');
  const sex = patient?.sex ?? null;
  const general = analyte.intervals.filter((one) => one.sex === null || one.sex === sex);
  const chosen = general.length > 0 ? general : sex === null ? analyte.intervals : [];
  if (chosen.length === 0) return none('no interval was sent and no rule has one');

  const intervals = chosen.map(toInterval);
  const places = intervals.map((interval) => place(quantity, interval));
  const [first] = places;
  const agreed = first !== undefined && places.every((one) => one === first) ? first : 'undecided';
  return { place: agreed, interval: intervals.map(showInterval).join(' or '), noProof: whyNoProof() };

  function whyNoProof(): string | null {
    if (!patient) return 'the patient is not known';
    if (general.length === 0) return 'the interval depends on sex, which is not known';
    if (patient.ageYears === null) return 'the interval is for adults and the age is not known';
    const { minAgeYears, maxAgeYears } = policy.pregnancyPossible;
    const mayBePregnant = sex !== 'M' && patient.ageYears >= minAgeYears && patient.ageYears <= maxAgeYears;
    if (mayBePregnant && patient.pregnant === null) {
      return 'no interval was sent and it is not known whether the patient is pregnant';
    }
    return null;
  }
}
