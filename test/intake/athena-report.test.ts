import { describe, expect, test } from '@jest/globals';
import { changes, canonicalContent } from '../../src/domain/result/content.js';
import { readFeedRow, readTime } from '../../src/clients/athenahealth/index.js';
import { IntakeError, mapLabResult, toReport } from '../../src/intake/athena/index.js';

type Json = Record<string, unknown>;
const context = { practiceId: '195900', patientId: '4102' };

const potassium: Json = {
  analyteid: 911201,
  analytename: 'potassium',
  value: '6.4',
  units: 'mmol/L',
  abnormalflag: 'critical high',
  referencerange: '3.5-5.3',
  resultstatus: 'final',
  loinc: '2823-3',
};
const glucose: Json = {
  analyteid: 911202,
  analytename: 'glucose',
  value: '98',
  units: 'mg/dL',
  referencerange: '65-99',
  resultstatus: 'final',
  loinc: '2345-7',
};

/** A document in the recorded form; `undefined` takes a field away. */
function document(changed: Json = {}): Json[] {
  const full: Json = {
    labresultid: 1090321,
    documentclass: 'LABRESULT',
    status: 'REVIEW',
    departmentid: '150',
    providerid: 71,
    tietoorderid: 1090300,
    description: 'CMP, serum or plasma',
    labresultloinc: '24323-8',
    resultstatus: 'Final',
    externalaccessionid: 'A26-063-1187',
    documentsource: 'INTERFACE',
    documentroute: 'INTERFACE',
    createddatetime: '2026-03-04T08:12:44-05:00',
    observationdatetime: '2026-03-03T09:40:00-05:00',
    observations: [potassium, glucose],
    pages: [],
    ...changed,
  };
  return [Object.fromEntries(Object.entries(full).filter(([, value]) => value !== undefined))];
}

function report(changed: Json = {}) {
  return toReport(document(changed), context);
}

function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof IntakeError) return error.code;
    throw error;
  }
  return 'no error';
}

test('G1, G19: a recorded document becomes a report with identifiers, times, codes and texts as written', () => {
  expect(
    report({
      portalpublisheddatetime: '2026-03-04T09:00:00-05:00',
      isconfidential: '1',
      isreviewedbyprovider: 'true',
    }),
  ).toEqual({
    source: 'athenahealth',
    documentId: '1090321',
    kind: 'lab',
    laboratory: null,
    patient: { id: '4102', authority: 'athenahealth/195900' },
    departmentId: '150',
    orderingProvider: { id: '71', npi: null },
    identifiers: [
      { namespace: 'lab-result', value: '1090321' },
      { namespace: 'order', value: '1090300' },
      { namespace: 'accession', value: 'A26-063-1187' },
    ],
    test: { code: '24323-8', system: 'LOINC', name: 'CMP, serum or plasma' },
    status: 'final',
    collectedAt: Date.parse('2026-03-03T14:40:00Z'),
    reportedAt: null,
    postedAt: Date.parse('2026-03-04T13:12:44Z'),
    observations: [
      {
        key: '2823-3',
        code: '2823-3',
        system: 'LOINC',
        name: 'potassium',
        value: '6.4',
        unit: 'mmol/L',
        range: '3.5-5.3',
        flag: 'critical high',
        status: 'final',
        note: null,
      },
      {
        key: '2345-7',
        code: '2345-7',
        system: 'LOINC',
        name: 'glucose',
        value: '98',
        unit: 'mg/dL',
        range: '65-99',
        flag: null,
        status: 'final',
        note: null,
      },
    ],
    note: null,
    readable: true,
    documentSource: 'INTERFACE',
    documentRoute: 'INTERFACE',
    documentState: 'REVIEW',
    reviewedByProvider: true,
    publishedAt: Date.parse('2026-03-04T14:00:00Z'),
    confidential: true,
  });
});

test('string typing of the vendor changes nothing', () => {
  const asText = report({ labresultid: '1090321', providerid: '71', tietoorderid: '1090300', pages: null });
  expect(asText).toEqual(report());
});

