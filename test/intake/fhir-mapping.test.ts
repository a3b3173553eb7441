import { describe, expect, test } from '@jest/globals';
import { npiOk } from '../../src/intake/npi.js';
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
import { readFhir } from '../../src/intake/fhir/index.js';

const codesOf = (result: ReturnType<typeof onlyResult>) => result.warnings.map((one) => one.code);
const row = (more: Json) => onlyResult(potassium('4.1', more)).report.observations[0];
const valued = (value: Json, more: Json = {}) =>
  onlyResult(observation('x', '883-9', { ...value, ...more })).report.observations[0];

describe('numbers and values', () => {
  test('digits stay as they were written', () => {
    const text = JSON.stringify(potassium('NUMBER')).replace('"NUMBER"', '6.30');
    expect(onlyResult(text).report.observations[0]?.value).toBe('6.30');
    const long = JSON.stringify(potassium('NUMBER')).replace('"NUMBER"', '98.42648071266267');
    expect(onlyResult(long).report.observations[0]?.value).toBe('98.42648071266267');
    const exponent = JSON.stringify(potassium('NUMBER')).replace('"NUMBER"', '6.3e1');
    expect(onlyResult(exponent).report.observations[0]?.value).toBe('63');
  });

  test('a value may be of any kind', () => {
    expect(valued({ valueQuantity: quantity(500, 'mg/dL', { comparator: '>' }) })).toMatchObject({
      value: '>500',
    });
    expect(valued({ valueString: 'Negative' })).toMatchObject({ value: 'Negative' });
    expect(valued({ valueInteger: 3 })).toMatchObject({ value: '3' });
    expect(valued({ valueBoolean: false })).toMatchObject({ value: 'false' });
    expect(valued({ valueRatio: { numerator: { value: 1 }, denominator: { value: 80 } } })).toMatchObject({
      value: '1:80',
    });
    expect(
      valued({ valueRange: { low: { value: 5, unit: '/uL' }, high: { value: 10, unit: '/uL' } } }),
    ).toMatchObject({
      value: '5 to 10',
      unit: '/uL',
    });
    expect(valued({ valueSampledData: { origin: { value: 0 }, data: '1 2 3' } })).toMatchObject({
      value: 'sampled data: 1 2 3',
    });
    expect(valued({ valueDateTime: '2026-03-02' })).toMatchObject({ value: '2026-03-02' });
    expect(valued({ valueQuantity: { value: 5 }, valueString: 'Negative' })).toMatchObject({
      value: '5 | Negative',
    });
  });

  test('a coded answer is its text; a coding that says something worse is kept beside it', () => {
    const answer = (text: string, code: string, display: string) =>
      valued({
        valueCodeableConcept: { text, coding: [{ system: 'http://snomed.info/sct', code, display }] },
      })?.value;
    expect(answer('Not detected', '260415000', 'Not detected (qualifier value)')).toBe('Not detected');
    expect(answer('Negative', '10828004', 'Positive (qualifier value)')).toBe('Negative^Positive^10828004');
  });

  test('two spellings of a unit are one unit; two units are none', () => {
    const unit = (printed: string, code: string) =>
      onlyResult(potassium(0, { valueQuantity: { ...quantity(4.1, printed), code } })).report.observations[0]
        ?.unit;
    expect(unit('mEq/L', 'meq/L')).toBe('mEq/L');
    expect(unit('millimoles', 'mmol/L')).toBe('mmol/L');
    expect(unit('mg/dL', 'mmol/L')).toBe('mg/dL (coded mmol/L)');
    const lying = potassium(0, { valueQuantity: { ...quantity(4.1, 'mg/dL'), code: 'mmol/L' } });
    expect(tierOf(onlyResult(lying))).toBe('review');
  });

  test('components and members are rows, each once; a group that says nothing is none', () => {
    const panel = observation('panel', '51990-0', {
      hasMember: [
        { reference: 'Observation/k' },
        { reference: 'Observation/k' },
        { reference: 'Observation/panel' },
      ],
      component: [{ code: loinc('2951-2', 'Sodium'), valueQuantity: quantity(140, 'mmol/L') }],
    });
    const result = onlyResult(
      bundle(report(['Observation/panel', 'Observation/k']), panel, potassium('4.1')),
    );
    expect(result.report.observations.map(({ key, value }) => [key, value])).toEqual([
      ['51990-0/2951-2', '140'],
      ['2823-3', '4.1'],
    ]);
  });

  test('a value that is absent is no value, and the reason is kept', () => {
    const absent = observation('x', '2823-3', {
      dataAbsentReason: { coding: [{ code: 'error', display: 'Error' }] },
    });
    expect(onlyResult(absent).report.observations[0]).toMatchObject({ value: null, note: 'No value: Error' });
    expect(tierOf(onlyResult(absent))).toBe('review');
    const notDone = { ...absent, dataAbsentReason: { coding: [{ code: 'not-performed' }] } };
    expect(tierOf(onlyResult(notDone))).toBeNull();
    expect(tierOf(onlyResult(potassium('4.1', { dataAbsentReason: { text: 'error' } })))).toBe('review');
  });

  test('a code that means two tests at once means none', () => {
    const code = { text: 'Mixed', coding: ['2345-7', '2823-3'].map((one) => loinc(one).coding[0]) };
    expect(tierOf(onlyResult(potassium('4.1', { code })))).toBe('review');
    const both = { text: 'K', coding: ['2823-3', '6298-4'].map((one) => loinc(one).coding[0]) };
    expect(tierOf(onlyResult(potassium('4.1', { code: both })))).toBe('normal');
  });
});

