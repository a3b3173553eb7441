import { describe, expect, test } from '@jest/globals';
import { starterRules } from '../../src/domain/library/starter-rules.js';
import { classify } from '../../src/domain/rules/classify.js';
import { RuleSetError } from '../../src/domain/rules/rule-set.js';
import { sensitiveChannel } from '../../src/domain/rules/sensitivity.js';
import {
  a1c,
  bmp,
  classified,
  glucose,
  man,
  normalBmp,
  potassium,
  row,
  rules,
  version,
  woman,
} from './rules-builders.js';

test('S000-25: unsigned rules never run', () => {
  const run = () => classify(version([potassium('4.2')]), starterRules, man);
  expect(run).toThrow(RuleSetError);
  expect(run).toThrow(expect.objectContaining({ code: 'RULE_SET_UNSIGNED' }));
});

describe('normal needs positive proof (step 10)', () => {
  test('a complete panel inside the intervals sent is normal, flagged N or not flagged', () => {
    expect(classified(normalBmp(), bmp)).toMatchObject({
      tier: 'normal',
      panelId: 'bmp',
      final: true,
      sensitive: [],
    });
    expect(
      classified(
        normalBmp().map((one) => ({ ...one, flag: 'N' })),
        bmp,
      ).tier,
    ).toBe('normal');
  });

  test('S000-113: no flag is not normal, and neither is flag N, without an interval or list', () => {
    for (const flag of [null, '', 'N', 'normal']) {
      expect(classified([row('33037-3', '9', { name: 'Anion gap', unit: 'mmol/L', flag })]).tier).toBe(
        'review',
      );
      expect(classified([row('99999-9', '9', { name: 'Unheard of', unit: 'mmol/L', flag })]).tier).toBe(
        'review',
      );
    }
  });

  test('a test no rule knows is never normal, even inside the interval sent', () => {
    expect(classified([row('1825-9', '50', { unit: 'ng/mL', range: '30-400', flag: 'N' })]).tier).toBe(
      'review',
    );
    expect(classified([row('1825-9', '500', { unit: 'ng/mL', range: '30-400', flag: 'N' })]).tier).toBe(
      'abnormal',
    );
  });

  test.each([
    ['preliminary', bmp, { status: 'preliminary' }, false],
    ['of unknown status', bmp, { status: 'unknown' }, false],
    ['only a scan', bmp, { readable: false }, true],
    ['imaging', bmp, { kind: 'imaging' }, true],
    ['pathology', bmp, { kind: 'pathology' }, true],
    ['commented as corrected', bmp, { note: 'CORRECTED REPORT. PREVIOUSLY REPORTED AS 3.9' }, true],
    ['commented as hemolyzed', bmp, { note: 'Specimen slightly hemolyzed.' }, true],
  ] as const)('a report that is %s is not normal', (_, panel, more, final) => {
    expect(classified(normalBmp(), { ...panel, ...more })).toMatchObject({
      tier: 'review',
      urgency: 'standard',
      final,
    });
  });

  test('a panel that lacks a member, a member not performed, an unknown patient, no rows: all need a person', () => {
    expect(classified(normalBmp().slice(1), bmp).tier).toBe('review');
    expect(classified([...normalBmp().slice(1), glucose('QNS')], bmp).tier).toBe('review');
    expect(
      classified([...normalBmp().slice(1), glucose('88', { range: '65-99', status: 'X' })], bmp).tier,
    ).toBe('review');
    expect(
      classified([...normalBmp().slice(1), glucose('88', { range: '65-99', status: 'P' })], bmp).tier,
    ).toBe('review');
    expect(classified(normalBmp(), bmp, null).tier).toBe('review');
    expect(classified([], bmp).tier).toBe('review');
  });

  test('a value equal to a limit of the interval sent is inside; one outside is abnormal although flagged N', () => {
    expect(classified([potassium('5.2', { range: '3.5-5.2' })]).tier).toBe('normal');
    const contradicted = classified([potassium('5.3', { range: '3.5-5.2', flag: 'N' })]);
    expect(contradicted.tier).toBe('abnormal');
    expect(contradicted.reasons[0]?.text).toMatch(/although flagged N/);
  });

  test('G4: the interval sent outranks the library’s', () => {
    expect(classified([potassium('5.4', { range: '3.5-5.5' })]).tier).toBe('normal');
    expect(classified([potassium('5.0', { range: '3.5-4.9' })]).tier).toBe('abnormal');
  });
});

