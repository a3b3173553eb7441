import { expect, test } from '@jest/globals';
import { loincOk } from '../../src/domain/library/loinc.js';
import { nextSteps } from '../../src/domain/library/next-steps.js';
import { patientNames } from '../../src/domain/library/patient-names.js';
import { signedStarterRules, starterRules } from '../../src/domain/library/starter-rules.js';
import { signedStarterTemplates, starterTemplates } from '../../src/domain/library/starter-templates.js';
import { parseTemplates, requireSignedTemplates } from '../../src/domain/messages/template.js';
import { parseRuleSet, requireSigned } from '../../src/domain/rules/rule-set.js';

test('every LOINC code of the library passes its check digit, and misremembered ones fail', () => {
  const codes = [
    ...starterRules.analytes.flatMap((one) => [...one.loinc, ...one.molarLoinc]),
    ...starterRules.panels.flatMap((one) => one.loinc),
    ...starterRules.sensitivity.flatMap((one) => one.loinc),
  ];
  expect(codes.length).toBeGreaterThan(150);
  expect(codes.filter((code) => !loincOk(code))).toEqual([]);
  expect(['45069-7', '45070-5', '45084-6', '53879-5', '718-8', '', 'abc', '718'].filter(loincOk)).toEqual([]);
});

test('S000-33: the starter covers CBC, CMP, BMP, lipid, A1c, TSH and PSA, each rule with its source', () => {
  const panels = starterRules.panels.map((one) => one.id);
  expect(panels).toEqual(expect.arrayContaining(['cbc', 'cmp', 'bmp', 'lipid', 'a1c', 'tsh', 'psa']));
  for (const { limits, intervals, raises, deltas } of starterRules.analytes) {
    for (const rule of [...limits, ...intervals, ...raises, ...deltas]) expect(rule.source).not.toBe('');
  }
});

test('S000-25: the raw starter is unsigned; signing it names the director and the date', () => {
  expect(() => requireSigned(starterRules)).toThrow(/medical director must review and sign/);
  expect(requireSigned(signedStarterRules('Dr. Ada Winter', '2026-01-05')).signedBy).toEqual({
    name: 'Dr. Ada Winter',
    date: '2026-01-05',
  });
  expect(() => signedStarterRules('', 'yesterday')).toThrow(/rule set cannot be used/i);
});

test('S000-45: a rule set survives export and import, and a broken one names its fault', () => {
  expect(parseRuleSet(JSON.parse(JSON.stringify(starterRules)))).toEqual(starterRules);
  const broken = structuredClone(starterRules);
  broken.analytes[0]!.loinc = ['6690-9'];
  broken.panels[0]!.analyteIds.push('nonsense');
  expect(() => parseRuleSet(broken)).toThrow(/6690-9 fails its check digit/);
  broken.analytes[0]!.loinc = ['6690-2'];
  expect(() => parseRuleSet(broken)).toThrow(/unknown analyte nonsense/);
});

test('names and next steps for patients belong to the library’s own ids, in both languages', () => {
  const ids = new Set([...starterRules.analytes, ...starterRules.panels].map((one) => one.id));
  expect(Object.keys(patientNames).filter((id) => !ids.has(id))).toEqual([]);
  expect(Object.keys(nextSteps).filter((id) => id !== 'other' && !ids.has(id))).toEqual([]);
});

test('message templates are complete and need the signatures of director and translator', () => {
  expect(parseTemplates(JSON.parse(JSON.stringify(starterTemplates)))).toEqual(starterTemplates);
  expect(() => requireSignedTemplates(starterTemplates)).toThrow(
    /medical director and a qualified translator/,
  );
  expect(
    requireSignedTemplates(signedStarterTemplates('Dr. Ada Winter', 'Luz Prado', '2026-01-05')).version,
  ).toBe(1);
  expect(() =>
    parseTemplates({ ...starterTemplates, templates: starterTemplates.templates.slice(1) }),
  ).toThrow(/every template must be present/);
});
