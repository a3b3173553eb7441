/** Units: a closed alias table per analyte, then conversion. Unknown text is never guessed (clinical-rules §2.11). */
import { exactOf, type Exact } from './decimal.js';
import type { AnalyteRule } from './rule-set.js';

/** An accepted unit: canonical value = value × factor + offset. */
export interface AcceptedUnit {
  readonly text: string;
  readonly factor: Exact;
  readonly offset: Exact;
  /** Amount of substance (mmol/L) rather than mass (mg/dL). */
  readonly molar: boolean;
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

/** Every unit the analyte's rule accepts, its own unit first. */
export function acceptedUnits(analyte: AnalyteRule): readonly AcceptedUnit[] {
  if (analyte.unit === null) return [];
  const own = {
    text: analyte.unit,
    factor: exactOf('1'),
    offset: exactOf('0'),
    molar: isMolar(analyte.unit),
  };
  const others = analyte.otherUnits.map((unit) => ({
    text: unit.text,
    factor: exactOf(unit.factor),
    offset: exactOf(unit.offset),
    molar: isMolar(unit.text),
  }));
  return [own, ...others];
}

/**
 * The accepted unit for a text as sent: exact spelling first, then letter case ignored if that leaves one
 * meaning. `null` when unknown, or missing where the rule needs one.
 */
export function acceptUnit(analyte: AnalyteRule, sent: string | null): AcceptedUnit | null {
  const units = acceptedUnits(analyte);
  const wanted = normaliseUnit(sent ?? '');
  if (wanted === '') return analyte.unitOptional ? (units[0] ?? null) : null;
  const spelled = units.find((unit) => normaliseUnit(unit.text) === wanted);
  if (spelled) return spelled;
  const folded = units.filter((unit) => normaliseUnit(unit.text).toLowerCase() === wanted.toLowerCase());
  const [first] = folded;
  return first && folded.every((unit) => unit.factor.eq(first.factor) && unit.offset.eq(first.offset))
    ? first
    : null;
}

export function convert(value: Exact, unit: AcceptedUnit): Exact {
  return value.times(unit.factor).plus(unit.offset);
}

/** Amount-of-substance units; equivalents (mEq/L) stand on both sides and are never a contradiction. */
function isMolar(unit: string): boolean {
  return /mol/i.test(unit);
}
