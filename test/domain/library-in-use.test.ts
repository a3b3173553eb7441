/** What the library makes of results as they come: flags, ages, pregnancy, earlier values, laboratories' own codes. */
import { describe, expect, test } from '@jest/globals';
import { classify } from '../../src/domain/rules/classify.js';
import { classified, man, row, rules, version } from './rules-builders.js';

const day = 86_400_000;

describe('flags that mean more for one test (S003-47)', () => {
  test.each([
    ['hs troponin I', row('89579-7', '20', { unit: 'ng/L', range: '0-34', flag: 'A' })],
    ['troponin I', row('10839-9', '0.03', { unit: 'ng/mL', range: '0-0.02', flag: 'H' })],
    ['blood culture with an organism no list knows', row('600-7', 'Kocuria rosea', { flag: 'A' })],
    ['blood culture by its number', row('600-7', 'See report', { flag: 'A' })],
    ['malaria smear', row('41451-6', 'Seen', { flag: 'A' })],
  ])('%s flagged is critical', (_, observation) => {
    expect(classified([observation])).toMatchObject({ tier: 'critical', urgency: 'critical' });
  });

  test('a potassium or a urine culture flagged A stays abnormal', () => {
    expect(classified([row('2823-3', '5.3', { unit: 'mmol/L', range: '3.5-5.2', flag: 'A' })]).tier).toBe(
      'abnormal',
    );
    expect(classified([row('630-4', 'Kocuria rosea', { flag: 'A' })]).tier).toBe('abnormal');
  });
});

test('§2.6: the sedimentation rate of a man may be higher after fifty', () => {
  const esr = (ageYears: number) =>
    classified([row('4537-7', '25', { unit: 'mm/hr' })], {}, { ...man, ageYears }).tier;
  expect([esr(50), esr(51)]).toEqual(['abnormal', 'normal']);
});

test('§2.10: in pregnancy only what is inside all three trimesters is normal', () => {
  const hemoglobin = (value: string) =>
    classified([row('718-7', value, { unit: 'g/dL' })], {}, { sex: 'F', ageYears: 30, pregnant: true }).tier;
  expect([hemoglobin('12.0'), hemoglobin('11.0'), hemoglobin('9.2')]).toEqual([
    'normal',
    'review',
    'abnormal',
  ]);
});

test('§2.1: an absolute neutrophil count that was not sent is computed', () => {
  const cells = [
    row('6690-2', '2.5', { unit: 'K/uL', range: '2.0-10' }),
    row('770-8', '12', { unit: '%', range: '10-80' }),
    row('764-1', '6', { unit: '%', range: '0-10' }),
  ];
  expect(classified(cells)).toMatchObject({ tier: 'critical', urgency: 'critical' });
});

describe('earlier values (§5)', () => {
  const now = version([]).collectedAt ?? 0;
  const since = (
    analyteId: string,
    before: string,
    unit: string,
    days: number,
    observation: ReturnType<typeof row>,
  ) =>
    classify(version([observation]), rules, man, {
      previous: [{ analyteId, value: before, unit, at: now - days * day }],
    });

  test.each([
    ['0.3 more in 48 h', '0.9', 2, '1.2', 'abnormal', 'same-day'],
    ['1.3 times in 20 days', '0.9', 20, '1.2', 'abnormal', 'standard'],
    ['0.3 more in 40 days', '0.9', 40, '1.2', 'normal', 'minor'],
    ['three times', '0.8', 20, '2.4', 'critical', 'critical'],
  ])('creatinine %s', (_, before, days, value, tier, urgency) => {
    const taken = row('2160-0', value, { unit: 'mg/dL', range: '0.76-1.27' });
    expect(since('creatinine', before, 'mg/dL', days, taken)).toMatchObject({ tier, urgency });
  });

  test('hemoglobin: three less is critical only when it leaves under ten', () => {
    const hemoglobin = (before: string, value: string) =>
      since('hemoglobin', before, 'g/dL', 10, row('718-7', value, { unit: 'g/dL', range: '8-17' })).tier;
    expect(hemoglobin('12.8', '9.8')).toBe('critical');
    expect(hemoglobin('14.0', '11.0')).toBe('abnormal');
    expect(hemoglobin('12.0', '10.5')).toBe('normal');
  });
});

test('§2.12: a laboratory’s own codes count for that laboratory only', () => {
  const lead = {
    ...row(null, '4.0', { unit: 'mcg/dL', range: '0-9' }),
    code: '717009',
    system: 'local' as const,
  };
  const tier = (laboratory: string | null) => classify(version([lead]), rules, man, { laboratory }).tier;
  expect([tier('labcorp'), tier('quest'), tier(null)]).toEqual(['abnormal', 'review', 'review']);
});
