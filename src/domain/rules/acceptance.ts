/** Whether a number may be judged at all: known test, accepted unit, converted, plausible (step 3). */
import type { Observation } from '../result/report.js';
import type { Doubt } from './doubt.js';
import { contradictsProperty, type AnalyteMatch } from './matching.js';
import { isPlausible, suspectedUnit } from './plausibility.js';
import type { ParsedRange } from './range.js';
import type { AnalyteRule } from './rule-set.js';
import { acceptUnit, convertQuantity, type AcceptedUnit } from './unit.js';
import { showQuantity, type Quantity } from './value.js';

export interface AcceptedNumber {
  readonly unit: AcceptedUnit | null;
  /** In the rule's unit; `null` when in doubt. */
  readonly canonical: Quantity | null;
  /** What the number may mean; limits are tried on all of it. */
  readonly readings: readonly Quantity[];
  /** Why a person must look at the number itself. */
  readonly doubt: Doubt | null;
  /** Blocks normality without putting the number in doubt. */
  readonly contradiction: Doubt | null;
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

export const nameOnly: Doubt = { cause: 'name-only', text: 'no code says which test this is' };

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
    doubt: Doubt | null,
    unit: AcceptedUnit | null = null,
    readings = [quantity],
  ): AcceptedNumber => ({
    unit,
    canonical: null,
    readings,
    doubt,
    contradiction: null,
  });
  if (unitText === undefined)
    return refused({
      cause: 'number-unclear',
      text: `“${suffix ?? ''}” behind the number is not understood`,
    });
  if (!match) return refused(null);
  const { analyte, isCertain } = match;
  const unit = acceptUnit(analyte, unitText);
  if (!unit)
    return refused(
      unitText === null
        ? { cause: 'unit-missing', text: 'no unit was sent' }
        : { cause: 'unit-unknown', text: `unit ${unitText} is not accepted for ${analyte.short}` },
    );

  const converted = convertQuantity(quantity, unit);
  if (!isCertain) return refused(nameOnly, unit, [converted]);
  if (!isPlausible(converted, analyte)) {
    const text = `${showConverted(row, converted, quantity, unit, analyte)} is not plausible`;
    return refused({ cause: 'implausible', text }, unit, [converted]);
  }
  const suspected = range.kind === 'interval' ? suspectedUnit(range.interval, unit, analyte) : null;
  if (suspected) {
    const other = convertQuantity(quantity, suspected);
    const text = `the range sent fits ${suspected.text}, not ${unit.text}`;
    return refused({ cause: 'unit-against-range', text }, unit, [converted, other]);
  }
  const contradiction: Doubt | null = contradictsProperty(row, analyte, unit)
    ? { cause: 'unit-against-code', text: 'the unit contradicts the test code' }
    : null;
  return { unit, canonical: converted, readings: [converted], doubt: null, contradiction };
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
