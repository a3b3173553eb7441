import { describe, expect, test } from '@jest/globals';
import type { ClassifiablePatient } from '../../src/domain/rules/classification.js';
import { row, version } from './rules-builders.js';
import { judged, smallSet, takenAt, within } from './rules-small-set.js';
import { classify } from '../../src/domain/rules/classify.js';

const value = (text: string, more = {}) => row('2160-0', text, { unit: 'mg/dL', ...more });
const girl: ClassifiablePatient = { sex: 'F', ageYears: 9, pregnant: false };
const woman: ClassifiablePatient = { sex: 'F', ageYears: 30, pregnant: false };

const banded = smallSet({
  intervals: [
    within('0.6', '1.3'),
    within('0.2', '0.7', { ages: { minYears: 2, maxYears: 11 } }),
    within('0.8', '1.6', { ages: { minYears: 65, maxYears: null } }),
    within('0.4', '0.8', { sex: 'F', pregnant: true }),
    within('0.4', '0.9', { sex: 'F', pregnant: true }),
  ],
});

describe('bands of the library’s intervals (clinical rules §2.10, §3.4; G13)', () => {
  test.each([
    ['a child of 9, in its band', { ...girl }, '0.5', 'normal'],
    ['a child of 9, above its band', { ...girl }, '0.8', 'abnormal'],
    ['the last day of 11', { ...girl, ageYears: 11.99 }, '0.8', 'abnormal'],
    ['a child of 12 has no band', { ...girl, ageYears: 12 }, '0.8', 'review'],
    ['an adult', { ...woman }, '1.3', 'normal'],
    ['an adult, below', { ...woman }, '0.5', 'abnormal'],
    ['64', { ...woman, ageYears: 64 }, '0.7', 'normal'],
    ['65: the band outranks the interval for all adults', { ...woman, ageYears: 65 }, '0.7', 'abnormal'],
    ['90', { ...woman, ageYears: 90 }, '1.5', 'normal'],
    ['pregnant, inside both trimesters', { ...woman, pregnant: true }, '0.8', 'normal'],
    ['pregnant, inside one of two', { ...woman, pregnant: true }, '0.85', 'review'],
    ['pregnant, above both', { ...woman, pregnant: true }, '1.0', 'abnormal'],
    ['perhaps pregnant, no proof', { ...woman, pregnant: null }, '0.8', 'review'],
    ['perhaps pregnant, outside', { ...woman, pregnant: null }, '1.4', 'abnormal'],
    ['a pregnant child', { ...woman, ageYears: 16, pregnant: true }, '0.7', 'review'],
    ['age unknown, no proof', { ...woman, ageYears: null }, '1.0', 'review'],
    ['age unknown, outside', { ...woman, ageYears: null }, '2.0', 'abnormal'],
    ['an impossible age is unknown', { ...woman, ageYears: Number.NaN }, '1.0', 'review'],
    ['born tomorrow', { ...woman, ageYears: -1 }, '1.0', 'review'],
  ] as const)('%s', (_, patient, text, tier) => {
    expect(judged(banded, value(text), patient).tier).toBe(tier);
  });

  test('what the laboratory sent outranks every band', () => {
    expect(judged(banded, value('0.8', { range: '0.3-0.9' }), girl).tier).toBe('normal');
    expect(judged(banded, value('0.5', { range: '0.6-0.9' }), girl).tier).toBe('abnormal');
  });

  test('an interval without a sex never needs the sex; one with a sex does', () => {
    const bySex = smallSet({
      intervals: [within('0.5', '1.0', { sex: 'F' }), within('0.7', '1.3', { sex: 'M' })],
    });
    const unknown = { sex: null, ageYears: 60, pregnant: null };
    expect(judged(smallSet(), value('1.0'), unknown).tier).toBe('normal');
    expect(judged(bySex, value('0.8'), unknown).tier).toBe('review');
    expect(judged(bySex, value('1.4'), unknown).tier).toBe('abnormal');
    expect(judged(bySex, value('0.8'), { ...unknown, sex: 'M' }).tier).toBe('normal');
  });
});

test('a band that ends before it begins is refused when the rule set is read', () => {
  const ages = { minYears: 12, maxYears: 2 };
  expect(() => smallSet({ intervals: [within('1', '2', { ages })] })).toThrow(/ends before it begins/);
});

describe('S003-47: what a flag means for one test', () => {
  const raising = smallSet({
    raises: [
      { id: 'creatinine-flag', flags: ['a', 'Pos'], tier: 'critical', urgency: 'critical', source: 'tests' },
    ],
  });

  test.each([
    ['A', 'critical'],
    ['N~A', 'critical'],
    ['A^Abnormal^HL70078', 'critical'],
    ['POS', 'critical'],
    ['H', 'abnormal'],
    ['N', 'normal'],
    [null, 'normal'],
  ])('flag %s → %s', (flag, tier) => {
    const result = judged(raising, value('1.0', { flag, range: '0.6-1.3' }), woman);
    expect(result.tier).toBe(tier);
    if (tier === 'critical')
      expect(result.decidedBy).toMatchObject({ rule: 'creatinine-flag', urgency: 'critical' });
  });
});

describe('laboratories’ own codes (§2.12)', () => {
  const set = smallSet(
    { localCodes: ['CREA'] },
    {
      panels: [
        {
          id: 'kidney',
          name: 'Kidney',
          loinc: [],
          analyteIds: ['creatinine'],
          requiredAnalyteIds: ['creatinine'],
          contactByHours: 24,
        },
      ],
      laboratories: [
        {
          id: 'north-lab',
          name: 'North Lab, Inc.',
          codes: [{ code: '001370', analyteId: 'creatinine' }],
          panels: [{ code: 'K1', panelId: 'kidney' }],
        },
        { id: 'south-lab', name: 'South Lab' },
      ],
    },
  );
  const local = row(null, '1.0', { code: '001370', system: 'local', unit: 'mg/dL', range: '0.6-1.3' });
  const of = (laboratory: string | null) => judged(set, local, woman, { laboratory }).tier;

  test('a code means something only at the laboratory whose table has it', () => {
    expect(of('north-lab')).toBe('normal');
    expect(of('NORTH LAB INC')).toBe('normal');
    expect(of('south-lab')).toBe('review');
    expect(of('somewhere')).toBe('review');
    expect(of(null)).toBe('review');
  });

  test('a panel code brings its required members and its deadline', () => {
    const test = { code: 'K1', system: 'local', name: 'K1' } as const;
    const result = classify(version([local], { test, collectedAt: takenAt }), set, woman, {
      laboratory: 'north-lab',
    });
    expect(result).toMatchObject({ tier: 'normal', panelId: 'kidney', contactByHours: 24 });
  });

  test('a table that names nothing is refused', () => {
    const laboratories = [{ id: 'x', name: 'X', codes: [{ code: '1', analyteId: 'nonsense' }] }];
    expect(() => smallSet({}, { laboratories })).toThrow(/unknown analyte nonsense/);
  });
});
