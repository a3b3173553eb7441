import type { Received, ReceivedResult } from '../../src/intake/received.js';
import { readFhir } from '../../src/intake/fhir/index.js';
import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import { classify } from '../../src/domain/rules/classify.js';
import type { Tier } from '../../src/domain/rules/rule-set.js';

export type Json = Record<string, unknown>;
export const source = { zone: 'America/New_York', name: 'lab-a' };
const rules = signedStarterRules('Dr. Ada Winter', '2026-01-05');

export function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

export function read(value: unknown): Received {
  return readFhir(bytesOf(value), source);
}

export function resultsOf(value: unknown): readonly ReceivedResult[] {
  const received = read(value);
  if (received.verdict !== 'results') throw new Error(`${received.verdict}: ${received.why}`);
  return received.results;
}

export function onlyResult(value: unknown): ReceivedResult {
  const results = resultsOf(value);
  const [result] = results;
  if (!result || results.length !== 1) throw new Error(`${results.length} results`);
  return result;
}

/** Tier by the starter rules, for a person of known sex and age where the message does not say. */
export function tierOf({ report, patient }: ReceivedResult): Tier | null {
  const known = { sex: patient.sex ?? 'M', ageYears: 48, pregnant: null } as const;
  return classify(report, rules, report.patient === null ? null : known).tier;
}

export const loinc = (code: string, display = code) => ({
  coding: [{ system: 'http://loinc.org', code, display }],
});
export const quantity = (value: number | string, unit: string, more: Json = {}) => ({
  value,
  unit,
  system: 'http://unitsofmeasure.org',
  code: unit,
  ...more,
});
export const category = (code: string) => [
  { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] },
];

export function observation(id: string, code: string, more: Json = {}): Json {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    category: category('laboratory'),
    code: loinc(code),
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: '2026-03-02T08:15:00-05:00',
    ...more,
  };
}

export const potassium = (value: number | string, more: Json = {}) =>
  observation('k', '2823-3', {
    valueQuantity: quantity(value, 'mmol/L'),
    referenceRange: [{ low: quantity(3.5, 'mmol/L'), high: quantity(5.2, 'mmol/L') }],
    ...more,
  });

export function report(results: readonly string[], more: Json = {}): Json {
  return {
    resourceType: 'DiagnosticReport',
    id: 'r1',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: 'LAB' }] }],
    code: { text: 'Electrolytes' },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: '2026-03-02T08:15:00-05:00',
    issued: '2026-03-02T11:00:00-05:00',
    result: results.map((reference) => ({ reference })),
    ...more,
  };
}

export const patient = (more: Json = {}): Json => ({
  resourceType: 'Patient',
  id: 'p1',
  identifier: [
    {
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
      system: 'urn:oid:1.2.3',
      value: 'M-77',
    },
  ],
  name: [{ use: 'official', family: 'Quill', given: ['Ada', 'Rose'] }],
  gender: 'female',
  birthDate: '1980-05-06',
  ...more,
});

/** Entries under one server's address. */
export function bundle(...resources: Json[]): Json {
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({
      fullUrl: `https://lab.example/fhir/${String(resource['resourceType'])}/${String(resource['id'])}`,
      resource,
    })),
  };
}
