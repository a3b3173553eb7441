/** Whether a number may be judged at all: known test, accepted unit, converted, plausible (step 3). */
import type { Observation } from '../result/report.js';
import { show } from './decimal.js';
import { contradictsProperty, type AnalyteMatch } from './matching.js';
import { isPlausible, suspectedUnit } from './plausibility.js';
import type { ParsedRange } from './range.js';
import type { AnalyteRule } from './rule-set.js';
import { acceptUnit, convert, type AcceptedUnit } from './unit.js';
import type { Quantity } from './value.js';

export interface AcceptedNumber {
  readonly unit: AcceptedUnit | null;
  /** In the rule's unit; `null` when in doubt. */
  readonly canonical: Quantity | null;
  /** What the number may mean; limits are tried on all of it. */
  readonly readings: readonly Quantity[];
  /** Why a person must look at the number itself. */
  readonly doubt: string | null;
  /** Blocks normality without putting the number in doubt. */
  readonly contradiction: string | null;
}

export interface NumberAsSent {
  readonly row: Observation;
  readonly match: AnalyteMatch | null;
  readonly quantity: Quantity;
  /** `undefined` when the text behind the number (`suffix`) is neither a unit nor a flag. */
  readonly unitText: string | null | undefined;
  readonly suffix: string | null;
  readonly range: ParsedRange;
}

/** Accepts a number or says why not. Without a known analyte there is nothing to convert and no doubt. */
export function acceptNumber({
  row,
  match,
  quantity,
  unitText,
  suffix,
  range,
}: NumberAsSent): AcceptedNumber {
  const refused = (
    doubt: string | null,
    unit: AcceptedUnit | null = null,
    readings = [quantity],
  ): AcceptedNumber => ({
    unit,
    canonical: null,
    readings,
    doubt,
    contradiction: null,
  });
  if (unitText === undefined) return refused(`“${suffix ?? ''}” behind the number is not understood`);
  if (!match) return refused(null);
  const { analyte, isCertain } = match;
  const unit = acceptUnit(analyte, unitText);
  if (!unit)
    return refused(
      unitText === null ? 'no unit was sent' : `unit ${unitText} is not accepted for ${analyte.short}`,
    );

  const converted = { ...quantity, number: convert(quantity.number, unit) };
  if (!isCertain) return refused('no code says which test this is', unit, [converted]);
  if (!isPlausible(converted, analyte)) {
    return refused(`${showConverted(row, converted, quantity, unit, analyte)} is not plausible`, unit, [
      converted,
    ]);
  }
  const suspected = range.kind === 'interval' ? suspectedUnit(range.interval, unit, analyte) : null;
  if (suspected) {
    const other = { ...quantity, number: convert(quantity.number, suspected) };
    return refused(`the range sent fits ${suspected.text}, not ${unit.text}`, unit, [converted, other]);
  }
  const contradiction = contradictsProperty(row, analyte, unit.molar)
    ? 'the unit contradicts the test code'
    : null;
  return { unit, canonical: converted, readings: [converted], doubt: null, contradiction };
}

export function showQuantity({ comparator, number }: Quantity): string {
  return `${comparator ?? ''}${show(number)}`;
}

/** "27.8 mmol/L = 500.956 mg/dL" where units differ, else the plain number as sent. */
export function showConverted(
  row: Observation,
  canonical: Quantity,
  sent: Quantity,
  unit: AcceptedUnit,
  analyte: AnalyteRule,
): string {
  const asSent = row.value?.trim() ?? showQuantity(sent);
  if (sent.number.eq(canonical.number)) return asSent;
  return `${asSent} ${unit.text} = ${showQuantity(canonical)} ${analyte.unit ?? ''}`.trim();
}