describe('who the patient is', () => {
  const hemoglobin = (value: string, range: string | null = null) =>
    row('718-7', value, { unit: 'g/dL', range });

  test('library intervals depend on sex; unknown sex can raise but not prove', () => {
    expect(classified([hemoglobin('12.0')], {}, woman).tier).toBe('normal');
    expect(classified([hemoglobin('12.0')], {}, man).tier).toBe('abnormal');
    const unknown = { ...man, sex: null };
    expect(classified([hemoglobin('12.0')], {}, unknown).tier).toBe('review');
    expect(classified([hemoglobin('14.0')], {}, unknown).tier).toBe('review');
    expect(classified([hemoglobin('9.5')], {}, unknown).tier).toBe('abnormal');
    expect(classified([hemoglobin('14.0', '12-16')], {}, unknown).tier).toBe('normal');
  });

  test('under 18 and in pregnancy only what the laboratory sent counts', () => {
    for (const patient of [
      { ...man, ageYears: 9 },
      { sex: 'F' as const, ageYears: 30, pregnant: true },
    ]) {
      expect(classified([hemoglobin('14.0')], {}, patient).tier).toBe('review');
      expect(classified([hemoglobin('12.6', '11.0-14.0')], {}, patient).tier).toBe('normal');
      expect(classified([hemoglobin('10.0', '11.0-14.0')], {}, patient).tier).toBe('abnormal');
    }
  });

  test('an adult limit crossed by a child calls a person the same day; S000-58 holds at any age and in pregnancy', () => {
    const child = { ...man, ageYears: 6 };
    expect(classified([hemoglobin('6.8')], {}, child)).toMatchObject({ tier: 'review', urgency: 'same-day' });
    expect(classified([potassium('6.4')], {}, child).tier).toBe('critical');
    expect(classified([hemoglobin('6.8')], {}, { sex: 'F', ageYears: 30, pregnant: true }).tier).toBe(
      'critical',
    );
  });

  test('unknown pregnancy is no proof where only an adult interval speaks', () => {
    const young = { sex: 'F' as const, ageYears: 30, pregnant: null };
    expect(classified([hemoglobin('13.0')], {}, young).tier).toBe('review');
    expect(classified([hemoglobin('13.0')], {}, { ...young, pregnant: false }).tier).toBe('normal');
    expect(classified([hemoglobin('13.0', '11.1-15.9')], {}, young).tier).toBe('normal');
  });
});

describe('the laboratory’s own word (steps 2 and 5)', () => {
  test.each([
    'HH',
    'LL',
    'AA',
    'HU',
    'LU',
    'C',
    'critical high',
    'CRITICAL LOW',
    'panic',
    'Above upper panic limits',
    'H~HH',
  ])('flag %s is critical whatever the value', (flag) => {
    expect(classified([potassium('4.2', { flag, range: '3.5-5.2' })])).toMatchObject({
      tier: 'critical',
      urgency: 'critical',
    });
  });

  test.each(['H', 'L', 'A', 'HIGH', 'abnormal', 'POS', 'DET', 'RR', 'WR', 'IND', 'E', '*', 'zz-unheard-of'])(
    'flag %s is abnormal even inside the interval',
    (flag) => {
      expect(classified([potassium('4.2', { flag, range: '3.5-5.2' })]).tier).toBe('abnormal');
    },
  );

  test.each(['R', 'S', 'I', 'MS', 'SDD'])(
    'susceptibility %s sets no class: neither abnormal nor normal',
    (flag) => {
      expect(classified([potassium('4.2', { flag, range: '3.5-5.2' })]).tier).toBe('normal');
      expect(classified([row('18906-8', flag, { name: 'Ciprofloxacin', flag })]).tier).toBe('review');
    },
  );

  test('a flag printed beside the number counts', () => {
    expect(classified([potassium('5.1 HH', { range: '3.5-5.2' })]).tier).toBe('critical');
    expect(classified([potassium('5.1 H', { range: '3.5-5.2' })]).tier).toBe('abnormal');
  });

  test.each([
    ['Critical value called to RN Doe at 14:05, read back verified', 'critical'],
    ['CALLED TO AND READ BACK BY J. DOE', 'critical'],
    ['Unable to reach provider with this critical result.', 'critical'],
    ['Critical values are below 2.5', 'review'],
    ['No critical values.', 'normal'],
    ['Fasting specimen.', 'normal'],
    ['No hemolysis. Not icteric.', 'normal'],
    ['No clots. Hemolyzed.', 'review'],
    ['Blasts seen on smear', 'abnormal'],
  ])('comment “%s” → %s', (note, tier) => {
    expect(classified([potassium('4.2', { range: '3.5-5.2', note })]).tier).toBe(tier);
    expect(classified([potassium('4.2', { range: '3.5-5.2' })], { note }).tier).toBe(tier);
  });
});

