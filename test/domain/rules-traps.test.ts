/** What genuine messages do wrong: hl7-fhir §0, §5, §6, §12 and clinical rules §2.11, §4. */
import { describe, expect, test } from '@jest/globals';
import { bmp, classified, glucose, man, normalBmp, potassium, row } from './rules-builders.js';
import { judged, smallSet, within } from './rules-small-set.js';

describe('answers asked at order entry are never results (hl7-fhir §12)', () => {
  const codes = [
    ...['95418-0', '95417-2', '77974-4', '95420-6', '30525-0'],
    ...['82810-3', '95421-4', '95419-8', '35659-2', '11294-6'],
  ];
  const asked = (code: string) => row(code, 'Y', { name: 'Pregnant?', flag: 'A' });

  test.each(codes)('%s has no tier and does not stand in the way of normal', (code) => {
    const result = classified([...normalBmp(), asked(code)], bmp);
    expect(result.tier).toBe('normal');
    expect(result.observations.at(-1)).toMatchObject({ tier: null, analyteId: null });
    expect(result.sensitive).toEqual([]);
    expect(result.reasons.map((one) => one.rule)).toContain('not-a-result');
  });

  test('nothing but answers is no result: a person looks', () => {
    expect(classified([asked('82810-3')]).tier).toBe('review');
  });

  test('the same code as a laboratory’s own is not an answer', () => {
    expect(classified([row('82810-3', 'Y', { system: 'local', flag: 'HH' })]).tier).toBe('critical');
  });
});

describe('corrections told by words only (hl7-fhir §6)', () => {
  test.each([
    'CORRECTED REPORT. PREVIOUSLY REPORTED AS 3.9',
    'Result amended 3/2',
    'previously reported as normal',
    'REVISED',
  ])('“%s” needs a person, on the row and on the report', (note) => {
    const inside = potassium('4.2', { range: '3.5-5.2' });
    expect(classified([{ ...inside, note }])).toMatchObject({ tier: 'review' });
    expect(classified([inside], { note }).reasons.map((one) => one.rule)).toContain('comment-corrected');
    expect(classified([potassium('7.1', { note })]).tier).toBe('critical');
  });

  test('words that only contain them do not', () => {
    expect(classified([potassium('4.2', { range: '3.5-5.2', note: 'Uncorrected.' })]).tier).toBe('normal');
  });
});

describe('text values', () => {
  const text = (value: string, more = {}) =>
    row('11156-7', value, { name: 'White cell morphology', ...more });

  test('a value that is a comment is read as one', () => {
    const said = (value: string) => classified([row(null, value, { name: 'Comment' })]).tier;
    expect(said('CRITICAL RESULT CALLED TO DR. DOE, READ BACK 14:05')).toBe('critical');
    expect(said('Schistocytes present')).toBe('abnormal');
    expect(said('No schistocytes')).toBe('review');
  });

  test('a text range can raise and contradict, and never proves', () => {
    const set = smallSet({
      unit: null,
      otherUnits: [],
      gate: null,
      limits: [],
      intervals: [],
      qualitative: {
        negative: ['negative'],
        positive: ['positive'],
        positiveTier: 'review',
        positiveUrgency: 'standard',
        negativeIsNormal: true,
        source: 'tests',
      },
    });
    const result = (value: string, range: string) => judged(set, row('2160-0', value, { range }));
    expect(result('Negative', 'NEGATIVE').tier).toBe('normal');
    expect(result('Positive', 'Negative').tier).toBe('abnormal');
    expect(result('Negative', 'Positive').tier).toBe('review');
    expect(result('Straw', 'Straw').tier).toBe('review');
    expect(result('Negative', 'See note').tier).toBe('normal');
    expect(result('1:8', 'Nonreactive').tier).toBe('abnormal');
    expect(result('^1^:^80', '').tier).toBe('review');
    expect(result('<1:8', '').reasons.map((one) => one.rule)).toEqual(['normal-not-proved']);
  });

  test('normal for a test is only what its own list says, not what is negative elsewhere', () => {
    expect(classified([text('Adequate')]).tier).toBe('normal');
    expect(classified([text('Negative')]).tier).toBe('review');
    expect(classified([text('None seen')]).tier).toBe('review');
  });

  test('SNOMED CT codes are words even where a number is expected', () => {
    expect(classified([text('Normal')]).tier).toBe('normal');
    expect(classified([glucose('260373001', { range: '65-99' })]).tier).not.toBe('normal');
    expect(classified([glucose('125154007')]).tier).toBeNull();
  });
});

