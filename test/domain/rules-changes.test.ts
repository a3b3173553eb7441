import { describe, expect, test } from '@jest/globals';
import type { PreviousValue } from '../../src/domain/rules/classification.js';
import { patientLimitSchema, type PatientLimit } from '../../src/domain/rules/patient-limit.js';
import { classify } from '../../src/domain/rules/classify.js';
import { man, row, version } from './rules-builders.js';
import { criticalAbove, delta, judged, smallSet, takenAt } from './rules-small-set.js';

const hour = 3_600_000;
const day = 24 * hour;
const value = (text: string, more = {}) => row('2160-0', text, { unit: 'mg/dL', range: '0.6-20', ...more });
const earlier = (text: string, hoursAgo: number, unit = 'mg/dL'): PreviousValue => ({
  analyteId: 'creatinine',
  value: text,
  unit,
  at: takenAt - hoursAgo * hour,
});

describe('changes since the last value (clinical rules §5)', () => {
  const up = { kind: 'absolute', value: '0.3', unit: 'mg/dL' } as const;
  const rising = smallSet({
    limits: [],
    deltas: [
      delta('creatinine-rise', { direction: 'up', amount: up, withinDays: 2, text: 'creatinine rising' }),
      delta('creatinine-tripled', {
        direction: 'up',
        amount: { kind: 'percent', value: '200' },
        tier: 'critical',
        urgency: 'critical',
        withinDays: 30,
      }),
      delta('creatinine-half', {
        direction: 'down',
        amount: { kind: 'percent', value: '50', inclusive: false },
        andValue: { operator: '<', value: '0.8', unit: 'mg/dL' },
      }),
    ],
  });
  const outcome = (text: string, previous: readonly PreviousValue[], more = {}) =>
    judged(rising, value(text, more), man, { previous });

  test.each([
    ['1.2', '0.9', 48, 'abnormal', 'creatinine-rise'],
    ['1.19', '0.9', 48, 'normal', null],
    ['1.2', '0.9', 49, 'normal', null],
    ['2.70', '0.9', 700, 'critical', 'creatinine-tripled'],
    ['2.69', '0.9', 700, 'normal', null],
    ['0.69', '1.4', 24, 'abnormal', 'creatinine-half'],
    ['0.7', '1.4', 24, 'normal', null],
    ['0.9', '2.0', 24, 'normal', null],
    ['>1.0', '0.9', 24, 'critical', 'creatinine-tripled'],
    // A float would say 0.30000000000000004 here and 0.29999999999999993 there.
    ['1.5', '1.2', 12, 'abnormal', 'creatinine-rise'],
    ['1.4', '1.1', 12, 'abnormal', 'creatinine-rise'],
  ])('%s after %s, %d h before: %s', (now, before, hoursAgo, tier, rule) => {
    const result = outcome(now, [earlier(before, hoursAgo)]);
    expect(result.tier).toBe(tier);
    if (rule !== null) expect(result.reasons.map((one) => one.rule)).toContain(rule);
  });

  test('the sentence says both values, how long ago, and the rule', () => {
    expect(outcome('1.3', [earlier('0.9', 26)]).decidedBy?.text).toBe(
      'Creatinine 1.3 mg/dL, 0.9 mg/dL 26 h earlier: creatinine rising, rule creatinine-rise v3',
    );
  });

  test('units are converted on both sides; a value in an unknown unit compares with nothing', () => {
    const now = value('150', { unit: 'umol/L', range: '50-2000' });
    const molar = (previous: PreviousValue) => judged(rising, now, man, { previous: [previous] });
    expect(molar(earlier('1.0', 24)).reasons.map((one) => one.rule)).toContain('creatinine-rise');
    expect(molar(earlier('100', 24, 'umol/L')).reasons.map((one) => one.rule)).toContain('creatinine-rise');
    expect(molar(earlier('1.0', 24, 'furlongs')).reasons.map((one) => one.rule)).not.toContain(
      'creatinine-rise',
    );
  });

  test('only the last value before this one counts: not older, not later, not of the same minute', () => {
    expect(outcome('1.2', [earlier('0.5', 40), earlier('1.1', 20)]).tier).toBe('normal');
    expect(outcome('1.2', [earlier('0.8', 0), earlier('0.8', -5)]).tier).toBe('normal');
    expect(outcome('1.2', [{ ...earlier('0.8', 24), analyteId: 'other' }]).tier).toBe('normal');
  });

  test('garbage as an earlier value changes nothing, and no percentage is taken of nothing', () => {
    for (const text of ['', 'high', '1e9', '1,0'])
      expect(outcome('1.0', [earlier(text, 24)]).tier).toBe('normal');
    expect(outcome('1.0', [earlier('0', 24 * 20)]).tier).toBe('normal');
  });

  test('§2.11: a factor of 10, 18, 88.4 or 1000 since the last value asks a person about the unit', () => {
    const quiet = smallSet({ limits: [] });
    const after = (text: string, before: string) =>
      judged(quiet, value(text), man, { previous: [earlier(before, 400)] });
    expect(after('10', '1.0').reasons.map((one) => one.rule)).toContain('unit-suspected');
    expect(after('10', '1.0').tier).toBe('review');
    expect(after('1.0', '18').tier).toBe('review');
    expect(after('9', '1.0').tier).toBe('normal');
    expect(after('12', '1.0').tier).toBe('normal');
  });
});