describe('units and numbers (step 3)', () => {
  test.each([
    ['no unit', potassium('4.2', { unit: null, range: '3.5-5.2' })],
    ['an unknown unit', potassium('4.2', { unit: 'furlongs', range: '3.5-5.2' })],
    ['mIU/mL on a TSH', row('3016-3', '2.1', { unit: 'mIU/mL', range: '0.45-4.5' })],
    ['an implausible number', row('2951-2', '14', { unit: 'mmol/L' })],
    ['a decimal comma', potassium('4,2', { range: '3.5-5.2' })],
    ['an inverted range', potassium('4.2', { range: '5.2-3.5' })],
    ['a molar unit under a mass code', glucose('4.9', { unit: 'mmol/L', range: '3.6-5.5' })],
    ['a unit the sent range contradicts', row('6690-2', '7.1', { unit: '/uL', range: '3.4-10.8' })],
    ['no value', potassium('', { range: '3.5-5.2' })],
    ['only a name', row(null, '4.2', { name: 'Potassium', unit: 'mmol/L', range: '3.5-5.2' })],
  ])('%s goes to a person', (_, observation) => {
    expect(classified([observation])).toMatchObject({ tier: 'review' });
  });

  test('a doubtful number that would be critical calls a person the same day, with the flag as floor', () => {
    expect(classified([potassium('6.9', { unit: null })])).toMatchObject({
      tier: 'review',
      urgency: 'same-day',
    });
    expect(classified([row(null, '6.9', { name: 'Potassium', unit: 'mmol/L' })])).toMatchObject({
      tier: 'review',
      urgency: 'same-day',
    });
    expect(classified([potassium('6.9', { unit: null, flag: 'HH' })]).tier).toBe('critical');
    expect(classified([potassium('6.9', { unit: null, flag: 'H' })])).toMatchObject({
      tier: 'abnormal',
      urgency: 'same-day',
    });
  });

  test('inside a known panel a name is enough; a foreign LOINC code is not overruled by it', () => {
    const named = normalBmp().map((one) =>
      one.code === '2823-3' ? { ...one, code: null, system: null, name: 'POTASSIUM' } : one,
    );
    expect(classified(named, bmp).tier).toBe('normal');
    expect(classified([row('2828-2', '40', { name: 'Potassium', unit: 'mmol/L' })]).tier).toBe('review');
  });

  test('other units convert exactly: molar glucose, IFCC A1c, white cells per uL', () => {
    expect(classified([row('14749-6', '4.9', { unit: 'mmol/L', range: '3.6-5.5' })]).tier).toBe('normal');
    expect(
      classified([row('59261-8', '36', { unit: 'mmol/mol', range: '<39' })]).observations[0],
    ).toMatchObject({
      tier: 'normal',
      canonicalValue: '5.44528',
      canonicalUnit: '%',
    });
    expect(classified([row('6690-2', '7100', { unit: '/uL', range: '3400-10800' })]).tier).toBe('normal');
  });
});