describe('status: the worst of report and rows wins', () => {
  const rows = (...statuses: unknown[]) =>
    statuses.map((resultstatus, i) => ({
      ...glucose,
      analyteid: i + 1,
      loinc: undefined,
      analytename: `a${i}`,
      resultstatus,
    }));
  test.each([
    ['final everywhere', { resultstatus: 'FINAL', observations: rows('final', 'verified') }, 'final'],
    [
      'rows without a status follow the report',
      { resultstatus: 'Final', observations: rows(undefined, '') },
      'final',
    ],
    [
      'one row still pending',
      { resultstatus: 'Final', observations: rows('final', 'Pending') },
      'preliminary',
    ],
    ['a word in no table', { resultstatus: 'Final', reportstatus: 'duplicate', observations: [] }, 'unknown'],
    [
      'corrected in the second status field',
      { resultstatus: 'Final', reportstatus: 'Corrected' },
      'corrected',
    ],
    [
      'corrected row beside a pending one',
      { resultstatus: 'Final', observations: rows('pending', 'corrected') },
      'corrected',
    ],
    ['no status at all', { resultstatus: null, observations: rows(undefined) }, 'unknown'],
    [
      'one cancelled row does not cancel the others',
      { resultstatus: undefined, observations: rows('final', 'cancelled') },
      'final',
    ],
    [
      'all rows cancelled',
      { resultstatus: 'Final', observations: rows('cancelled', 'deleted') },
      'withdrawn',
    ],
    ['cancelled report', { resultstatus: 'Cancelled', observations: [] }, 'cancelled'],
    ['cancelled report whose rows stand contradicts itself', { resultstatus: 'Cancelled' }, 'unknown'],
    ['deleted document', { status: 'DELETED' }, 'withdrawn'],
  ] as const)('%s', (_, changed, status) => {
    expect(report(changed).status).toBe(status);
  });
});

describe('S004-38: times are Eastern wall clock', () => {
  test.each([
    ['right summer offset', '2026-07-01T09:40:00-04:00', '2026-07-01T13:40:00Z'],
    ['summer offset on a winter time (recorded)', '2016-01-05T09:40:00-04:00', '2016-01-05T14:40:00Z'],
    ['no offset, American', '03/03/2026 09:40:00', '2026-03-03T14:40:00Z'],
    ['no offset, ISO', '2026-03-03T09:40:00', '2026-03-03T14:40:00Z'],
    ['second 01:30 of the doubled hour', '2026-11-01T01:30:00-05:00', '2026-11-01T06:30:00Z'],
    ['first 01:30 of the doubled hour', '2026-11-01T01:30:00-04:00', '2026-11-01T05:30:00Z'],
  ])('%s', (_, written, instant) => {
    expect(readTime(written)).toEqual({ at: Date.parse(instant), timeKnown: true });
  });

  test('midnight or a bare date keeps the date and says that the time is unknown', () => {
    for (const observationdatetime of ['2026-03-03T00:00:00-05:00', '03/03/2026']) {
      const mapped = mapLabResult(document({ observationdatetime }), context);
      expect(mapped.report.collectedAt).toBe(Date.parse('2026-03-03T05:00:00Z'));
      expect(mapped.remarks).toEqual(['collection-time-unknown']);
    }
  });
});