describe('L46: limits signed for one patient', () => {
  const rules = smallSet({
    limits: [criticalAbove('creatinine-high', '7.3', 'mg/dL')],
    deltas: [
      delta('creatinine-rise', { direction: 'up', amount: { kind: 'absolute', value: '2', unit: 'mg/dL' } }),
    ],
  });
  const dialysis: PatientLimit = patientLimitSchema.parse({
    id: 'one',
    analyteId: 'creatinine',
    replaces: ['creatinine-high'],
    limit: { tier: 'critical', urgency: 'critical', operator: '>', value: '12', unit: 'mg/dL' },
    signedBy: { name: 'Dr. Bo Lind', date: '2026-02-01' },
    reason: 'on dialysis',
    expiresAt: takenAt + 90 * day,
  });
  const with_ = (text: string, limits: readonly PatientLimit[], more = {}, now: number | null = takenAt) =>
    judged(rules, value(text, { range: '0.6-1.3', ...more }), man, { patientLimits: limits, now });

  test('they stand in place of the practice’s limit; everything else still counts', () => {
    expect(with_('9.0', []).tier).toBe('critical');
    expect(with_('9.0', [dialysis])).toMatchObject({ tier: 'abnormal', urgency: 'standard' });
    expect(with_('12.1', [dialysis]).tier).toBe('critical');
    expect(with_('12.0', [dialysis]).tier).toBe('abnormal');
    const told = with_('9.0', [dialysis]).reasons.find((one) => one.rule === 'creatinine-high');
    expect(told).toMatchObject({ tier: null });
    expect(told?.text).toContain('signed for this patient by Dr. Bo Lind until 2026-05-31: on dialysis');
  });

  test('they never override the laboratory’s own critical flag or comment', () => {
    for (const flag of ['HH', 'AA', 'C', 'critical', 'N~HH'])
      expect(with_('9.0', [dialysis], { flag }).tier).toBe('critical');
    expect(with_('9.0', [dialysis], { note: 'Critical value called and read back' }).tier).toBe('critical');
  });

  test.each([
    ['expired', { ...dialysis, expiresAt: takenAt }, takenAt],
    ['without a reason', { ...dialysis, reason: ' ' }, takenAt],
    ['unsigned', { ...dialysis, signedBy: { name: '', date: '2026-02-01' } }, takenAt],
    ['of another analyte', { ...dialysis, analyteId: 'potassium' }, takenAt],
    ['in an unknown unit', { ...dialysis, limit: { ...dialysis.limit!, unit: 'furlongs' } }, takenAt],
    ['without knowing the time', dialysis, null],
  ])('one that is %s replaces nothing', (_, limit, now) => {
    expect(with_('9.0', [limit], {}, now).tier).toBe('critical');
  });

  test('an expired one is named beside the limit that fired again', () => {
    const texts = with_('9.0', [{ ...dialysis, expiresAt: takenAt }]).reasons.map((one) => one.text);
    expect(texts).toContain('Creatinine: the limit signed for this patient expired on 2026-03-02');
  });

  test('in doubt about the number a person is called the same day all the same', () => {
    expect(with_('9.0', [dialysis], { unit: null, range: null })).toMatchObject({
      tier: 'review',
      urgency: 'same-day',
    });
  });

  test('they may be stricter, and may replace a delta rule', () => {
    const strict = { ...dialysis, replaces: [], limit: { ...dialysis.limit!, value: '3' } };
    expect(with_('3.1', [strict]).tier).toBe('critical');
    const previous = [earlier('5', 24)];
    const calm = { ...dialysis, replaces: ['creatinine-rise'], limit: null };
    const rise = (limits: readonly PatientLimit[]) =>
      judged(rules, value('7.1', { range: '0.6-20' }), man, { previous, patientLimits: limits }).tier;
    expect(rise([])).toBe('abnormal');
    expect(rise([calm])).toBe('normal');
  });
});