describe('text results (step 8)', () => {
  const text = (value: string, more = {}) =>
    row('11156-7', value, { name: 'White cell morphology', ...more });

  test('only a whole string on the signed list is normal', () => {
    expect(classified([text('Normal')]).tier).toBe('normal');
    expect(classified([text(' ADEQUATE. ')]).tier).toBe('normal');
    expect(classified([text('Normal with occasional cells')]).tier).toBe('review');
    expect(classified([text('Normal with occasional blasts')]).tier).toBe('abnormal');
    expect(classified([text('Normal, no blasts seen')]).tier).toBe('review');
    expect(classified([text('abnormal')]).tier).toBe('review');
    expect(classified([text('Normal', { flag: 'A' })]).tier).toBe('abnormal');
  });

  test('a text where a number is expected needs a person; not performed at all has no tier', () => {
    expect(classified([potassium('see note', { range: '3.5-5.2' })]).tier).toBe('review');
    expect(classified([potassium('QNS'), glucose('Test not performed')]).tier).toBeNull();
  });
});

describe('status (step 1)', () => {
  test('L41: cancelled has no tier, withdrawn is void, preliminary criticals are critical and not final', () => {
    expect(classified([potassium('7.1')], { status: 'cancelled' })).toMatchObject({
      tier: null,
      final: false,
    });
    expect(classified([potassium('7.1')], { status: 'withdrawn' })).toMatchObject({
      tier: 'void',
      final: false,
    });
    expect(classified([potassium('7.1')], { status: 'preliminary' })).toMatchObject({
      tier: 'critical',
      final: false,
    });
    expect(classified([potassium('4.2', { range: '3.5-5.2' })], { status: 'corrected' })).toMatchObject({
      tier: 'normal',
      final: true,
    });
  });
});

test('combinations raise: ketoacidosis is critical, hemolysis with high potassium says so', () => {
  const acidosis = [glucose('310'), row('2028-9', '15', { unit: 'mmol/L' })];
  expect(classified(acidosis).tier).toBe('critical');
  expect(classified([glucose('310'), row('2028-9', '20', { unit: 'mmol/L' })]).tier).toBe('abnormal');
  const hemolyzed = classified([potassium('5.8'), row(null, 'SLIGHT', { key: 'h', name: 'hemolysis' })]);
  expect(hemolyzed.reasons.map((reason) => reason.rule)).toContain('potassium-hemolysis');
});

describe('sensitive results', () => {
  test('L29: the category follows the test, by code, name or comment, whatever the value', () => {
    expect(classified([row('2857-1', '1.1', { unit: 'ng/mL', range: '0-4' })])).toMatchObject({
      tier: 'normal',
      sensitive: ['oncology'],
    });
    expect(classified([row('56888-1', 'Non-Reactive')]).sensitive).toEqual(['hiv']);
    expect(classified([row(null, 'Not Detected', { name: 'Chlamydia trachomatis, NAA' })]).sensitive).toEqual(
      ['sti'],
    );
    expect(classified([potassium('4.2')], { note: 'Ordered with HIV-1/2 screen' }).sensitive).toEqual([
      'hiv',
    ]);
    expect(classified(normalBmp(), bmp).sensitive).toEqual([]);
  });

  test('L29: minors and genetic results by a person, a normal adult PSA neutrally, the rest open', () => {
    const psa = { tier: 'normal', sensitive: ['oncology'] } as const;
    expect(sensitiveChannel(rules, psa, 60)).toBe('neutral');
    expect(sensitiveChannel(rules, psa, 16)).toBe('person');
    expect(sensitiveChannel(rules, { tier: 'normal', sensitive: ['genetic'] }, 60)).toBe('person');
    expect(sensitiveChannel(rules, { tier: 'abnormal', sensitive: ['hiv'] }, 60)).toBe('person');
    expect(sensitiveChannel(rules, { tier: 'abnormal', sensitive: [] }, 60)).toBe('open');
  });
});

test('S000-3: the contact-by time comes from the panel: A1c 48 h', () => {
  const test = { code: '4548-4', system: 'LOINC', name: 'Hemoglobin A1c' } as const;
  expect(classified([a1c('7.9')], { test })).toMatchObject({
    panelId: 'a1c',
    contactByHours: 48,
    tier: 'abnormal',
  });
});
