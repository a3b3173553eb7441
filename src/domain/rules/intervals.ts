/** The library's interval for a patient, where sex, age and pregnancy allow one (step 7). */
import type { ClassifiablePatient } from './classification.js';
import { exactOf } from './decimal.js';
import type { Doubt } from './doubt.js';
import { place, type Interval, type Place } from './range.js';
import type { AnalyteRule, IntervalRule, RuleSet } from './rule-set.js';
import type { Quantity } from './value.js';

export const adultFromYears = 18;

export function isChild(patient: ClassifiablePatient | null): boolean {
  return patient?.ageYears !== null && patient?.ageYears !== undefined && patient.ageYears < adultFromYears;
}

function toInterval({ low, high }: IntervalRule): Interval {
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
  readonly noProof: Doubt | null;
}

/** Whether an interval is written for this age; `null` = the age is not known. */
function fitsAge({ ages }: IntervalRule, ageYears: number | null): boolean | null {
  if (ageYears === null) return null;
  const completed = Math.floor(ageYears);
  if (ages === null) return completed >= adultFromYears;
  return completed >= ages.minYears && (ages.maxYears === null || completed <= ages.maxYears);
}

/**
 * The intervals that may hold for the patient. A band of ages outranks an interval for all adults. Of an unknown
 * age or sex all stay that it leaves open, the ones for all adults before bands.
 */
function candidates(analyte: AnalyteRule, patient: ClassifiablePatient | null): readonly IntervalRule[] {
  const { sex = null, ageYears = null, pregnant = null } = patient ?? {};
  const ofPregnancy = analyte.intervals.filter((one) => (one.pregnant === true) === (pregnant === true));
  const ofAge = ofPregnancy.filter((one) => fitsAge(one, ageYears) !== false);
  const ofSex = ofAge.filter((one) => one.sex === null || one.sex === sex);
  const left = ofSex.length > 0 ? ofSex : sex === null ? ofAge : [];
  const banded = left.filter((one) => one.ages !== null);
  const forAdults = left.filter((one) => one.ages === null);
  const [preferred, other] = ageYears === null ? [forAdults, banded] : [banded, forAdults];
  return preferred.length > 0 ? preferred : other;
}

function whyNone(analyte: AnalyteRule, patient: ClassifiablePatient | null): string {
  if (analyte.intervals.length > 0 && isChild(patient))
    return 'no interval was sent and adult intervals do not apply under 18';
  if (analyte.intervals.length > 0 && patient?.pregnant === true)
    return 'no interval was sent and those of the library do not apply in pregnancy';
  return 'no interval was sent and no rule has one';
}

/**
 * Judges by the library's intervals (step 7): those for adults never for children, those outside pregnancy never in
 * it (§2.10, §3.4). Where several may hold, they must agree. With unknown sex, age or pregnancy an interval that
 * depends on it can only raise.
 */
export function judgeByLibrary(
  quantity: Quantity,
  analyte: AnalyteRule,
  patient: ClassifiablePatient | null,
  policy: RuleSet['policy'],
): LibraryAnswer {
  const chosen = candidates(analyte, patient);
  if (chosen.length === 0)
    return {
      place: 'none',
      interval: 'none',
      noProof: { cause: 'no-interval', text: whyNone(analyte, patient) },
    };
  const intervals = chosen.map(toInterval);
  const places = intervals.map((interval) => place(quantity, interval));
  const [first] = places;
  const agreed = first !== undefined && places.every((one) => one === first) ? first : 'undecided';
  return {
    place: agreed,
    interval: intervals.map(showInterval).join(' or '),
    noProof: whyNoProof(chosen, patient, policy),
  };
}

function whyNoProof(
  chosen: readonly IntervalRule[],
  patient: ClassifiablePatient | null,
  policy: RuleSet['policy'],
): Doubt | null {
  if (!patient) return { cause: 'patient-unknown', text: 'the patient is not known' };
  const { sex, ageYears, pregnant } = patient;
  if (sex === null && chosen.some((one) => one.sex !== null))
    return { cause: 'sex-unknown', text: 'the interval depends on sex, which is not known' };
  if (ageYears === null)
    return { cause: 'age-unknown', text: 'the interval depends on age, which is not known' };
  const { minAgeYears, maxAgeYears } = policy.pregnancyPossible;
  const mayBePregnant = sex !== 'M' && ageYears >= minAgeYears && ageYears <= maxAgeYears;
  if (mayBePregnant && pregnant === null)
    return {
      cause: 'pregnancy-unknown',
      text: 'no interval was sent and it is not known whether the patient is pregnant',
    };
  return null;
}
