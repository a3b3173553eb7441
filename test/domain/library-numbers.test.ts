/** Numbers of the library, copied by hand from the source document: rows of its tables, one test each. */
import { describe, expect, test } from '@jest/globals';
import { rules } from './rules-builders.js';

const analyteOf = (id: string) => {
  const analyte = rules.analytes.find((one) => one.id === id);
  if (!analyte) throw new Error(`no analyte ${id}`);
  return analyte;
};

describe('§3.2 critical limits', () => {
  test.each([
    ['potassium', '<= 2.8', '> 6.0'],
    ['sodium', '<= 120', '>= 160'],
    ['chloride', '<= 75', '>= 125'],
    ['co2', '<= 10', '>= 40'],
    ['glucose', '<= 50', '> 500'],
    ['calcium', '<= 6.5', '>= 13.0'],
    ['calcium-ionized', '<= 0.78', '>= 1.58'],
    ['magnesium', '<= 1.0', '>= 4.7'],
    ['phosphorus', '<= 1.0', '>= 9.0'],
    ['bun', null, '>= 100'],
    ['creatinine', null, '>= 7.4'],
    ['uric-acid', null, '>= 13'],
    ['bilirubin', null, '>= 15'],
    ['creatine-kinase', null, '>= 6000'],
    ['lactate', null, '>= 4.0'],
    ['free-t4', null, '>= 5.0'],
    ['iron', null, '> 500'],
    ['hemoglobin', '<= 7.0', '>= 20.0'],
    ['hematocrit', '<= 21', '>= 60'],
    ['wbc', '<= 2.0', '>= 40'],
    ['neutrophils', '<= 0.5', null],
    ['platelets', '<= 20', '>= 1000'],
    ['inr', null, '>= 5.0'],
    ['prothrombin-time', null, '>= 46'],
    ['aptt', null, '>= 100'],
    ['fibrinogen', '< 100', null],
    ['lithium', null, '>= 1.5'],
    ['digoxin', null, '>= 2.5'],
    ['lead', null, '>= 45'],
    ['blasts-percent', null, '> 0'],
  ])('%s: %s, %s', (id, low, high) => {
    const critical = analyteOf(id).limits.filter((one) => one.tier === 'critical');
    const written = critical.map((one) => `${one.operator} ${one.value}`);
    expect(written).toEqual([low, high].filter((one) => one !== null));
    for (const one of critical) expect(one).toMatchObject({ urgency: 'critical', unit: analyteOf(id).unit });
  });

  test.each([
    ['glucose', '>= 400'],
    ['neutrophils', '<= 1.0'],
    ['platelets', '<= 50'],
    ['lead', '>= 20'],
    ['triglycerides', '>= 500'],
    ['vitamin-d', '> 150'],
    ['inr', '> 4.0'],
    ['d-dimer-feu', '>= 0.50'],
  ])('%s is same-day: %s', (id, line) => {
    const sameDay = analyteOf(id).limits.filter((one) => one.urgency === 'same-day');
    expect(sameDay.map((one) => `${one.operator} ${one.value}`)).toContain(line);
    for (const one of sameDay) expect(one.tier).toBe('abnormal');
  });

  test('published values stand beside each critical limit', () => {
    const lists = /S000-58|\b(KO|CLR|AR|QU|UW|MY|HM|IA|ST|SU|UCI|BR|AV)\b|4\.0 mmol|hospital list|cut-off/;
    for (const { limits } of rules.analytes) {
      for (const one of limits.filter(({ tier }) => tier === 'critical')) expect(one.source).toMatch(lists);
    }
  });
});

