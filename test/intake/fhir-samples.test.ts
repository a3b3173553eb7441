import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readDelivery } from '../../src/intake/read-delivery.js';
import { inspectBytes, type ResultInspection } from '../../src/starters/inspection.js';
import { signedStarterRules } from '../../src/domain/library/starter-rules.js';

/*
 * What each genuine file says, written down from reading it. A row is
 * `code | value | unit | range | flag | tier`; an empty place was not sent.
 */
const folder = 'test/data/samples/fhir';
const rules = { zone: 'America/New_York', ruleSet: signedStarterRules('Dr. Ada Winter', '2026-01-05') };
type Expected = Partial<Omit<ResultInspection, 'observations' | 'warnings'>> & {
  readonly rows: readonly string[];
};

/** The patient of the HL7 examples, of whom these files hold only a reference. */
const named = (id: string, authority: string | null = null) => ({
  id,
  authority,
  family: null,
  given: null,
  birthDate: null,
  sex: null,
});
const bmc = (filler: string, more: Partial<Expected>): Partial<Expected> => ({
  kind: 'lab',
  status: 'final',
  patient: named('f001'),
  orderingProvider: null,
  placer: null,
  filler,
  reportedAt: '2013-04-03T15:30:10+01:00',
  sensitive: [],
  ...more,
});
const usCore = (rows: string[], tier: ResultInspection['tier']): Expected => ({
  kind: 'lab',
  status: 'final',
  tier,
  patient: named('example'),
  orderingProvider: null,
  placer: null,
  filler: null,
  collectedAt: '2005-07-05',
  reportedAt: null,
  specimen: 'Serum specimen',
  rows,
});
const synthea = (family: string, given: string, birthDate: string, id: string, sex: 'F' | 'M' = 'M') => ({
  kind: 'lab' as const,
  status: 'final' as const,
  patient: { id, authority: 'http://hospital.smarthealthit.org', family, given, birthDate, sex },
  // The encounter names a doctor; nobody is named as having ordered.
  orderingProvider: null,
  placer: null,
  filler: null,
});

