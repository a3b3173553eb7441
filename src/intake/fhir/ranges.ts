/** `referenceRange[]` as one range text, chosen as hl7-fhir §9 says: what does not surely apply is only text. */
import { parseRange } from '../../domain/rules/range.js';
import { codesOf, wordsOf } from './concepts.js';
import type { Concept, Quantity, ReferenceRange } from './shapes.js';
import { numberOf, sameUnit, unitOf } from './values.js';

export interface RangePatient {
  readonly sex: 'F' | 'M' | null;
  /** At collection; with fractions for infants. */
  readonly ageYears: number | null;
}

export interface RangeReading {
  readonly range: string | null;
  /** Why no interval was taken although something was sent. */
  readonly problem: 'range-unit-differs' | 'range-not-chosen' | 'range-contradicts-text' | null;
}

/**
 * One interval, or everything that was sent as text that no rule takes for one. `quantity` is the row's value, whose unit
 * a limit must share.
 */
export function readRange(
  ranges: readonly ReferenceRange[],
  quantity: Quantity | null,
  patient: RangePatient | null,
): RangeReading {
  if (ranges.length === 0) return { range: null, problem: null };
  const fitting = ranges.filter((one) => isNormalRange(one) && appliesTo(one, patient));
  const intervals = new Set(fitting.map((one) => intervalText(one) ?? one.text));
  const [only] = fitting;
  if (!only || intervals.size > 1)
    return {
      range: asProse(ranges),
      problem: ranges.length > 1 || only === undefined ? 'range-not-chosen' : null,
    };
  const interval = intervalText(only);
  if (interval === null) return { range: only.text, problem: null };
  const limits = [only.low, only.high].filter((one) => one !== null);
  if (quantity && !limits.every((limit) => sameUnit(quantity, limit)))
    return { range: asProse(ranges), problem: 'range-unit-differs' };
  if (only.text !== null && contradicts(only.text, interval, quantity))
    return { range: asProse(ranges), problem: 'range-contradicts-text' };
  return { range: interval, problem: null };
}

function intervalText({ low, high }: ReferenceRange): string | null {
  const [from, to] = [low && numberOf(low), high && numberOf(high)];
  if (from && to) return `${from}-${to}`;
  return from ? `>=${from}` : to ? `<=${to}` : null;
}

/** Ranges for treatment, for a phase of life or a recommendation say nothing about normal. */
function isNormalRange({ type }: ReferenceRange): boolean {
  if (type === null) return true;
  return codesOf([type]).includes('NORMAL') || /^normal\b/i.test(wordsOf(type) ?? '');
}

function appliesTo(range: ReferenceRange, patient: RangePatient | null): boolean {
  return range.appliesTo.every((one) => isOfPatient(one, patient)) && isOfAge(range, patient);
}

const female = new Set(['248152002', 'F', 'FEMALE']);
const male = new Set(['248153007', 'M', 'MALE']);

function isOfPatient(group: Concept, patient: RangePatient | null): boolean {
  const said = [...codesOf([group]), (group.text ?? '').trim().toUpperCase()];
  if (said.some((one) => female.has(one))) return patient?.sex === 'F';
  if (said.some((one) => male.has(one))) return patient?.sex === 'M';
  return said.some((one) => one === 'NORMAL');
}

function isOfAge({ age }: ReferenceRange, patient: RangePatient | null): boolean {
  if (!age || (!age.low && !age.high)) return true;
  const years = patient?.ageYears ?? null;
  if (years === null) return false;
  const [from, to] = [age.low && inYears(age.low), age.high && inYears(age.high)];
  if ((age.low && from === null) || (age.high && to === null)) return false;
  // "To 12 years" holds until the thirteenth birthday.
  const until = to === null ? null : age.high && isYears(age.high) ? to + 1 : to;
  return (from === null || years >= from) && (until === null || years < until);
}

const yearsOf: Readonly<Record<string, number>> = {
  a: 1,
  y: 1,
  mo: 1 / 12,
  wk: 7 / 365.25,
  w: 7 / 365.25,
  d: 1 / 365.25,
};

function ageUnit({ code, unit }: Quantity): string {
  const text = (code ?? unit ?? '').toLowerCase();
  return text in yearsOf ? text : (/^(y|mo|w|d)/.exec(text)?.[1] ?? '');
}

function isYears(quantity: Quantity): boolean {
  return yearsOf[ageUnit(quantity)] === 1;
}

function inYears(quantity: Quantity): number | null {
  const scale = yearsOf[ageUnit(quantity)];
  const number = Number(quantity.value ?? Number.NaN);
  return scale === undefined || !Number.isFinite(number) ? null : number * scale;
}

function contradicts(text: string, interval: string, quantity: Quantity | null): boolean {
  const unit = quantity && (quantity.unit ?? quantity.code);
  const [said, meant] = [parseRange(text, unit), parseRange(interval)];
  if (said.kind !== 'interval' || meant.kind !== 'interval') return false;
  return (['low', 'high'] as const).some((end) => {
    const [a, b] = [said.interval[end], meant.interval[end]];
    return (a === null) !== (b === null) || (a !== null && b !== null && !a.value.eq(b.value));
  });
}

/** Everything sent, each with whom it is for, so that no reader takes it for the interval of this patient. */
function asProse(ranges: readonly ReferenceRange[]): string {
  const parts = ranges.map((one) => {
    const age =
      one.age && [one.age.low, one.age.high].map((each) => (each ? quantityText(each) : '')).join(' to ');
    const whom = [wordsOf(one.type), ...one.appliesTo.map(wordsOf), age && `age ${age.trim()}`];
    const limits = [one.low, one.high].find((each) => each !== null && (each.unit ?? each.code) !== null);
    const unit = limits ? (unitOf(limits, null) ?? '') : '';
    const what = [intervalText(one), intervalText(one) === null ? null : unit, one.text]
      .filter(Boolean)
      .join(' ');
    return `${whom.filter(Boolean).join(', ') || 'range'}: ${what}`;
  });
  return parts.join('; ');
}

function quantityText(quantity: Quantity): string {
  return [numberOf(quantity), quantity.unit ?? quantity.code].filter(Boolean).join(' ');
}