describe('§2 units: what one of them is in the rule’s unit', () => {
  test.each([
    ['glucose', 'mmol/L', '18.02'],
    ['bun', 'mmol/L', '2.801'],
    ['creatinine', 'umol/L', '0.01131'],
    ['calcium', 'mmol/L', '4.008'],
    ['bilirubin', 'umol/L', '0.05847'],
    ['cholesterol', 'mmol/L', '38.67'],
    ['triglycerides', 'mmol/L', '88.57'],
    ['free-t4', 'pmol/L', '0.0777'],
    ['total-t3', 'nmol/L', '65.1'],
    ['testosterone', 'nmol/L', '28.84'],
    ['testosterone', 'ng/mL', '100'],
    ['ferritin', 'pmol/L', '0.445'],
    ['iron', 'umol/L', '5.587'],
    ['vitamin-d', 'nmol/L', '0.4006'],
    ['vitamin-b12', 'pmol/L', '1.355'],
    ['folate', 'nmol/L', '0.441'],
    ['magnesium', 'mEq/L', '1.215'],
    ['magnesium', 'mmol/L', '2.431'],
    ['phosphorus', 'mmol/L', '3.097'],
    ['uric-acid', 'umol/L', '0.01681'],
    ['fibrinogen', 'g/L', '100'],
    ['d-dimer-feu', 'ng/mL FEU', '0.001'],
    ['troponin-i-hs', 'ng/mL', '1000'],
    ['bnp', 'pmol/L', '3.46'],
    ['nt-probnp', 'pmol/L', '8.457'],
    ['crp', 'mg/dL', '10'],
    ['lactate', 'mg/dL', '0.111'],
    ['urine-albumin-creatinine', 'mg/mmol', '8.84'],
    ['lead', 'umol/L', '20.72'],
    ['digoxin', 'nmol/L', '0.781'],
    ['hemoglobin', 'mmol/L', '1.611'],
    ['calcium-ionized', 'mg/dL', '0.2495'],
  ])('%s %s × %s', (id, unit, factor) => {
    expect(analyteOf(id).otherUnits.find((one) => one.text === unit)?.factor).toBe(factor);
  });

  test('traps: mIU/mL on a TSH and DDU on a FEU D-dimer are not accepted', () => {
    expect(analyteOf('tsh').otherUnits.map((one) => one.text.toLowerCase())).not.toContain('miu/ml');
    for (const { text } of analyteOf('d-dimer-feu').otherUnits) expect(text).toMatch(/FEU/);
    for (const { text } of analyteOf('d-dimer-ddu').otherUnits) expect(text).toMatch(/DDU/);
  });
});

describe('§2 intervals of adults', () => {
  test.each([
    ['wbc', null, '3.4', '10.8'],
    ['hemoglobin', 'F', '11.1', '15.9'],
    ['hemoglobin', 'M', '13.0', '17.7'],
    ['creatinine', 'M', '0.76', '1.27'],
    ['potassium', null, '3.5', '5.2'],
    ['alt', 'F', '0', '32'],
    ['ldh', null, '118', '225'],
    ['tsh', null, '0.45', '4.5'],
    ['free-t4', null, '0.82', '1.77'],
    ['free-t3', null, '2.0', '4.4'],
    ['testosterone', 'M', '264', '916'],
    ['ferritin', 'F', '15', '150'],
    ['ferritin', 'M', '30', '400'],
    ['iron', 'F', '27', '159'],
    ['vitamin-d', null, '30', '100'],
    ['vitamin-b12', null, '232', '1245'],
    ['magnesium', null, '1.6', '2.3'],
    ['phosphorus', null, '2.8', '4.3'],
    ['uric-acid', 'M', '3.8', '8.4'],
    ['inr', null, '0.9', '1.2'],
    ['aptt', null, '24', '33'],
    ['fibrinogen', null, '193', '507'],
    ['crp', null, '0', '10'],
    ['lactate', null, '0.5', '2.2'],
    ['urine-specific-gravity', null, '1.005', '1.030'],
    ['lithium', null, '0.6', '1.2'],
    ['valproate', null, '50', '100'],
  ])('%s %s: %s to %s', (id, sex, low, high) => {
    const found = analyteOf(id).intervals.find(
      (one) => one.sex === sex && one.pregnant === null && one.ages === null,
    );
    expect([found?.low?.value, found?.high?.value]).toEqual([low, high]);
  });

  test('§2.10: pregnancy has three trimesters; §2.6: sedimentation rate has two ages per sex', () => {
    const inPregnancy = analyteOf('hemoglobin').intervals.filter((one) => one.pregnant);
    expect(inPregnancy.map((one) => `${one.low?.value} to ${one.high?.value}`)).toEqual([
      '11.6 to 13.9',
      '9.7 to 14.8',
      '9.5 to 15.0',
    ]);
    for (const id of ['wbc', 'platelets', 'ferritin'])
      expect(analyteOf(id).intervals.filter((one) => one.pregnant)).toHaveLength(3);
    expect(
      analyteOf('esr').intervals.map((one) => `${one.sex} ${one.ages?.minYears} ${one.high?.value}`),
    ).toEqual(['M 18 15', 'M 51 30', 'F 18 32', 'F 51 40']);
  });
});