describe('flags', () => {
  const v3 = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';
  const flag = (...interpretation: Json[]) => row({ interpretation })?.flag;

  test('v3 codes, SNOMED CT and words, all of them', () => {
    expect(flag({ coding: [{ system: v3, code: 'H' }], text: 'High' })).toBe('H');
    expect(flag({ coding: [{ system: 'http://snomed.info/sct', code: '281302008' }] })).toBe('H');
    expect(flag({ text: 'above high normal' })).toBe('above high normal');
    expect(flag({ coding: [{ system: v3, code: 'H>' }] })).toBe('HU');
    expect(flag({ coding: [{ system: v3, code: 'N' }] }, { coding: [{ system: v3, code: 'HH' }] })).toBe(
      'N~HH',
    );
  });

  test('the worst counts, also when words are worse than their code', () => {
    const interpretation = [{ coding: [{ system: v3, code: 'N' }], text: 'Critical high' }];
    expect(flag(...interpretation)).toBe('N~Critical high');
    expect(tierOf(onlyResult(potassium('4.1', { interpretation })))).toBe('critical');
  });

  test('a sentence is no flag: it is for a person to read', () => {
    const result = onlyResult(
      potassium('4.1', {
        interpretation: [{ text: 'should be read with regard to the function of the kidneys' }],
      }),
    );
    expect(result.report.observations[0]).toMatchObject({
      flag: null,
      note: expect.stringContaining('kidneys'),
    });
    expect(tierOf(result)).toBe('review');
  });
});

describe('reference ranges', () => {
  const range = (...referenceRange: Json[]) => row({ referenceRange })?.range;
  const mmol = (value: number) => quantity(value, 'mmol/L');

  test('become a text that the rules read', () => {
    expect(range({ low: mmol(3.5), high: mmol(5.2) })).toBe('3.5-5.2');
    expect(range({ low: mmol(3.5) })).toBe('>=3.5');
    expect(range({ high: mmol(5.2) })).toBe('<=5.2');
    expect(range({ text: '    >59' })).toBe('>59');
    expect(range({ low: { value: 3.5 }, high: { value: 5.2 } })).toBe('3.5-5.2');
  });

  test('with another unit than the value it is no interval', () => {
    const other = { low: quantity(3.5, 'mg/dL'), high: quantity(5.2, 'mg/dL') };
    expect(range(other)).toBe('range: 3.5-5.2 mg/dL');
    expect(codesOf(onlyResult(potassium('4.1', { referenceRange: [other] })))).toContain(
      'range-unit-differs',
    );
  });

  test('several: the one for this patient, else none', () => {
    const forSex = (code: string, low: number) => ({
      low: mmol(low),
      high: mmol(9),
      appliesTo: [{ coding: [{ system: 'http://snomed.info/sct', code }] }],
    });
    const both = [forSex('248152002', 1), forSex('248153007', 2)];
    const inBundle = (who: Json[]) =>
      onlyResult(bundle(potassium('4.1', { referenceRange: both }), ...who)).report.observations[0]?.range;
    expect(inBundle([patient()])).toBe('1-9');
    expect(inBundle([patient({ gender: 'male' })])).toBe('2-9');
    expect(inBundle([])).toBe('248152002: 1-9 mmol/L; 248153007: 2-9 mmol/L');
    expect(range({ low: mmol(1), high: mmol(9) }, { low: mmol(2), high: mmol(9) })).toBe(
      'range: 1-9 mmol/L; range: 2-9 mmol/L',
    );
  });

  test('for an age, only when the age at collection is known', () => {
    const years = (value: number) => ({ value, code: 'a', system: 'http://unitsofmeasure.org' });
    const ranges = [
      { low: mmol(1), high: mmol(9), age: { low: years(0), high: years(17) } },
      { low: mmol(2), high: mmol(9), age: { low: years(18) } },
    ];
    const of = (birthDate: string) =>
      onlyResult(bundle(potassium('4.1', { referenceRange: ranges }), patient({ birthDate }))).report
        .observations[0]?.range;
    expect(of('2008-03-03')).toBe('1-9');
    expect(of('2008-03-02')).toBe('2-9');
    expect(of('2008')).toContain(';');
  });

  test('what is recommended or for treatment says nothing about normal', () => {
    const type = { coding: [{ code: 'therapeutic', display: 'Therapeutic' }] };
    expect(range({ low: mmol(3.5), high: mmol(5.2), type })).toBe('Therapeutic: 3.5-5.2 mmol/L');
  });
});