describe('values of one report that belong together (clinical rules §2.1, §5)', () => {
  const plain = (id: string, loinc: string, unit: string, more = {}) => ({
    id,
    name: id,
    short: id,
    loinc: [loinc],
    unit,
    ...more,
  });
  const source = 'invented for the tests';
  const low = { tier: 'critical', urgency: 'critical', operator: '<=', source } as const;
  const set = smallSet(
    {},
    {
      analytes: [
        plain('wbc', '6690-2', '10*3/uL'),
        plain('neutrophils', '751-8', '10*3/uL', {
          limits: [{ ...low, id: 'neutrophils-low', value: '0.5', unit: '10*3/uL' }],
        }),
        plain('neutrophils-percent', '770-8', '%'),
        plain('bands-percent', '764-1', '%'),
        plain('hemoglobin', '718-7', 'g/dL'),
        plain('hematocrit', '4544-3', '%'),
      ],
      ratios: [
        {
          id: 'hematocrit-hemoglobin',
          analyteId: 'hematocrit',
          toAnalyteId: 'hemoglobin',
          low: '2.55',
          high: '3.45',
          tier: 'review',
          urgency: 'same-day',
          text: 'Hemoglobin and hematocrit disagree: swapped specimen?',
          source,
        },
      ],
      computed: [
        {
          id: 'neutrophils-from-percent',
          analyteId: 'neutrophils',
          of: 'wbc',
          percents: ['neutrophils-percent', 'bands-percent'],
          source,
        },
      ],
    },
  );
  const wbc = (value: string) => row('6690-2', value, { unit: '10*3/uL', range: '0-99' });
  const share = (loinc: string, value: string) => row(loinc, value, { unit: '%', range: '0-100' });
  const absolute = (value: string) => row('751-8', value, { unit: '10*3/uL', range: '0-99' });
  const tierOf = (...rows: ReturnType<typeof row>[]) => classify(version(rows), set, man).tier;

  test('a neutrophil count that was not sent is computed from the white cells, with bands', () => {
    expect(tierOf(wbc('5.0'), share('770-8', '10'))).toBe('critical');
    expect(tierOf(wbc('5.0'), share('770-8', '10.1'))).toBe('normal');
    expect(tierOf(wbc('5.0'), share('770-8', '8'), share('764-1', '2'))).toBe('critical');
    expect(tierOf(wbc('5.0'), share('770-8', '8'), share('764-1', '3'))).toBe('normal');
    expect(tierOf(wbc('5.0'), share('764-1', '2'))).toBe('normal');
    expect(tierOf(wbc('5.0'), share('770-8', '10'), absolute('1.5'))).toBe('normal');
    const reason = classify(version([wbc('5.0'), share('770-8', '10')]), set, man).decidedBy;
    expect(reason?.text).toBe(
      'neutrophils computed as 5 × 10 % = 0.5 10*3/uL <= 0.5 10*3/uL, rule neutrophils-low v3',
    );
  });

  test('hemoglobin and hematocrit that disagree call a person, and nothing is lowered', () => {
    const blood = (hemoglobin: string, hematocrit: string, flag: string | null = null) =>
      tierOf(
        row('718-7', hemoglobin, { unit: 'g/dL', range: '1-30', flag }),
        row('4544-3', hematocrit, { unit: '%', range: '1-90' }),
      );
    expect([blood('10', '25.5'), blood('10', '34.5')]).toEqual(['normal', 'normal']);
    expect([blood('10', '25.4'), blood('10', '34.6')]).toEqual(['review', 'review']);
    expect(blood('10', '40', 'HH')).toBe('critical');
  });

  test('a rule that names an unknown analyte is refused', () => {
    const computed = [{ id: 'x', analyteId: 'nothing', of: 'creatinine', percents: ['creatinine'], source }];
    expect(() => smallSet({}, { computed })).toThrow(/unknown analyte nothing/);
  });
});