const samples: Readonly<Record<string, Expected>> = {
  // Five results are named and none is there; the conclusion ("Core lab") is for a person.
  'diagnosticreport-example-f001-bloodexam': {
    kind: 'lab',
    status: 'final',
    tier: 'review',
    patient: named('f001', 'https://example.com/base'),
    orderingProvider: { id: 'f001', npi: null, family: 'E.van den Broek', given: null },
    placer: 'L2381',
    filler: 'nr1239044',
    test: {
      code: '58410-2',
      system: 'LOINC',
      name: 'Complete blood count (hemogram) panel - Blood by Automated count',
    },
    collectedAt: null,
    reportedAt: '2013-05-15T19:32:52+01:00',
    performingLab: { name: 'Burgers University Medical Centre', address: null },
    rows: [],
  },
  // Mass LOINC codes with molar values; the ranges sent decide. LDL is 4.6 here and 4.2 in the narrative.
  'diagnosticreport-example-lipids': {
    kind: 'lab',
    status: 'final',
    tier: 'abnormal',
    patient: named('pat2', 'https://example.com/base'),
    orderingProvider: null,
    placer: null,
    filler: '5234342',
    test: { code: '24331-1', system: 'LOINC', name: 'Lipid Panel' },
    collectedAt: '2011-03-04T08:30:00+11:00',
    reportedAt: '2013-01-27T11:45:33+11:00',
    performingLab: { name: 'Acme Laboratory, Inc', address: null },
    rows: [
      '35200-5 | 6.3 | mmol/L | <=4.5 |  | abnormal',
      '35217-9 | 1.3 | mmol/L | <=2.0 |  | review',
      '2085-9 | 1.3 | mmol/L | >=1.5 |  | abnormal',
      '13457-7 | 4.6 | mmol/L | <=3.0 |  | abnormal',
    ],
  },
  // Cytology without category, values or words.
  'diagnosticreport-example-papsmear': {
    kind: 'pathology',
    status: 'final',
    tier: 'review',
    sensitive: ['oncology'],
    patient: named('b248b1b2-1686-4b94-9936-37d7a5f94b51'),
    orderingProvider: null,
    test: { code: '47527-7', system: 'LOINC', name: '47527-7' },
    collectedAt: '2013-02-11T10:33:33+11:00',
    reportedAt: '2013-02-13T11:45:33+11:00',
    rows: [],
  },
  // No answer of a blood group is normal by itself: a person reads it.
  'observation-example-bloodgroup': {
    kind: 'lab',
    status: 'final',
    patient: named('infant'),
    test: { code: '883-9', system: 'LOINC', name: 'Blood Group' },
    collectedAt: '2018-03-11T16:07:54+00:00',
    rows: ['883-9 | A |  |  |  | review'],
  },
  'observation-example-f001-glucose': {
    ...bmc('6323', { collectedAt: '2013-04-02T09:30:10+01:00', tier: 'abnormal' }),
    rows: ['15074-8 | 6.3 | mmol/l | 3.1-6.2 | H | abnormal'],
  },
  'observation-example-f002-excess': {
    ...bmc('6324', { collectedAt: '2013-04-02T10:30:10+01:00', tier: 'abnormal' }),
    rows: ['11555-0 | 12.6 | mmol/l | 7.1-11.2 | H | abnormal'],
  },
  'observation-example-f003-co2': {
    ...bmc('6325', { collectedAt: '2013-04-02T10:30:10+01:00', tier: 'abnormal' }),
    rows: ['11557-6 | 6.2 | kPa | 4.8-6.0 | H | abnormal'],
  },
  // Eight ranges by age and sex in one text: none is taken, the flag stands.
  'observation-example-f004-erythrocyte': {
    ...bmc('6326', { collectedAt: '2013-04-02T10:30:10+01:00', tier: 'abnormal' }),
    rows: [
      '789-8 | 4.12 | 10^12/L | 12-14 y Male: 4.4 - 5.2  x  10^12/L ; 12-14 y Female: 4.2 - 4.8  x  10^12/L ; 15-17 y Male: 4.6 - 5.4  x  10^12/L ; 15-17 y Female: 4.2 - 4.8  x  10^12/L ; 18-64 y Male: 4.6 - 5.4  x  10^12/L ; 18-64 y Female: 4.0 - 4.8  x  10^12/L ; 65-74 y Male: 4.3 - 5.3  x  10^12/L ; 65-74 y Female: 4.1 - 4.9  x  10^12/L | L | abnormal',
    ],
  },
  // A local code, the interpretation also in SNOMED CT, range limits without a unit.
  'observation-example-f204-creatinine': {
    kind: 'lab',
    status: 'final',
    tier: 'abnormal',
    patient: named('f201'),
    filler: '1304-03720-Creatinine',
    test: { code: '20005', system: 'local', name: 'Creatinine(Serum)' },
    collectedAt: null,
    reportedAt: '2013-04-04T14:34:00+01:00',
    rows: ['20005 | 122 | umol/L | 64-104 | H | abnormal'],
  },
  // Cancelled: the tube broke. No tier, and never "negative".
  'observation-example-unsat': {
    ...bmc('6323', { collectedAt: '2013-04-02T09:30:10+01:00', status: 'cancelled', tier: null }),
    rows: ['15074-8 |  |  | 3.1-6.2 |  | null'],
  },
  // No ranges, no interpretation, 15-digit decimals.
  'synthea-bmp': {
    ...synthea('Lakin', 'Eddie', '1910-09-19', 'cf7c878e-a8e3-468a-9d88-dd3e729bf026'),
    tier: 'abnormal',
    test: { code: '51990-0', system: 'LOINC', name: 'Basic Metabolic Panel' },
    collectedAt: '1969-11-10T23:11:46+00:00',
    reportedAt: '1969-11-10T23:11:46.059+00:00',
    rows: [
      '2339-0 | 98.42648071266267 | mg/dL |  |  | normal',
      '6299-2 | 14.845276702970516 | mg/dL |  |  | normal',
      '38483-4 | * | mg/dL |  |  | *',
      '49765-1 | * | mg/dL |  |  | *',
      '2947-0 | * | mmol/L |  |  | *',
      '6298-4 | * | mmol/L |  |  | *',
      '2069-3 | 109.87410732946684 | mmol/L |  |  | abnormal',
      '20565-8 | * | mmol/L |  |  | *',
    ],
  },
  // "(Elevated)" stands in a name only; nothing is flagged.
  'synthea-cmp-alt-high': {
    ...synthea('Cruickshank', 'Jordan', '1965-07-05', '5de38439-d320-46d3-854d-3c098e88de4c', 'F'),
    tier: 'abnormal',
    test: { code: '24323-8', system: 'LOINC', name: 'Comprehensive metabolic 2000 panel - Serum or Plasma' },
    collectedAt: '2017-06-24T13:09:09+00:00',
    rows: [
      '42719-5 | 1.2468872654071044 | mg/dL |  |  | abnormal',
      '1742-6 | 142.266670665861 | IU/L |  |  | abnormal',
      '1920-8 | 163.40549045276282 | IU/L |  |  | abnormal',
      ...['2345-7', '3094-0', '2160-0', '17861-6'].map((code) => `${code} | * | mg/dL |  |  | *`),
      ...['2951-2', '2823-3', '2075-0', '2028-9', '33037-3'].map((code) => `${code} | * | mmol/L |  |  | *`),
      '2885-2 | 8.003273649890696 | g/dL |  |  | *',
      '1751-7 | 3.4177106414654475 | g/dL |  |  | abnormal',
      '10834-0 | * | g/dL |  |  | *',
      '6768-6 | 37.858778503598195 | IU/L |  |  | abnormal',
    ],
  },
  // A number under a code for presence.
  'synthea-fit-positive': {
    ...synthea('Lucio', 'Benito', '1936-08-18', 'b5c88c11-b161-4183-80e0-124571e51207'),
    tier: 'abnormal',
    sensitive: ['oncology'],
    collectedAt: '2014-11-02T19:08:38+00:00',
    rows: ['57905-2 | 499.3379382696889 | ng/mL |  |  | abnormal'],
  },
  'synthea-psa-high': {
    ...synthea('Von', 'Chadwick', '1938-04-09', '628e4827-ecda-4c9d-881e-7b53d0c6e5ed'),
    tier: 'abnormal',
    sensitive: ['oncology'],
    collectedAt: '2003-07-12T07:44:08+00:00',
    rows: ['2857-1 | 7.339474389024675 | ng/mL |  |  | abnormal'],
  },
  // Eight results are named and none is in the file.
  'us-core-diagnosticreport-metabolic-panel': {
    kind: 'lab',
    status: 'final',
    tier: 'review',
    patient: named('example'),
    orderingProvider: null,
    test: { code: '24321-2', system: 'LOINC', name: 'Basic Metabolic Panel (BMP)' },
    collectedAt: '2005-07-04',
    reportedAt: '2005-07-06T11:45:33Z',
    performingLab: { name: 'Acme Laboratory, Inc', address: null },
    rows: [],
  },
  'us-core-observation-serum-bun': usCore(['3094-0 | 10 | mg/dL | 5-20 | N | normal'], 'normal'),
  'us-core-observation-serum-calcium': usCore(
    ['17861-6 | 7.7 | mg/dL | 8.5-10.5 | L | abnormal'],
    'abnormal',
  ),
  // On its limit, which belongs to the range.
  'us-core-observation-serum-chloride': usCore(['2075-0 | 105 | mmol/L | 95-105 | N | normal'], 'normal'),
  'us-core-observation-serum-co2': usCore(['2028-9 | 24 | mmol/L | 22-29 | N | normal'], 'normal'),
  // Inside any adult range, outside the one that was sent.
  'us-core-observation-serum-creatinine': usCore(['2160-0 | 1 | mg/dL | 0.2-0.6 | H | abnormal'], 'abnormal'),
  'us-core-observation-serum-glucose': usCore(['2345-7 | 76 | mg/dL | 40-109 | N | normal'], 'normal'),
  'us-core-observation-serum-potassium': usCore(['2823-3 | 5.4 | mmol/L | 3.5-5.5 | N | normal'], 'normal'),
  'us-core-observation-serum-sodium': usCore(['2951-2 | 137 | mmol/L | 135-145 | N | normal'], 'normal'),
};