describe('references and completeness', () => {
  test('relative, absolute, contained and urn references are found', () => {
    const k = potassium('4.1');
    expect(onlyResult(bundle(report(['Observation/k']), k)).report.readable).toBe(true);
    expect(onlyResult(bundle(report(['https://lab.example/fhir/Observation/k']), k)).report.readable).toBe(
      true,
    );
    expect(onlyResult(report(['#k'], { contained: [k] })).report.observations).toHaveLength(1);
    const urn = {
      resourceType: 'Bundle',
      type: 'message',
      entry: [
        { fullUrl: 'urn:uuid:1b9d', resource: report(['urn:uuid:2c8e']) },
        { fullUrl: 'urn:uuid:2c8e', resource: { ...k, id: undefined } },
      ],
    };
    expect(onlyResult(urn).report.observations).toHaveLength(1);
  });

  test('a result that leads nowhere is never normal', () => {
    const result = onlyResult(bundle(report(['Observation/k', 'Observation/lost']), potassium('4.1')));
    expect(codesOf(result)).toContain('result-unresolved');
    expect([result.report.readable, tierOf(result)]).toEqual([false, 'review']);
  });

  test('an id of another server is another resource', () => {
    const [elsewhere] = resultsOf(
      bundle(report(['https://other.example/fhir/Observation/k']), potassium('4.1')),
    );
    expect(elsewhere?.report.observations).toEqual([]);
    const entry = [
      { fullUrl: 'https://a.example/Observation/k', resource: potassium('4.1') },
      { fullUrl: 'https://b.example/Patient/p1', resource: patient() },
    ];
    expect(onlyResult({ resourceType: 'Bundle', entry }).patient).toMatchObject({ family: null });
    const beside = [potassium('4.1'), patient()].map((resource) => ({
      resource: { resourceType: 'Bundle', entry: [{ resource }] },
    }));
    expect(onlyResult({ resourceType: 'Bundle', entry: beside }).patient).toMatchObject({
      id: 'p1',
      family: null,
    });
  });

  test('an observation under a report is not counted again; one without a report is its own result', () => {
    const lone = observation('na', '2951-2', { valueQuantity: quantity(140, 'mmol/L') });
    const results = resultsOf(bundle(report(['Observation/k']), potassium('4.1'), lone, patient()));
    expect(results.map((one) => one.report.observations.map((each) => each.code))).toEqual([
      ['2823-3'],
      ['2951-2'],
    ]);
  });

  test('observations of one order, collection and specimen are one result under the name of the order', () => {
    const order = { resourceType: 'ServiceRequest', id: 's1', code: loinc('24326-1', 'Electrolytes') };
    const basedOn = [{ reference: 'ServiceRequest/s1' }];
    const na = observation('na', '2951-2', { basedOn, valueQuantity: quantity(140, 'mmol/L') });
    const later = potassium('4.4', { id: 'k2', basedOn, effectiveDateTime: '2026-03-02T14:15:00-05:00' });
    const results = resultsOf(bundle(potassium('4.1', { basedOn }), na, later, order));
    expect(results.map(({ report: one }) => [one.test.code, one.observations.length])).toEqual([
      ['24326-1', 2],
      ['2823-3', 1],
    ]);
  });

  test('several patients in one Bundle stay apart; a row of another patient is a mix-up', () => {
    const of = (id: string, who: string) => ({
      ...potassium('4.1'),
      id,
      subject: { reference: `Patient/${who}` },
    });
    const two = resultsOf(
      bundle(of('a', 'p1'), of('b', 'p2'), patient(), patient({ id: 'p2', identifier: [] })),
    );
    expect(two.map((one) => one.patient.id)).toEqual(['M-77', 'p2']);
    const mixed = onlyResult(bundle(report(['Observation/a']), of('a', 'p2')));
    expect(mixed.report.patient).toBeNull();
    expect(codesOf(mixed)).toContain('patients-differ');
    expect(tierOf(mixed)).toBe('review');
  });
});

