import { describe, expect, test } from '@jest/globals';
import { exactOf, show } from '../../src/domain/rules/decimal.js';
import { appliesTo } from '../../src/domain/rules/limits.js';
import { compareTiers } from '../../src/domain/rules/reason.js';
import { a1c, classified, glucose, man, potassium, row, rules } from './rules-builders.js';

test.each([
  ['6.0', 'mmol/L', false],
  ['6.00', 'mEq/L', false],
  ['6.01', 'mmol/L', true],
  ['6.1', 'mmol/L', true],
  ['6.1', 'mEq/L', true],
  ['6.1', 'MMOL/L', true],
])('S000-58, S000-T10: potassium %s %s, critical: %s', (value, unit, isCritical) => {
  expect(classified([potassium(value, { unit })]).tier === 'critical').toBe(isCritical);
});

test.each([
  ['500', 'mg/dL', false],
  ['500.0', 'MG/DL', false],
  ['501', 'mg/dL', true],
  // 500 mg/dL lies between these two: 27.74 × 18.02 = 499.87, 27.75 × 18.02 = 500.06.
  ['27.74', 'mmol/L', false],
  ['27.75', 'mmol/L', true],
])('S000-58, S000-T10: glucose %s %s, critical: %s', (value, unit, isCritical) => {
  const result = classified([glucose(value, { unit })]);
  expect(result.tier === 'critical').toBe(isCritical);
  expect(result.urgency).toBe(isCritical ? 'critical' : 'same-day');
});

test('G14: the reason is a sentence with value, limit, unit, rule and version, and keeps the inputs as received', () => {
  const inRuleUnit = classified([potassium('6.3', { flag: 'H', range: '3.5-5.3' })]);
  expect(inRuleUnit.reasons[0]).toMatchObject({
    step: 4,
    rule: 'potassium-high',
    ruleVersion: 1,
    observationKey: '2823-3',
    text: 'K 6.3 > 6.0 mmol/L, rule potassium-high v1',
    inputs: { value: '6.3', unit: 'mmol/L', range: '3.5-5.3', flag: 'H' },
  });
  const converted = classified([glucose('27.8', { unit: 'mmol/L' })]);
  expect(converted.reasons[0]?.text).toBe(
    'Glucose 27.8 mmol/L = 500.956 mg/dL > 500 mg/dL, rule glucose-high v1',
  );
  expect(converted.observations[0]).toMatchObject({ canonicalValue: '500.956', canonicalUnit: 'mg/dL' });
});

const limits = rules.analytes.flatMap((analyte) =>
  analyte.limits.map((limit) => ({ id: limit.id, analyte, limit })),
);

test.each(limits)(
  'limit $id holds beyond its value, at it only with “or equal”, and not before it',
  ({ analyte, limit }) => {
    const at = exactOf(limit.value);
    const step = exactOf('0.0001');
    const isUpper = limit.operator.startsWith('>');
    const fired = (value: typeof at) => {
      const result = classified([row(analyte.loinc[0] ?? null, show(value), { unit: limit.unit })]);
      return result.reasons.some(
        (reason) => reason.rule === limit.id && compareTiers(result.tier, limit.tier) >= 0,
      );
    };
    expect(fired(isUpper ? at.plus(step) : at.minus(step))).toBe(!at.isZero() || isUpper);
    expect(fired(at)).toBe(limit.operator.endsWith('='));
    if (!at.isZero()) expect(fired(isUpper ? at.minus(step) : at.plus(step))).toBe(false);
    expect(appliesTo(limit, man)).toBe(true);
  },
);

describe('comparators', () => {
  test.each([
    ['>500', 'critical'],
    ['>=501', 'critical'],
    ['> 400', 'critical'],
    ['greater than 600', 'critical'],
    ['<20', 'critical'],
    ['<=500', 'critical'],
  ])('glucose %s: the worse answer counts', (value, tier) => {
    expect(classified([glucose(value)]).tier).toBe(tier);
  });

  test('“>60” is normal for an eGFR whose interval is >59, and “<0.1” for a bilirubin up to 1.2', () => {
    expect(classified([row('98979-8', '>60', { unit: 'mL/min/1.73', range: '>59' })]).tier).toBe('normal');
    expect(classified([row('1975-2', '<0.1', { unit: 'mg/dL', range: '0.0-1.2' })]).tier).toBe('normal');
  });

  test('a comparator that fits neither inside nor outside needs a person', () => {
    expect(classified([row('2276-4', '<5', { unit: 'ng/mL', range: '3-10' })]).tier).toBe('review');
  });
});

test('L7: a value in a same-day band is abnormal and same-day', () => {
  const cases = [
    glucose('400'),
    row('718-7', '7.4', { unit: 'g/dL' }),
    row('2951-2', '124', { unit: 'mmol/L' }),
    row('2571-8', '500', { unit: 'mg/dL' }),
  ];
  for (const observation of cases) {
    expect(classified([observation])).toMatchObject({ tier: 'abnormal', urgency: 'same-day' });
  }
});

test('L9: a slight deviation inside the signed band is minor, the same beside a real one is standard', () => {
  const slight = row('786-4', '31.0', { unit: 'g/dL', range: '31.5-35.7', flag: 'L' });
  expect(classified([slight])).toMatchObject({ tier: 'abnormal', urgency: 'minor' });
  expect(classified([slight, a1c('8.1', { range: '<5.7' })])).toMatchObject({
    tier: 'abnormal',
    urgency: 'standard',
  });
});

test('S000-54: one critical value makes the whole result critical', () => {
  const result = classified([
    a1c('5.2', { range: '4.8-5.6' }),
    glucose('240', { range: '65-99' }),
    potassium('6.4'),
  ]);
  expect(result.tier).toBe('critical');
  expect(result.observations.map((one) => one.tier)).toEqual(['normal', 'abnormal', 'critical']);
});
