/** Every numeric rule of the library, just below, at and just above its value, in every unit it accepts. */
import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import type { LimitRule, AnalyteRule } from '../../src/domain/rules/rule-set.js';
import { classified, man, row, rules } from './rules-builders.js';

/** Room for every digit: values here are compared exactly, like the ones of a laboratory. */
const Exact = Decimal.clone({ precision: 60, toExpNeg: -60, toExpPos: 60 });
type Exact = Decimal;
const smallest = new Exact('0.00000001');

interface Unit {
  readonly text: string;
  readonly factor: string;
  readonly offset: string;
}

const unitsOf = (analyte: AnalyteRule): Unit[] => [
  { text: analyte.unit ?? '', factor: '1', offset: '0' },
  ...analyte.otherUnits,
];

const beyond: Readonly<Record<LimitRule['operator'], (value: Exact, limit: Exact) => boolean>> = {
  '<': (value, limit) => value.lt(limit),
  '<=': (value, limit) => value.lte(limit),
  '>': (value, limit) => value.gt(limit),
  '>=': (value, limit) => value.gte(limit),
};

/** The last decimals on either side of the limit in a unit, and the limit itself where the unit can write it. */
function around(limit: Exact, { factor, offset }: Unit): Exact[] {
  const exactly = limit.minus(offset).div(factor);
  const below = exactly.toDecimalPlaces(8, Decimal.ROUND_FLOOR);
  const isWritable = below.times(factor).plus(offset).eq(limit);
  const candidates = isWritable
    ? [below.minus(smallest), below, below.plus(smallest)]
    : [below, below.plus(smallest)];
  return candidates.filter((value) => value.gte(0));
}

const limits = rules.analytes.flatMap((analyte) => {
  const codes = [...analyte.loinc, ...analyte.molarLoinc];
  return analyte.limits.flatMap((limit) => {
    const own = unitsOf(analyte).find(({ text }) => text === limit.unit);
    const value = new Exact(limit.value).times(own?.factor ?? 1).plus(own?.offset ?? 0);
    return unitsOf(analyte).map((unit) => ({
      id: limit.id,
      unit: unit.text,
      code: codes[0] ?? null,
      limit,
      value,
      factor: unit,
    }));
  });
});

test('there is something to check', () => {
  expect(limits.length).toBeGreaterThan(250);
  expect(new Set(limits.map((one) => one.id)).size).toBeGreaterThan(70);
});

test.each(limits)('limit $id in $unit: exact below, at and above', ({ limit, code, value, factor }) => {
  const answers = around(value, factor).map((sent) => {
    const canonical = sent.times(factor.factor).plus(factor.offset);
    const result = classified([row(code, sent.toFixed(), { unit: factor.text })], {}, man);
    const reason = result.reasons.find((one) => one.rule === limit.id);
    expect(reason !== undefined).toBe(beyond[limit.operator](canonical, value));
    if (reason) expect(result.tier === limit.tier || result.tier === 'critical').toBe(true);
    return reason !== undefined;
  });
  // Both answers are seen, unless nothing lies on the other side of zero.
  if (!value.isZero()) expect(new Set(answers)).toEqual(new Set([true, false]));
});

const adult = rules.analytes.flatMap((analyte) =>
  analyte.intervals
    .filter((one) => one.pregnant !== true && one.ages === null)
    .flatMap((one) =>
      [
        one.low && ({ side: 'low', ...one.low } as const),
        one.high && ({ side: 'high', ...one.high } as const),
      ]
        .filter((bound) => bound !== null)
        .map((bound) => ({ id: analyte.id, sex: one.sex, analyte, ...bound })),
    ),
);

test.each(adult)('interval of $id ($sex), $side end $value: exact at the end and beyond it', (one) => {
  const patient = { sex: one.sex ?? 'M', ageYears: 62, pregnant: false } as const;
  const code = [...one.analyte.loinc, ...one.analyte.molarLoinc][0] ?? null;
  const tierOf = (value: Exact) =>
    classified([row(code, value.toFixed(), { unit: one.analyte.unit })], {}, patient);
  const isOutside = (value: Exact) => tierOf(value).reasons.some(({ rule }) => rule === `${one.id}-interval`);
  const at = new Exact(one.value);
  const [inside, outside] =
    one.side === 'low' ? [at.plus(smallest), at.minus(smallest)] : [at.minus(smallest), at.plus(smallest)];
  if (outside.gte(0)) expect(isOutside(outside)).toBe(true);
  expect(isOutside(at)).toBe(!one.inclusive);
  if (inside.gte(0) && !at.isZero()) expect(isOutside(inside)).toBe(false);
});

test.each([
  ['potassium', '2823-3', 'mmol/L', '6.0', false],
  ['potassium', '2823-3', 'mmol/L', '6.00000001', true],
  ['potassium', '2823-3', 'mEq/L', '6.1', true],
  ['glucose', '2345-7', 'mg/dL', '500', false],
  ['glucose', '2345-7', 'mg/dL', '500.1', true],
  ['glucose', '14749-6', 'mmol/L', '27.7', false],
  ['glucose', '14749-6', 'mmol/L', '27.8', true],
])('S000-58: %s %s %s: %s is critical: %s', (_, code, unit, value, isCritical) => {
  expect(classified([row(code, value, { unit })]).tier === 'critical').toBe(isCritical);
});
