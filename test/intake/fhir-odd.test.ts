import { describe, expect, test } from '@jest/globals';
import { readDelivery } from '../../src/intake/read-delivery.js';
import {
  bundle,
  bytesOf,
  category,
  loinc,
  observation,
  onlyResult,
  patient,
  potassium,
  quantity,
  read,
  report,
  resultsOf,
  source,
  tierOf,
  type Json,
} from './fhir-builders.js';

const critical = { valueQuantity: quantity(6.9, 'mmol/L') };
const codes = (value: unknown) => read(value).warnings.map((one) => one.code);

describe('no observation is lost', () => {
  test('a laboratory row under a note is a result', () => {
    const note = report(['Observation/k'], { code: loinc('34117-2'), category: [] });
    expect(tierOf(onlyResult(bundle(patient(), potassium(6.9), note)))).toBe('critical');
    const vital = observation('v', '8867-4', { category: category('vital-signs') });
    expect(
      read(bundle(patient(), vital, report(['Observation/v'], { code: loinc('34117-2'), category: [] })))
        .verdict,
    ).toBe('none');
  });

  test('what laboratories measure is theirs, whatever category it came under', () => {
    for (const said of ['vital-signs', 'exam', 'survey'])
      expect(tierOf(onlyResult(potassium(6.9, { category: category(said) })))).toBe('critical');
  });

  test('of several versions of an Observation only the newest is a result', () => {
    const version = (id: string, hour: string, more: Json) =>
      potassium(4.1, { meta: { versionId: id, lastUpdated: `2026-03-02T${hour}:00:00Z` }, ...more });
    const both = bundle(patient(), version('2', '10', critical), version('1', '09', {}));
    expect(tierOf(onlyResult(both))).toBe('critical');
    expect(codes(both)).toContain('older-version');
  });

  test('answers given when ordering go with the report of their order; others are no results', () => {
    const answer = (id: string) =>
      observation(id, '95419-8', { valueQuantity: undefined, valueString: 'yes' });
    const order = {
      resourceType: 'ServiceRequest',
      id: 'o',
      supportingInfo: [{ reference: 'Observation/a' }],
    };
    const k = report(['Observation/k'], { basedOn: [{ reference: 'ServiceRequest/o' }] });
    const sent = bundle(patient(), order, potassium(4.1), answer('a'), answer('b'), k);
    const one = onlyResult(sent);
    expect(one.report.observations.map((row) => row.code)).toEqual(['2823-3', '95419-8']);
    expect(tierOf(one)).toBe('normal');
    expect(codes(sent)).toContain('asked-at-order-entry');
  });

  test('a name that stands twice in an object hides a value: a person must read it', () => {
    const json = JSON.stringify(bundle(patient(), potassium(4.1), report(['Observation/k'])));
    const twice = json.replace(
      '"valueQuantity"',
      '"valueQuantity":{"value":6.9,"unit":"mmol/L"},"valueQuantity"',
    );
    expect(resultsOf(json).map(tierOf)).toEqual(['normal']);
    expect(resultsOf(twice).map(tierOf)).toEqual(['review']);
    const delivery = readDelivery(bytesOf(twice), source);
    expect(delivery.warnings.map((one) => one.code)).toContain('names-repeated');
  });
});

test('unit and UCUM code that are two units: nothing is taken for either', () => {
  const valueQuantity = { ...quantity(4.1, 'mmol/L'), code: 'mg/dL' };
  expect(tierOf(onlyResult(potassium(4.1, { valueQuantity })))).toBe('review');
  // Equivalents and moles of potassium are one number.
  const equivalent = { ...quantity(4.1, 'mmol/L'), code: 'meq/L' };
  expect(onlyResult(potassium(4.1, { valueQuantity: equivalent })).report.observations[0]?.unit).toBe(
    'mmol/L',
  );
});

describe('who ordered, as versions before R4 say it', () => {
  const doctor = {
    resourceType: 'Practitioner',
    id: 'd',
    identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' }],
    name: [{ family: 'Okafor' }],
  };
  const by = { reference: 'Practitioner/d' };

  test.each([
    ['STU3', { resourceType: 'ProcedureRequest', id: 'o', requester: { agent: by } }, 'basedOn'],
    ['DSTU2', { resourceType: 'DiagnosticOrder', id: 'o', orderer: by }, 'request'],
  ])('%s', (_version, order, field) => {
    const k = report(['Observation/k'], { [field]: [{ reference: `${order.resourceType}/o` }] });
    const one = onlyResult(bundle(patient(), doctor, order, potassium(4.1), k));
    expect(one.orderingProvider).toMatchObject({ npi: '1234567893', family: 'Okafor' });
  });
});
