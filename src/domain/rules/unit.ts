/** Units: a closed alias table per analyte, then conversion. Unknown text is never guessed (clinical-rules §2.11). */
import { exactOf, type Exact } from './decimal.js';
import type { AnalyteRule } from './rule-set.js';
import type { Quantity } from './value.js';

/** An accepted unit: canonical value = value × factor + offset. */
export interface AcceptedUnit {
  readonly text: string;
  readonly factor: Exact;
  readonly offset: Exact;
  /** Amount of substance (mmol/L) rather than mass (mg/dL). */
  readonly isMolar: boolean;
  /** Equivalents (mEq/L) stand on both sides: they contradict nothing. */
  readonly isEquivalent: boolean;
}

/** Removes what never carries meaning: spaces, the kind of micro sign, the kind of power sign. */
export function normaliseUnit(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[µμ]/g, 'u')
    .replace(/×/g, 'x')
    .replace(/\^/g, '*')
    .replace(/\s+/g, '');
}

/** Rules never change once a rule set is read. */
const knownUnits = new WeakMap<AnalyteRule, readonly AcceptedUnit[]>();

/** Every unit the analyte's rule accepts, its own unit first. */
export function acceptedUnits(analyte: AnalyteRule): readonly AcceptedUnit[] {
  let units = knownUnits.get(analyte);
  if (!units) knownUnits.set(analyte, (units = readUnits(analyte)));
  return units;
}

function readUnits(analyte: AnalyteRule): readonly AcceptedUnit[] {
  if (analyte.unit === null) return [];
  return [{ text: analyte.unit, factor: '1', offset: '0' }, ...analyte.otherUnits].map((unit) => ({
    text: unit.text,
    factor: exactOf(unit.factor),
    offset: exactOf(unit.offset),
    isMolar: /mol/i.test(aboveTheLine(unit.text)),
    isEquivalent: /eq/i.test(aboveTheLine(unit.text)),
  }));
}

function aboveTheLine(unit: string): string {
  return unit.split('/')[0] ?? '';
}

/**
 * True where letter case may carry meaning: `Mmol` reads as megamol and `Pg` as petagram, while `MMOL` and `PG`
 * come from senders that know capitals only.
 */
const mayBeAnotherPrefix = /(^|[/.*])[MP][a-z]/;

/**
 * The accepted unit for a text as sent: exact spelling first, then letter case ignored if that leaves one
 * meaning (hl7-fhir §5). `null` when unknown, or missing where the rule needs one.
 */
export function acceptUnit(analyte: AnalyteRule, sent: string | null): AcceptedUnit | null {
  const units = acceptedUnits(analyte);
  const wanted = normaliseUnit(sent ?? '');
  if (wanted === '') return analyte.unitOptional ? (units[0] ?? null) : null;
  const spelled = units.find((unit) => normaliseUnit(unit.text) === wanted);
  if (spelled) return spelled;
  if (mayBeAnotherPrefix.test(wanted)) return null;
  const folded = units.filter((unit) => normaliseUnit(unit.text).toLowerCase() === wanted.toLowerCase());
  const [first] = folded;
  return first && folded.every((unit) => unit.factor.eq(first.factor) && unit.offset.eq(first.offset))
    ? first
    : null;
}

export function convert(value: Exact, unit: AcceptedUnit): Exact {
  return value.times(unit.factor).plus(unit.offset);
}

/** A quantity in the rule's unit; both ends of a span. */
export function convertQuantity({ comparator, number, to }: Quantity, unit: AcceptedUnit): Quantity {
  const converted = { comparator, number: convert(number, unit) };
  return to ? { ...converted, to: convert(to, unit) } : converted;
}
