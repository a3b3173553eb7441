import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import type { ClassifiablePatient, ClassifiableVersion } from '../../src/domain/rules/classification.js';
import { classify } from '../../src/domain/rules/classify.js';
import type { Observation } from '../../src/domain/result/report.js';

/** The starter rules as an invented medical director signs them. */
export const rules = signedStarterRules('Dr. Ada Winter', '2026-01-05');

export const woman: ClassifiablePatient = { sex: 'F', ageYears: 62, pregnant: null };
export const man: ClassifiablePatient = { sex: 'M', ageYears: 48, pregnant: null };

export function row(
  loinc: string | null,
  value: string | null,
  more: Partial<Observation> = {},
): Observation {
  return {
    key: loinc ?? more.name ?? 'row',
    code: loinc,
    system: loinc === null ? null : 'LOINC',
    name: loinc ?? 'Unnamed',
    value,
    unit: null,
    range: null,
    flag: null,
    status: 'final',
    note: null,
    ...more,
  };
}

export const potassium = (value: string, more: Partial<Observation> = {}) =>
  row('2823-3', value, { name: 'Potassium', unit: 'mmol/L', ...more });
export const glucose = (value: string, more: Partial<Observation> = {}) =>
  row('2345-7', value, { name: 'Glucose', unit: 'mg/dL', ...more });
export const a1c = (value: string, more: Partial<Observation> = {}) =>
  row('4548-4', value, { name: 'Hemoglobin A1c', unit: '%', ...more });

export function version(
  observations: readonly Observation[],
  more: Partial<ClassifiableVersion> = {},
): ClassifiableVersion {
  return {
    status: 'final',
    kind: 'lab',
    test: { code: null, system: null, name: 'Single test' },
    observations,
    note: null,
    readable: true,
    collectedAt: Date.UTC(2026, 2, 2, 13),
    ...more,
  };
}

export function classified(
  observations: readonly Observation[],
  more: Partial<ClassifiableVersion> = {},
  patient: ClassifiablePatient | null = man,
) {
  return classify(version(observations, more), rules, patient);
}

/** Every member of a basic metabolic panel well inside its interval. */
export function normalBmp(): Observation[] {
  const members: readonly (readonly [string, string, string, string])[] = [
    ['2345-7', '88', 'mg/dL', '65-99'],
    ['3094-0', '14', 'mg/dL', '6-24'],
    ['2160-0', '0.9', 'mg/dL', '0.76-1.27'],
    ['2951-2', '140', 'mmol/L', '134-144'],
    ['2823-3', '4.2', 'mmol/L', '3.5-5.2'],
    ['2075-0', '101', 'mmol/L', '96-106'],
    ['2028-9', '24', 'mmol/L', '20-29'],
    ['17861-6', '9.4', 'mg/dL', '8.7-10.2'],
  ];
  return members.map(([loinc, value, unit, range]) => row(loinc, value, { unit, range }));
}

export const bmp = { test: { code: '24321-2', system: 'LOINC', name: 'Basic metabolic panel' } } as const;