describe('the report itself', () => {
  const statusOf = (status: unknown, row: unknown = 'final') =>
    onlyResult(bundle(report(['Observation/k'], { status }), potassium('4.1', { status: row }))).report
      .status;

  test('statuses as in the table of hl7-fhir §6; the worse of report and row closes no loop', () => {
    expect(
      ['preliminary', 'partial', 'final', 'amended', 'corrected', 'appended'].map((one) => statusOf(one)),
    ).toEqual(['preliminary', 'preliminary', 'final', 'corrected', 'corrected', 'corrected']);
    expect([statusOf('entered-in-error'), statusOf('unknown'), statusOf(null)]).toEqual([
      'withdrawn',
      'unknown',
      'unknown',
    ]);
    expect([statusOf('final', 'preliminary'), statusOf('final', 'entered-in-error')]).toEqual([
      'preliminary',
      'withdrawn',
    ]);
    expect(statusOf('cancelled', 'cancelled')).toBe('cancelled');
    expect(read(report([], { status: 'registered' })).verdict).toBe('none');
  });

  test('a conclusion is for a person, unless it says normal and no more', () => {
    const tier = (conclusion: string) =>
      tierOf(onlyResult(bundle(report(['Observation/k'], { conclusion }), potassium('4.1'))));
    expect(tier('Acute leukemia')).toBe('review');
    expect(tier('Normal.')).toBe('normal');
    const coded = report(['Observation/k'], { conclusionCode: [{ text: 'Malignant tumor' }] });
    expect(onlyResult(bundle(coded, potassium('4.1'))).report).toMatchObject({
      note: 'Malignant tumor',
      readable: false,
    });
  });

  test('a text form is read, a PDF alone is not', () => {
    const data = Buffer.from('Growth of Klebsiella').toString('base64');
    const text = onlyResult(report([], { presentedForm: [{ contentType: 'text/plain', data }] }));
    expect(text.report).toMatchObject({ note: 'Growth of Klebsiella', readable: true });
    expect(tierOf(text)).toBe('review');
    const pdf = onlyResult(
      report([], { presentedForm: [{ contentType: 'application/pdf', data: 'JVBERi0=' }] }),
    );
    expect(pdf.report.readable).toBe(false);
    expect(codesOf(pdf)).toContain('document-unread');
  });

  test('L5b, S003-93: laboratory, imaging and pathology by category, cytology also by its code', () => {
    const kind = (code: string, more: Json = {}) =>
      onlyResult(
        report([], {
          category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code }] }],
          ...more,
        }),
      ).report.kind;
    expect(['LAB', 'CH', 'HM', 'MB', 'RAD', 'PAT', 'SP', 'CP'].map((one) => kind(one))).toEqual([
      'lab',
      'lab',
      'lab',
      'lab',
      'imaging',
      'pathology',
      'pathology',
      'pathology',
    ]);
    expect(kind('LAB', { code: loinc('10524-7') })).toBe('pathology');
  });

  test('vital signs, surveys and social history are no results', () => {
    for (const code of ['vital-signs', 'survey', 'social-history'])
      expect(read(observation('x', '8867-4', { category: category(code) })).verdict).toBe('none');
    expect(read(observation('x', '85354-9', { category: undefined })).verdict).toBe('none');
    const both = resultsOf(
      bundle(potassium('4.1'), observation('x', '8867-4', { category: category('vital-signs') })),
    );
    expect(both).toHaveLength(1);
  });

  test('a modifier extension changes what is said: never normal', () => {
    const modified = potassium('4.1', { modifierExtension: [{ url: 'https://x.example/not' }] });
    expect(tierOf(onlyResult(potassium('4.1')))).toBe('normal');
    expect(tierOf(onlyResult(modified))).toBe('review');
  });

  test('keys stay the same over versions and repeats are told apart', () => {
    const keys = (value: string) =>
      onlyResult(
        bundle(report(['Observation/k', 'Observation/k2']), potassium(value), potassium('9', { id: 'k2' })),
      ).report.observations.map((one) => one.key);
    expect(keys('4.1')).toEqual(['2823-3', '2823-3#2']);
    expect(keys('4.2')).toEqual(keys('4.1'));
  });

  test('test data and restricted records are marked (L5a, L26)', () => {
    const tagged = (code: string, more: Json = {}) =>
      onlyResult(
        potassium('4.1', {
          meta: {
            tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code }],
            security: [more],
          },
        }),
      );
    expect(tagged('HTEST').processing).toBe('training');
    expect(tagged('x').processing).toBe('production');
    expect(
      tagged('x', { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'NOPAT' }).report
        .confidential,
    ).toBe(true);
  });
});