describe('§2.11 plausibility gates', () => {
  test.each([
    ['sodium', '90', '200'],
    ['potassium', '1.0', '12'],
    ['co2', '1', '60'],
    ['glucose', '5', '2500'],
    ['creatinine', '0.1', '40'],
    ['bun', '1', '300'],
    ['calcium', '3', '22'],
    ['calcium-ionized', '0.2', '3.5'],
    ['magnesium', '0.2', '15'],
    ['phosphorus', '0.2', '25'],
    ['bilirubin', '0', '60'],
    ['hemoglobin', '1.5', '27'],
    ['hematocrit', '5', '85'],
    ['wbc', '0', '1000'],
    ['platelets', '0', '5000'],
    ['mcv', '40', '160'],
    ['inr', '0.5', '25'],
    ['tsh', '0', '1000'],
    ['free-t4', '0', '15'],
    ['protein', '1.5', '18'],
    ['albumin', '0.5', '8'],
    ['hdl', '2', '200'],
  ])('%s %s to %s', (id, low, high) => {
    expect(analyteOf(id).gate).toEqual({ low, high });
  });
});

describe('§2 codes', () => {
  test.each([
    ['troponin-i', '49563-0'],
    ['d-dimer-ddu', '48066-5'],
    ['urine-albumin-creatinine', '13705-9'],
    ['hiv-viral-load', '20447-9'],
    ['hepatitis-c-antibody', '5198-7'],
    ['hepatitis-b-core-antibody', '24113-3'],
    ['chlamydia', '20993-2'],
    ['gonorrhea', '53879-3'],
    ['trichomonas', '46154-1'],
    ['syphilis-nontreponemal', '11084-1'],
    ['syphilis-treponemal', '11597-2'],
    ['hpv-16', '61372-9'],
    ['influenza-b', '76080-1'],
    ['covid-antigen', '95209-3'],
    ['strep-a', '60489-2'],
    ['lead', '10368-9'],
    ['blood-parasites', '41451-6'],
    ['fit', '57905-2'],
    ['urine-wbc', '51487-7'],
    ['vitamin-d', '35365-6'],
  ])('%s has %s', (id, code) => {
    expect([...analyteOf(id).loinc, ...analyteOf(id).molarLoinc]).toContain(code);
  });

  test('codes people “remember” are nowhere', () => {
    const all = rules.analytes.flatMap((one) => [...one.loinc, ...one.molarLoinc]);
    for (const code of ['45069-7', '45070-5', '45084-6', '53879-5', '5895-7'])
      expect(all).not.toContain(code);
  });
});

describe('§5 changes since the last value', () => {
  test.each([
    ['creatinine-rise-48-h', 'up', 'absolute', '0.3', 2, 'same-day'],
    ['creatinine-rise-7-days', 'up', 'percent', '50', 7, 'same-day'],
    ['creatinine-rise-30-days', 'up', 'percent', '30', 30, 'standard'],
    ['creatinine-tripled', 'up', 'percent', '200', 30, 'critical'],
    ['hemoglobin-drop', 'down', 'absolute', '2', 365, 'same-day'],
    ['hemoglobin-drop-critical', 'down', 'absolute', '3', 30, 'critical'],
    ['platelets-halved-critical', 'down', 'percent', '50', 30, 'critical'],
    ['potassium-change', 'any', 'absolute', '1.0', 90, 'standard'],
    ['sodium-change', 'any', 'absolute', '8', 2, 'same-day'],
    ['sodium-change-critical', 'any', 'absolute', '10', 1, 'critical'],
    ['inr-rise', 'up', 'absolute', '1.5', 30, 'same-day'],
    ['a1c-rise', 'up', 'absolute', '1.0', 365, 'standard'],
    ['egfr-drop', 'down', 'percent', '25', 365, 'standard'],
    ['psa-rise', 'up', 'absolute', '0.75', 365, 'standard'],
    ['psa-doubled', 'up', 'percent', '100', 730, 'standard'],
  ])('%s: %s %s %s within %s days, %s', (id, direction, kind, value, withinDays, urgency) => {
    const delta = rules.analytes.flatMap((one) => one.deltas).find((one) => one.id === id);
    expect(delta).toMatchObject({
      direction,
      amount: { kind, value },
      withinDays,
      urgency,
      tier: urgency === 'critical' ? 'critical' : 'abnormal',
    });
  });

  test('a drop counts as critical only with what it leaves behind', () => {
    const and = (id: string) =>
      rules.analytes.flatMap((one) => one.deltas).find((one) => one.id === id)?.andValue;
    expect(and('hemoglobin-drop-critical')).toEqual({ operator: '<', value: '10', unit: 'g/dL' });
    expect(and('platelets-halved')).toMatchObject({ operator: '<', value: '150' });
    expect(and('platelets-halved-critical')).toMatchObject({ operator: '<', value: '50' });
  });
});
