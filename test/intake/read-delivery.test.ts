import { describe, expect, test } from '@jest/globals';
import { readDelivery } from '../../src/intake/read-delivery.js';
import { inspectBytes } from '../../src/starters/inspection.js';
import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import { bytesOf, potassium, source } from './fhir-builders.js';

const rules = {
  zone: 'America/New_York',
  ruleSet: signedStarterRules('Dr. Ada Winter', '2026-01-05'),
};
const document = {
  labresultid: 1090321,
  patientid: 4102,
  documentclass: 'LABRESULT',
  status: 'REVIEW',
  providerid: 71,
  tietoorderid: 1090300,
  description: 'CMP, serum or plasma',
  labresultloinc: '24323-8',
  resultstatus: 'Final',
  externalaccessionid: 'A26-063-1187',
  observationdatetime: '2026-03-03T09:40:00-05:00',
  performinglabname: 'Example Reference Lab',
  performinglabaddress1: '1 Lab Way',
  performinglabcity: 'Durham',
  performinglabstate: 'NC',
  performinglabzip: '27707',
  observations: [
    {
      analyteid: 911201,
      analytename: 'potassium',
      value: '6.4',
      units: 'mmol/L',
      abnormalflag: 'critical high',
      referencerange: '3.5-5.3',
      resultstatus: 'final',
      loinc: '2823-3',
    },
  ],
  pages: [],
};
const formatOf = (value: unknown) => readDelivery(bytesOf(value), source).format;

describe('what a delivery is', () => {
  test('is told by its content, after byte-order mark, blanks and frame', () => {
    expect(formatOf('MSH|^~\\&|LAB')).toBe('hl7v2');
    expect(formatOf('\ufeff\r\n MSH|^~\\&|LAB')).toBe('hl7v2');
    expect(formatOf('\u000bFHS|^~\\&|LAB')).toBe('hl7v2');
    expect(formatOf('PID|1||77')).toBe('hl7v2');
    expect(formatOf(potassium('4.1'))).toBe('fhir');
    expect(formatOf({ entry: [], resourceType: 'Bundle' })).toBe('fhir');
    expect(formatOf('<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"/>')).toBe('fhir');
    expect(formatOf('{"resourceType":"Bundle", cut')).toBe('fhir');
    expect(formatOf(document)).toBe('athenahealth');
    expect(formatOf([document])).toBe('athenahealth');
    expect(formatOf({ labresults: [], totalcount: 0 })).toBe('athenahealth');
    expect([formatOf('hello'), formatOf('%PDF-1.7'), formatOf({ a: 1 }), formatOf('')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('athenahealth documents', () => {
  test('are read as the feed would, with what the document prints', () => {
    const file = inspectBytes('document', bytesOf([document]), rules);
    expect(file).toMatchObject({ kind: 'athenahealth', tier: 'critical' });
    expect(file.results[0]).toMatchObject({
      tier: 'critical',
      urgency: 'critical',
      status: 'final',
      patient: { id: '4102', authority: null, family: null, birthDate: null },
      orderingProvider: { id: '71', npi: null },
      placer: '1090300',
      filler: 'A26-063-1187',
      collectedAt: '2026-03-03T09:40:00-05:00',
      performingLab: { name: 'Example Reference Lab', address: '1 Lab Way, Durham, NC 27707' },
      observations: [{ code: '2823-3', value: '6.4', flag: 'critical high', tier: 'critical' }],
    });
  });

  test('numbers of a document keep their digits', () => {
    const text = JSON.stringify(document).replace('"6.4"', '6.40');
    const [result] = inspectBytes('document', bytesOf(text), rules).results;
    expect(result?.observations[0]?.value).toBe('6.40');
  });

  test('the chart list has other names for the same things', () => {
    const { observations, tietoorderid, observationdatetime, ...rest } = document;
    const listed = {
      ...rest,
      orderid: tietoorderid,
      labresultdatetime: '03/03/2026 09:40:00',
      analytes: observations,
    };
    const [result] = inspectBytes('list', bytesOf({ results: [listed], totalcount: 1 }), rules).results;
    expect(observationdatetime).toBeDefined();
    expect(result).toMatchObject({
      tier: 'critical',
      placer: '1090300',
      collectedAt: '2026-03-03T09:40:00',
      observations: [{ value: '6.4' }],
    });
  });

  test('midnight is how "time unknown" is written; a document without its patient is never normal', () => {
    const normal = { ...document.observations[0], value: '4.1', abnormalflag: 'normal' };
    const one = {
      ...document,
      patientid: undefined,
      observationdatetime: '2026-03-03T00:00:00-05:00',
      labresultloinc: undefined,
      description: 'Potassium',
      observations: [normal],
    };
    const [result] = inspectBytes('document', bytesOf(one), rules).results;
    expect(result).toMatchObject({ collectedAt: '2026-03-03', tier: 'review', patient: { id: null } });
  });

  test('one unreadable document of a list never hides the others', () => {
    const received = readDelivery(
      bytesOf({ labresults: [document, { ...document, documentclass: 'ADMIN' }, 5] }),
      source,
    );
    expect(received).toMatchObject({ verdict: 'results', format: 'athenahealth' });
    expect(received.warnings.map((one) => one.code)).toEqual(['not-a-lab-result', 'row-unreadable']);
  });
});