describe('counts written as a span', () => {
  const cells = smallSet({
    unit: '/HPF',
    otherUnits: [],
    gate: null,
    limits: [
      {
        id: 'cells-many',
        tier: 'abnormal',
        urgency: 'same-day',
        operator: '>=',
        value: '50',
        unit: '/HPF',
        source: 'tests',
      },
    ],
    intervals: [within('0', '5')],
  });
  test.each([
    ['0-5', null, 'normal'],
    ['0 - 2', null, 'normal'],
    ['^0^-^5', null, 'normal'],
    ['3-6', null, 'review'],
    ['6-10', null, 'abnormal'],
    ['6-10', '0-10', 'normal'],
    ['20-50', '0-99', 'abnormal'],
    ['5-0', null, 'review'],
    ['2026-03', null, 'review'],
  ])('%s against %s → %s', (value, range, tier) => {
    const result = judged(cells, row('2160-0', value, { unit: '/HPF', range }));
    expect(result.tier).toBe(tier);
    expect(result.observations[0]?.canonicalValue).toBeNull();
  });
});

describe('units (clinical rules §2.11)', () => {
  const set = smallSet();
  const value = (unit: string | null, code = '2160-0', text = '1.0', range: string | null = '0.6-1.3') =>
    judged(set, row(code, text, { unit, range })).tier;

  test('letter case is ignored only where it carries no meaning', () => {
    for (const unit of ['mg/dL', 'MG/DL', 'mg/dl', ' mg / dL ']) expect(value(unit)).toBe('normal');
    for (const unit of ['Mg/dL', 'Mg/DL', 'mg', 'mg/L', '', null]) expect(value(unit)).toBe('review');
  });

  test('a mass code with a molar unit, or the reverse, is never normal and keeps its limits', () => {
    expect(value('umol/L', '14682-9', '88', '60-110')).toBe('normal');
    expect(value('umol/L', '2160-0', '88', '60-110')).toBe('review');
    expect(value('mg/dL', '14682-9')).toBe('review');
    expect(value('umol/L', '2160-0', '900', '60-110')).toBe('critical');
  });

  test('a code has the property of the rule’s unit where no molar codes are listed; equivalents are both', () => {
    const sodium = smallSet({
      loinc: ['2951-2'],
      molarLoinc: [],
      unit: 'mmol/L',
      otherUnits: [
        { text: 'mEq/L', factor: '1' },
        { text: 'mg/dL', factor: '0.435' },
      ],
      gate: null,
      limits: [],
      intervals: [within('134', '144')],
    });
    const at = (text: string, unit: string) => judged(sodium, row('2951-2', text, { unit }), man).tier;
    expect([at('140', 'mmol/L'), at('140', 'mEq/L'), at('322', 'mg/dL')]).toEqual([
      'normal',
      'normal',
      'review',
    ]);
  });
});

test('a decision names rule, version, signer, inputs as received, converted value and deciding step', () => {
  const result = judged(smallSet(), row('14682-9', '700', { unit: 'umol/L', range: '60-110', flag: 'H' }));
  expect(result.decidedBy).toEqual({
    step: 4,
    rule: 'creatinine-high',
    ruleVersion: 3,
    signedBy: 'Dr. Ada Winter, 2026-01-05',
    tier: 'critical',
    urgency: 'critical',
    observationKey: '14682-9',
    text: 'Creatinine 700 umol/L = 7.917 mg/dL > 7.3 mg/dL, rule creatinine-high v3',
    inputs: { value: '700', unit: 'umol/L', range: '60-110', flag: 'H', status: 'final', note: null },
    converted: '7.917 mg/dL',
    causes: [],
  });
  const normal = classified(normalBmp(), bmp);
  expect(normal.decidedBy).toMatchObject({ step: 10, rule: 'normal-proof', tier: 'normal' });
  expect(normal.reasons.filter((one) => one.rule === 'normal-proof')).toHaveLength(8);
});
