/** Unit and transcription errors: the number cannot be what its unit says (clinical-rules §2.11). */
import { exactOf } from './decimal.js';
import { mayLieIn, type Interval } from './range.js';
import type { AnalyteRule } from './rule-set.js';
import { acceptedUnits, convert, type AcceptedUnit } from './unit.js';
import type { Quantity } from './value.js';

export function isPlausible(canonical: Quantity, analyte: AnalyteRule): boolean {
  if (analyte.gate === null) return true;
  const gate: Interval = {
    low: { value: exactOf(analyte.gate.low), inclusive: true },
    high: { value: exactOf(analyte.gate.high), inclusive: true },
  };
  return mayLieIn(canonical, gate);
}

/** How far an upper limit may lie from the usual one and still be the same quantity. */
const widestRatio = 4;

function fits(sent: Interval, unit: AcceptedUnit, analyte: AnalyteRule): boolean {
  return analyte.intervals.some((usual) => {
    if (!sent.high || !usual.high) return false;
    const usualHigh = exactOf(usual.high.value);
    const sentHigh = convert(sent.high.value, unit);
    return (
      sentHigh.gt(0) && sentHigh.lt(usualHigh.times(widestRatio)) && sentHigh.times(widestRatio).gt(usualHigh)
    );
  });
}

/**
 * The other accepted unit that the sent range speaks for, when it does not fit the stated one: a white count
 * of 7 "per uL" with range 3.4-10.8 is in thousands. `null` when there is nothing to suspect.
 */
export function suspectedUnit(
  sent: Interval,
  stated: AcceptedUnit,
  analyte: AnalyteRule,
): AcceptedUnit | null {
  if (analyte.intervals.length === 0 || !sent.high || fits(sent, stated, analyte)) return null;
  return (
    acceptedUnits(analyte).find((other) => !other.factor.eq(stated.factor) && fits(sent, other, analyte)) ??
    null
  );
}