function rowText(one: ResultInspection['observations'][number]): string {
  const value = `${one.comparator ?? ''}${one.value ?? ''}`;
  const places = [one.code, value, one.unit, one.range, one.flag, one.tier ?? 'null'];
  return places.map((place) => (place ?? '').trim()).join(' | ');
}

/** `*` stands for anything. */
function fits(expected: string, actual: string | undefined): boolean {
  const [a, b] = [expected.split(' | '), (actual ?? '').split(' | ')];
  return a.length === b.length && a.every((place, at) => place === '*' || place === b[at]);
}

describe('S003-23: genuine FHIR files', () => {
  test('every file of the folder is in the table', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(files.map((name) => name.replace('.json', '')).sort()).toEqual(Object.keys(samples).sort());
  });

  test.each(Object.entries(samples))('%s', (name, { rows, ...expected }) => {
    const file = inspectBytes(name, readFileSync(`${folder}/${name}.json`), rules);
    expect(file).toMatchObject({ kind: 'fhir', accepted: true, rejection: null });
    expect(file.results).toHaveLength(1);
    const [result] = file.results;
    expect(result).toMatchObject(expected);
    const actual = (result?.observations ?? []).map(rowText);
    expect(actual.map((one, at) => (fits(rows[at] ?? '', one) ? rows[at] : one))).toEqual(rows);
    expect(file.tier).toBe(result?.tier);
  });

  test('a social security number in a file never leaves the intake', () => {
    const received = readDelivery(readFileSync(`${folder}/synthea-bmp.json`), rules);
    expect(JSON.stringify(received)).not.toContain('999-53-4137');
  });
});

describe('genuine athenahealth files', () => {
  test('rows of the changed feed name documents and hold no content: nothing to classify', () => {
    const bytes = readFileSync('test/data/samples/athena/list-changed-lab-results.json');
    expect(inspectBytes('list', bytes, rules)).toMatchObject({
      kind: 'athenahealth',
      accepted: true,
      tier: 'none',
      results: [],
    });
    const received = readDelivery(bytes, rules);
    expect(received).toMatchObject({
      verdict: 'none',
      why: expect.stringContaining('3 lab results'),
    });
  });
});