describe('bad input is mapped and remarked, never thrown away', () => {
  test('no patient, provider, observations, date or status', () => {
    const bare = [{ labresultid: '9', documentclass: 'LABRESULT', description: '' }];
    const { report: mapped, remarks } = mapLabResult(bare, { practiceId: '195900', patientId: null });
    expect(mapped).toMatchObject({
      documentId: '9',
      patient: null,
      orderingProvider: null,
      collectedAt: null,
      postedAt: null,
      status: 'unknown',
      observations: [],
      test: { code: null, system: null, name: 'Lab result' },
      publishedAt: null,
      confidential: false,
    });
    expect([...remarks].sort()).toEqual([
      'collection-date-missing',
      'patient-missing',
      'provider-missing',
      'status-missing',
    ]);
  });

  test('what the document leaves out comes from its feed row', () => {
    const feedRow = readFeedRow({
      labresultid: 1090321,
      patientid: 4102,
      departmentid: '7',
      providerid: 400,
      tietoorderid: 5,
      status: 'review',
      observationdatetime: '2026-03-03T09:40:00-05:00',
      documentsource: 'FAX',
      documentroute: 'RESULTSCALL',
    });
    const doc = document({
      departmentid: undefined,
      providerid: '',
      tietoorderid: null,
      observationdatetime: undefined,
      documentsource: null,
      documentroute: '',
      status: undefined,
    });
    expect(toReport(doc, { ...context, feedRow })).toMatchObject({
      departmentId: '7',
      orderingProvider: { id: '400' },
      collectedAt: Date.parse('2026-03-03T14:40:00Z'),
      documentSource: 'FAX',
      documentRoute: 'RESULTSCALL',
      documentState: 'REVIEW',
    });
  });

  test('values, flags and rows of any kind stay as written', () => {
    const observations = [
      { value: 'TRACE', abnormalflag: '!? 高', analytename: 'protein' },
      { value: 0, analytename: 'blasts' },
      { value: false, analytename: 'nitrite' },
      { value: { low: 1 }, analytename: 'odd' },
      { analytename: 'culture', note: 'No growth after 5 days' },
      { value: ' 5 ', loinc: '12809' },
      'see scan',
      null,
    ];
    const { report: mapped, remarks } = mapLabResult(document({ observations }), context);
    expect(mapped.observations.map((row) => [row.name, row.value, row.flag])).toEqual([
      ['protein', 'TRACE', '!? 高'],
      ['blasts', '0', null],
      ['nitrite', 'false', null],
      ['odd', '{"low":1}', null],
      ['culture', null, null],
      ['12809', ' 5 ', null],
      ['Unreadable row', 'see scan', null],
      ['Unreadable row', null, null],
    ]);
    expect(mapped.observations[5]).toMatchObject({ code: '12809', system: 'local' });
    expect(new Set(mapped.observations.map((row) => row.key)).size).toBe(8);
    expect(remarks).toContain('row-unreadable');
  });

  test('a scan without rows is not readable', () => {
    expect(report({ observations: [], pages: [{ pageid: 1 }] }).readable).toBe(false);
    expect(report({ pages: [{ pageid: 1 }] }).readable).toBe(true);
  });

  test('an unreadable date is remarked, and an unreadable publishing time never counts as published', () => {
    const mapped = mapLabResult(
      document({ portalpublisheddatetime: 'soon', observationdatetime: '13/45/2026' }),
      context,
    );
    expect(mapped.report).toMatchObject({ publishedAt: null, collectedAt: null });
    expect(mapped.remarks).toContain('date-unreadable');
  });

  test('S000-37: what is no lab result of this patient is a typed error that names nobody', () => {
    for (const body of [null, 'x', [], [{}, {}], [{ error: 'x' }], document({ documentclass: 'ORDER' })])
      expect(code(() => toReport(body, context))).toBe('not-a-lab-result');
    expect(code(() => toReport(document({ labresultid: '' }), context))).toBe('no-document-id');
    expect(code(() => toReport(document({ patientid: 4103 }), context))).toBe('wrong-patient');
    const feedRow = readFeedRow({ labresultid: 1 });
    expect(code(() => toReport(document(), { ...context, feedRow }))).toBe('wrong-document');
  });
});

describe('L40, L41: content and change', () => {
  test('our own writes, work state, publishing and review never make a new version', () => {
    const after = report({
      status: 'CLOSED',
      internalnote: 'Told by text. [ref 7K3Q-P2]',
      actionnote: 'Signed',
      patientnote: 'All good',
      isreviewedbyprovider: true,
      lastmodifieduser: 'API-17',
      lastmodifieddatetime: '2026-03-05T10:00:00-05:00',
      portalpublisheddatetime: '2026-03-05T10:00:00-05:00',
      tietoorderid: 77,
      assignedto: 'x',
    });
    expect(canonicalContent(after)).toBe(canonicalContent(report()));
    expect(changes(report(), after)).toBe('none');
  });

  test('a second document with new analyte ids in another order has the same content', () => {
    const again = report({
      labresultid: 1090400,
      observations: [
        { ...glucose, analyteid: 920002 },
        { ...potassium, analyteid: 920001, note: '' },
      ],
    });
    expect(changes(report(), again)).toBe('none');
  });

  const row = (changed: Json) => report({ observations: [{ ...potassium, ...changed }, glucose] });
  test.each([
    ['value', row({ value: '6.0' }), 'clinical'],
    ['unit', row({ units: 'mg/dL' }), 'clinical'],
    ['range', row({ referencerange: '3.5-5.5' }), 'clinical'],
    ['flag taken away', row({ abnormalflag: '' }), 'clinical'],
    ['status of a row', row({ resultstatus: 'preliminary' }), 'cosmetic'],
    ['status of the report', report({ resultstatus: 'Preliminary' }), 'cosmetic'],
    [
      'a row more',
      report({ observations: [potassium, glucose, { ...potassium, analyteid: 911209 }] }),
      'clinical',
    ],
    ['a row less', report({ observations: [potassium] }), 'clinical'],
    ['a value that becomes text in a note', row({ value: null, note: 'see comment' }), 'clinical'],
    ['note beside a value', row({ note: 'slightly hemolysed' }), 'cosmetic'],
    ['letter case of the flag', row({ abnormalflag: 'CRITICAL HIGH' }), 'cosmetic'],
    ['name with the same code', row({ analytename: 'Potassium, serum' }), 'cosmetic'],
    ['description with the same code', report({ description: 'CMP' }), 'cosmetic'],
  ] as const)('%s → %s', (_, after, change) => {
    expect(changes(report(), after)).toBe(change);
    expect(canonicalContent(after)).not.toBe(canonicalContent(report()));
  });
});