describe('people and order', () => {
  const order = (requester: Json) => ({
    resourceType: 'ServiceRequest',
    id: 's1',
    identifier: [
      { type: { coding: [{ code: 'PLAC' }] }, value: 'PL-9' },
      { type: { coding: [{ code: 'FILL' }] }, value: 'FI-9' },
    ],
    authoredOn: '2026-03-01',
    requester,
  });
  const doctor = (value: string) => ({
    resourceType: 'Practitioner',
    id: 'd1',
    identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value }],
    name: [{ family: 'Marsh', given: ['Ida'] }],
  });
  const ordered = (...more: Json[]) =>
    onlyResult(
      bundle(
        report(['Observation/k'], {
          basedOn: [{ reference: 'ServiceRequest/s1' }],
          performer: [{ reference: 'Practitioner/path', display: 'Dr. Path' }],
          resultsInterpreter: [{ reference: 'Practitioner/path' }],
        }),
        potassium('4.1'),
        ...more,
      ),
    );

  test('the patient: record number with its authority, never a social security number', () => {
    const identifier = [
      { system: 'http://hl7.org/fhir/sid/us-ssn', value: '999-00-1234' },
      { type: { coding: [{ code: 'DL' }] }, system: 'urn:dl', value: 'D1' },
      { type: { coding: [{ code: 'MR' }] }, system: 'urn:mr', value: 'M1' },
    ];
    const name = [
      { use: 'maiden', family: 'Old' },
      { use: 'official', family: 'Quill', given: ['Ada'] },
    ];
    const result = onlyResult(bundle(potassium('4.1'), patient({ identifier, name, birthDate: '1980' })));
    expect(result.patient).toMatchObject({
      id: 'M1',
      authority: 'urn:mr',
      family: 'Quill',
      given: 'Ada',
      birthDate: null,
      sex: 'F',
    });
    expect(JSON.stringify(result)).not.toContain('999-00-1234');
    expect(result.report.patient).toEqual({ id: 'M1', authority: 'urn:mr' });
  });

  test('a report without a subject is of whom all its rows are', () => {
    const anonymous = report(['Observation/k'], { subject: undefined });
    expect(onlyResult(bundle(anonymous, potassium('4.1'), patient())).patient.id).toBe('M-77');
  });

  test('a patient only named by reference: its id at that server, no name guessed from a display', () => {
    expect(
      onlyResult(potassium('4.1', { subject: { reference: 'Patient/p1', display: 'Ada Quill' } })).patient,
    ).toMatchObject({ id: 'p1', authority: null, family: null });
    expect(onlyResult(bundle(potassium('4.1'))).patient).toMatchObject({
      id: 'p1',
      authority: 'https://lab.example/fhir',
    });
    expect(onlyResult(potassium('4.1', { subject: { reference: 'Device/d' } })).report.patient).toBeNull();
    expect(onlyResult(potassium('4.1', { subject: undefined })).report.patient).toBeNull();
  });

  test('§8: the requester of the order, never who performed or interpreted', () => {
    const byPerson = ordered(order({ reference: 'Practitioner/d1' }), doctor('1234567893'));
    expect(byPerson.orderingProvider).toEqual({ id: 'd1', npi: '1234567893', family: 'Marsh', given: 'Ida' });
    expect(byPerson).toMatchObject({
      placer: 'PL-9',
      filler: 'FI-9',
      orderedAt: { iso: '2026-03-01', precision: 'day' },
    });
    const role = {
      resourceType: 'PractitionerRole',
      id: 'pr',
      practitioner: { reference: 'Practitioner/d1' },
    };
    expect(
      ordered(order({ reference: 'PractitionerRole/pr' }), role, doctor('1234567893')).orderingProvider?.npi,
    ).toBe('1234567893');
    expect(ordered(order({ reference: 'Organization/o' })).orderingProvider).toBeNull();
    expect(ordered().orderingProvider).toBeNull();
    expect(codesOf(ordered())).toContain('order-unresolved');
  });

  test('an NPI that fails its check digit is only an id', () => {
    expect([npiOk('1234567893'), npiOk('1234567890'), npiOk('430')]).toEqual([true, false, false]);
    expect(ordered(order({ reference: 'Practitioner/d1' }), doctor('430')).orderingProvider).toMatchObject({
      id: '430',
      npi: null,
    });
  });

  test('times keep their precision; without an offset they are in the zone of the source', () => {
    const at = (effectiveDateTime: string) => onlyResult(potassium('4.1', { effectiveDateTime })).collectedAt;
    expect(at('2026-03-02')).toMatchObject({ precision: 'day', at: Date.UTC(2026, 2, 2, 5) });
    expect(at('2026-03-02T08:15:00')).toMatchObject({
      precision: 'second',
      at: Date.UTC(2026, 2, 2, 13, 15),
    });
    expect(at('2026-03')).toMatchObject({ precision: 'month', at: null, iso: '2026-03' });
    expect(at('2026-02-30')).toMatchObject({ iso: null, at: null, raw: '2026-02-30' });
  });

  test('identifiers under which the result is known again (L39)', () => {
    const specimen = {
      resourceType: 'Specimen',
      id: 'sp',
      accessionIdentifier: { value: 'A-1' },
      type: { text: 'Serum' },
      receivedTime: '2026-03-02T09:00:00Z',
      condition: [{ text: 'hemolyzed' }],
    };
    const result = onlyResult(
      bundle(
        report(['Observation/k'], {
          meta: { versionId: '3' },
          identifier: [{ type: { coding: [{ code: 'FILL' }] }, value: 'F-1' }],
          specimen: [{ reference: 'Specimen/sp' }],
        }),
        potassium('4.1'),
        specimen,
      ),
    );
    expect(result.report.documentId).toBe('DiagnosticReport/r1/_history/3');
    expect(result.report.identifiers).toEqual([
      { namespace: 'lab-result', value: 'https://lab.example/fhir/DiagnosticReport/r1' },
      { namespace: 'filler', value: 'F-1' },
      { namespace: 'accession', value: 'A-1' },
    ]);
    expect(result).toMatchObject({
      specimen: 'Serum',
      filler: 'F-1',
      receivedAt: { iso: '2026-03-02T09:00:00Z' },
    });
    expect(tierOf(result)).toBe('review');
  });
});

