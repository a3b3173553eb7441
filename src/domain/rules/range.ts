/** Reference intervals as laboratories write them (hl7-fhir §5), and where a value lies in one. */
import { exact, type Exact } from './decimal.js';
import { normaliseUnit } from './unit.js';
import { plainComparators, withoutThousands, type Quantity } from './value.js';

export interface Bound {
  readonly value: Exact;
  readonly inclusive: boolean;
}

/** At least one bound is present. */
export interface Interval {
  readonly low: Bound | null;
  readonly high: Bound | null;
}

export type ParsedRange =
  | { readonly kind: 'interval'; readonly interval: Interval }
  /** Prose, lists by sex or age, `Not Estab.`: never guessed at. */
  | { readonly kind: 'text'; readonly text: string }
  /** Low above high: the sender contradicts itself. */
  | { readonly kind: 'inverted' }
  | { readonly kind: 'none' };

const number = String.raw`([+-]?(?:\d[\d,]*(?:\.\d+)?|\.\d+))`;
const between = new RegExp(`^${number}\\s*(?:-|_|to)\\s*${number}$`, 'i');
const oneSided = new RegExp(`^(<=|>=|<|>)\\s*${number}$`);
const thirdComponent = new RegExp(`^\\^\\^${number}$`);

function bound(text: string | undefined, inclusive: boolean): Bound | null {
  const value = text === undefined ? null : exact(withoutThousands(text));
  return value && { value, inclusive };
}

/** Words that say no more than that it is the interval: "Normal 3.5 to 5.2", "<200 (desirable)". */
const onlyNormal = '(?:normal|desirable|optimal|reference(?: range| interval)?|ref\\.?(?: range)?)';
const namedBefore = new RegExp(`^${onlyNormal}\\s*:?\\s*(?=[<>=≤≥\\d.-])`, 'i');
const namedBehind = new RegExp(`(?<=\\d)\\s*\\(?${onlyNormal}\\)?$`, 'i');

/** Drops the row's own unit where it is repeated behind the last number. */
function withoutUnit(text: string, unit: string | null): string {
  const wanted = normaliseUnit(unit ?? '').toLowerCase();
  if (wanted === '') return text;
  for (let at = 1; at < text.length; at += 1) {
    const isBehindNumber = /\d\s*$/.test(text.slice(0, at));
    if (isBehindNumber && normaliseUnit(text.slice(at)).toLowerCase() === wanted)
      return text.slice(0, at).trim();
  }
  return text;
}

/**
 * Reads a range text. Limits of a two-sided range are inclusive by custom; `<` and `>` exclude their
 * limit. `unit` is the row's unit, dropped when repeated behind the range.
 */
export function parseRange(raw: string | null, unit: string | null = null): ParsedRange {
  const bare = (raw ?? '')
    .normalize('NFKC')
    .replace(/[‐-―−]/g, '-')
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^\((.*)\)$/, '$1')
    .trim();
  if (bare === '') return { kind: 'none' };
  const limits = bare.replace(namedBefore, '').replace(namedBehind, '');
  const text = plainComparators(withoutUnit(limits, unit).replace(/\s+/g, ' '));

  const third = thirdComponent.exec(text);
  const one = oneSided.exec(text);
  const two = between.exec(text);
  if (third) {
    const high = bound(third[1], true);
    if (high) return { kind: 'interval', interval: { low: null, high } };
  } else if (one) {
    const limit = bound(one[2], one[1]?.endsWith('=') ?? false);
    const isUpper = one[1]?.startsWith('<');
    if (limit)
      return {
        kind: 'interval',
        interval: isUpper ? { low: null, high: limit } : { low: limit, high: null },
      };
  } else if (two) {
    const low = bound(two[1], true);
    const high = bound(two[2], true);
    if (low && high)
      return low.value.gt(high.value) ? { kind: 'inverted' } : { kind: 'interval', interval: { low, high } };
  }
  return { kind: 'text', text: bare };
}

export type Place = 'inside' | 'below' | 'above' | 'undecided';

/** The set of numbers a quantity may stand for. `<5` reaches down to 0, as no analyte here is negative. */
function span({ comparator, number: value, to }: Quantity): Interval {
  switch (comparator) {
    case null:
      return { low: { value, inclusive: true }, high: { value: to ?? value, inclusive: true } };
    case '<':
    case '<=':
      return {
        low: value.gt(0) ? { value: value.times(0), inclusive: true } : null,
        high: { value, inclusive: comparator === '<=' },
      };
    case '>':
    case '>=':
      return { low: { value, inclusive: comparator === '>=' }, high: null };
  }
}

/** True when every number up to `a` also satisfies the upper limit `b`. */
const endsWithin = (a: Bound | null, b: Bound | null): boolean =>
  b === null ||
  (a !== null && (a.value.lt(b.value) || (a.value.eq(b.value) && (b.inclusive || !a.inclusive))));
const startsWithin = (a: Bound | null, b: Bound | null): boolean =>
  b === null ||
  (a !== null && (a.value.gt(b.value) || (a.value.eq(b.value) && (b.inclusive || !a.inclusive))));
/** True when `high` (an upper end) lies wholly before `low` (a lower limit). */
const endsBefore = (high: Bound | null, low: Bound | null): boolean =>
  high !== null &&
  low !== null &&
  (high.value.lt(low.value) || (high.value.eq(low.value) && !(high.inclusive && low.inclusive)));

/** Where a quantity lies. `undecided` when a comparator leaves both answers open (`<5` against `3-10`). */
export function place(quantity: Quantity, interval: Interval): Place {
  const { low, high } = span(quantity);
  if (endsBefore(high, interval.low)) return 'below';
  if (endsBefore(interval.high, low)) return 'above';
  return endsWithin(high, interval.high) && startsWithin(low, interval.low) ? 'inside' : 'undecided';
}

/** Whether any number the quantity may stand for lies in the interval: the worse answer counts (step 4). */
export function mayLieIn(quantity: Quantity, interval: Interval): boolean {
  const { low, high } = span(quantity);
  return !endsBefore(high, interval.low) && !endsBefore(interval.high, low);
}