describe('bad input', () => {
  test('is rejected with what to do and without its content', () => {
    const why = (value: unknown) => {
      const received = read(value);
      return received.verdict === 'reject' ? received.why : received.verdict;
    };
    expect(why('')).toMatch(/empty/);
    expect(why('<Patient xmlns="http://hl7.org/fhir"/>')).toMatch(/JSON \(application\/fhir\+json\)/);
    expect(why('{"resourceType":"Observation","valueString":"Quill')).toMatch(/cut off/);
    expect(why({ name: 'Quill' })).toMatch(/resourceType/);
    expect(why({ resourceType: 'OperationOutcome' })).toMatch(/error answer/);
    expect(why(patient())).toMatch(/no result \(it holds Patient\)/);
    expect(why(bundle(patient(), { resourceType: 'ServiceRequest', id: 's' }))).toBe('none');
    expect(why({ resourceType: 'Bundle', type: 'searchset' })).toBe('none');
    expect(why('[]')).toMatch(/resourceType/);
    expect(why(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).not.toMatch(/Quill/);
  });

  test('byte-order marks, UTF-16 and one resource a line are read', () => {
    const json = JSON.stringify(potassium('4.1'));
    const withMark = readFhir(new Uint8Array([0xef, 0xbb, 0xbf, ...bytesOf(json)]), source);
    const wide = readFhir(Buffer.from(`\ufeff${json}`, 'utf16le'), source);
    expect([withMark.verdict, wide.verdict]).toEqual(['results', 'results']);
    expect(resultsOf(`${json}\n${JSON.stringify({ ...potassium('5'), id: 'k2' })}\n`)).toHaveLength(2);
  });
});
