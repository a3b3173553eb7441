import { describe, expect, test } from '@jest/globals';
import type { Content } from '../../../src/domain/result/pieces.js';
import type { Incoming, KnownResult, Placing } from '../../../src/domain/result/placement.js';
import { place } from '../../../src/domain/result/placing.js';
import type { Observation, Report, ReportIdentifier } from '../../../src/domain/result/report.js';

const hour = 3_600_000;
const day = 24 * hour;
const collected = Date.UTC(2026, 2, 2, 8);
const reported = collected + 3 * hour;

type Ids = Partial<Record<ReportIdentifier['namespace'], string>>;
type Given = Partial<Omit<Report, 'identifiers' | 'observations'>> & {
  ids?: Ids;
  rows?: Record<string, string>;
};

function report({ ids = { order: 'O1' }, rows = { K: '4.1' }, ...more }: Given = {}): Report {
  return {
    source: 'hl7v2',
    documentId: 'doc',
    kind: 'lab',
    patient: { id: '7', authority: 'x' },
    departmentId: null,
    orderingProvider: null,
    identifiers: Object.entries(ids).map(([namespace, value]) => ({
      namespace: namespace as ReportIdentifier['namespace'],
      value,
    })),
    test: { code: 'BMP', system: 'local', name: 'Basic panel' },
    status: 'final',
    collectedAt: collected,
    reportedAt: reported,
    postedAt: null,
    observations: Object.entries(rows).map(([key, value]) => row(key, value)),
    note: null,
    readable: true,
    documentSource: null,
    documentRoute: null,
    documentState: null,
    reviewedByProvider: false,
    publishedAt: null,
    confidential: false,
    ...more,
  };
}

function row(key: string, value: string): Observation {
  const texts = { unit: null, range: null, flag: null, status: null, note: null };
  return { key, code: key, system: 'local', name: key, value, ...texts };
}

/** Every content has its own hash, as the store's does. */
const hashOf = (r: Report) =>
  JSON.stringify([r.source, r.status, r.collectedAt, r.test, r.observations, r.note]);

interface State extends Partial<Omit<KnownResult, 'current' | 'hits'>> {
  readonly content?: Content;
  readonly hits?: Ids;
}

function known(
  id: string,
  { content = report({ documentId: `of-${id}` }), hits = { order: 'O1' }, ...more }: State = {},
): KnownResult {
  return {
    resultId: id,
    patientId: 'pat',
    isQuarantined: false,
    isUnmatched: false,
    hits: report({ ids: hits }).identifiers,
    told: 0,
    firstSeenAt: 1,
    current: {
      number: 1,
      hash: hashOf(content),
      report: content,
      time: content.reportedAt ?? content.postedAt ?? 0,
    },
    alsoIn: [],
    ...more,
  };
}

function placed(given: Given, results: readonly KnownResult[], more: Partial<Incoming> = {}): Placing {
  const r = report({ documentId: 'new', ...given });
  return place(
    {
      report: r,
      hash: hashOf(r),
      patientId: 'pat',
      feed: 'master',
      onceKnownAs: [],
      deliveredTo: null,
      isFromAnother: false,
      ...more,
    },
    results,
  );
}

/** A placing in one word or two: what a reader of the table wants to see. */
function words(p: Placing): string {
  switch (p.kind) {
    case 'known':
      return `known ${p.resultId} (${p.why})`;
    case 'new':
      return ['new', p.why, ...p.marks].join(' ');
    case 'version':
      return [p.resultId, p.take, ...(p.matches ? ['matched'] : []), ...p.marks].join(' ');
    case 'join':
      return `join ${p.others.join()} into ${p.survivor}`;
    case 'rekey':
      return `rekey ${p.from.join()}`;
    case 'disown':
      return `disown ${p.resultIds.join()}`;
  }
}

const ofOther = { patientId: 'other' };
const chart = (r: Given): Report => report({ source: 'athenahealth', ...r });

const table: readonly [
  name: string,
  given: Given,
  results: readonly KnownResult[],
  then: string,
  more?: Partial<Incoming>,
][] = [
  ['L39: nothing known', {}, [], 'new unseen'],
  [
    'L39: no identifiers at all: its own result, joined only by a person',
    { ids: {} },
    [],
    'new no-identifiers',
  ],
  [
    'L40: a known delivery, whatever is current',
    { rows: { K: '9' } },
    [known('A')],
    'known A (delivery)',
    { deliveredTo: 'A' },
  ],
  ['L40: the same content in another document', {}, [known('A')], 'known A (content)'],
  // Which result.
  [
    'L39: serial troponin, 3 h apart under one order',
    { collectedAt: collected + 3 * hour },
    [known('A')],
    'new unseen',
  ],
  ['L39: daily INR under one standing order', { collectedAt: collected + day }, [known('A')], 'new unseen'],
  [
    'L39: daily INR whose times are missing',
    { collectedAt: null, reportedAt: reported + day + 1 },
    [known('A')],
    'new unseen',
  ],
  [
    'L39: 20 h apart, one accession',
    { ids: { accession: 'X' }, collectedAt: collected + 20 * hour, rows: { K: '5' } },
    [known('A', { hits: { accession: 'X' } })],
    'A current equal-times',
  ],
  [
    'L39: 25 h apart, one accession',
    { ids: { accession: 'X' }, collectedAt: collected + 25 * hour },
    [known('A', { hits: { accession: 'X' } })],
    'new unseen',
  ],
  [
    'L39: a sibling of the order',
    { test: { code: 'CBC', system: 'local', name: 'CBC' } },
    [known('A')],
    'new unseen',
  ],
  [
    'L39: of two the nearest',
    { collectedAt: collected + 1.75 * hour, reportedAt: reported + 1, rows: { K: '5' } },
    [known('A'), known('B', { content: report({ collectedAt: collected + 3 * hour }) })],
    'B current',
  ],
  [
    'two blood cultures of one order: other accession, other specimen',
    { ids: { order: 'O1', accession: 'X2' }, collectedAt: collected + 600_000 },
    [known('A', { content: report({ ids: { order: 'O1', accession: 'X1' } }) })],
    'new unseen',
  ],
  [
    'a document is always itself',
    {
      source: 'athenahealth',
      ids: { 'lab-result': 'D' },
      collectedAt: collected + 9 * hour,
      rows: { K: '5' },
      reportedAt: 1,
    },
    [known('A', { hits: { 'lab-result': 'D' }, content: chart({ documentId: 'new' }) })],
    'A current',
  ],
  // Late aliases, two hits.
  [
    'L39: two hits, neither told: the older survives',
    { ids: { filler: 'F', accession: 'X' } },
    [known('A', { hits: { filler: 'F' }, firstSeenAt: 2 }), known('B', { hits: { accession: 'X' } })],
    'join A into B',
  ],
  [
    'L39: two hits: the one the patient has heard of survives',
    { ids: { filler: 'F', accession: 'X' } },
    [
      known('A', { hits: { filler: 'F' }, firstSeenAt: 2, told: 3 }),
      known('B', { hits: { accession: 'X' } }),
    ],
    'join B into A',
  ],
  [
    'L39: two hits of other tests are no two hits',
    { ids: { filler: 'F', accession: 'X' } },
    [
      known('A', { hits: { filler: 'F' } }),
      known('B', {
        hits: { accession: 'X' },
        content: report({ test: { code: 'CBC', system: 'local', name: 'CBC' } }),
      }),
    ],
    'known A (content)',
  ],
  [
    'L39: one of the two is hit by nothing of its own',
    { ids: { filler: 'F', order: 'O1' } },
    [
      known('A', { hits: { filler: 'F', order: 'O1' } }),
      known('B', { content: report({ collectedAt: collected + hour }) }),
    ],
    'known A (content)',
  ],
  // Order of arrival.
  [
    'final, then corrected',
    { status: 'corrected', rows: { K: '5' }, reportedAt: reported + 1 },
    [known('A')],
    'A current',
  ],
  [
    'corrected, then the late final',
    { rows: { K: '5' }, reportedAt: reported - 1 },
    [known('A', { content: report({ status: 'corrected' }) })],
    'A late',
  ],
  [
    'corrected of the same time as its final',
    { status: 'corrected', rows: { K: '5' } },
    [known('A')],
    'A current',
  ],
  [
    'the final of the same time as its correction',
    { rows: { K: '5' } },
    [known('A', { content: report({ status: 'corrected' }) })],
    'A late',
  ],
  ['L40: two finals of one time that differ', { rows: { K: '5' } }, [known('A')], 'A current equal-times'],
  ['L40: two finals of one time that differ in words only', { note: 'see chart' }, [known('A')], 'A current'],
  [
    'corrected without any time',
    { status: 'corrected', rows: { K: '5' }, reportedAt: null },
    [known('A')],
    'A current',
  ],
  [
    'report time missing: created time',
    { rows: { K: '5' }, reportedAt: null, postedAt: reported - 1 },
    [known('A')],
    'A late',
  ],
  [
    'preliminary, then final',
    { rows: { K: '5' }, reportedAt: reported + 1 },
    [known('A', { content: report({ status: 'preliminary' }) })],
    'A current',
  ],
  [
    'L41: final, then a later preliminary',
    { status: 'preliminary', rows: { K: '5' }, reportedAt: reported + day },
    [known('A')],
    'A late',
  ],
  [
    'L41: the same document, final, then preliminary',
    { source: 'athenahealth', documentId: 'D', status: 'preliminary', rows: { K: '5' } },
    [known('A', { content: chart({ documentId: 'D' }) })],
    'A late preliminary-after-final',
  ],
  [
    'the same chart document says something else now',
    { source: 'athenahealth', documentId: 'D', rows: { K: '5' }, reportedAt: reported - day },
    [known('A', { content: chart({ documentId: 'D' }) })],
    'A current',
  ],
  [
    'cancelled after the final',
    { status: 'cancelled', rows: {}, reportedAt: reported + 1 },
    [known('A')],
    'A current',
  ],
  [
    'withdrawn by message',
    { status: 'withdrawn', rows: {}, reportedAt: reported + 1 },
    [known('A')],
    'A current',
  ],
  [
    'another document of the chart is deleted',
    { source: 'athenahealth', status: 'withdrawn', reportedAt: reported + 1 },
    [known('A', { content: chart({ documentId: 'D' }) })],
    'A late other-document-withdrawn',
  ],
  [
    'the document is deleted, its duplicate stands',
    { source: 'athenahealth', documentId: 'D', status: 'withdrawn' },
    [known('A', { content: chart({ documentId: 'D' }), alsoIn: ['row-2'] })],
    'A late duplicate-withdrawn',
  ],
  // Pieces.
  [
    'a panel in pieces: rows that only the other has',
    { rows: { Na: '140' }, reportedAt: reported + 1 },
    [known('A')],
    'A current pieces',
  ],
  [
    'the pieces the other way round',
    { rows: { Na: '140' }, reportedAt: reported - 1 },
    [known('A')],
    'A current pieces',
  ],
  ['pieces of one time are no contradiction', { rows: { Na: '140' } }, [known('A')], 'A current pieces'],
  [
    'pieces of one time that contradict each other',
    { rows: { Na: '140', K: '5' } },
    [known('A', { content: report({ rows: { K: '4.1', Cl: '100' } }) })],
    'A current pieces equal-times',
  ],
  [
    'a correction that leaves rows out',
    { status: 'corrected', rows: { K: '5' }, reportedAt: reported + 1 },
    [known('A', { content: report({ rows: { K: '4.1', Na: '140' } }) })],
    'A current pieces rows-carried',
  ],
  [
    'a late preliminary piece adds nothing to a final',
    { status: 'preliminary', rows: { Na: '140' } },
    [known('A')],
    'A late',
  ],
  // Two feeds.
  [
    'L4: the second feed says the same',
    { source: 'athenahealth', ids: { accession: 'X' } },
    [known('A', { hits: { accession: 'X' } })],
    'known A (second-feed)',
    { feed: 'second' },
  ],
  [
    'L4: the second feed says something else',
    { source: 'athenahealth', ids: { accession: 'X' }, rows: { K: '5' } },
    [known('A', { hits: { accession: 'X' } })],
    'A late second-feed',
    { feed: 'second' },
  ],
  [
    'L4: the second feed is not matched by an order alone',
    { source: 'athenahealth' },
    [known('A')],
    'new not-matched',
    { feed: 'second' },
  ],
  [
    'L4: two feeds, two code systems: the name has to do',
    {
      source: 'athenahealth',
      ids: { filler: 'F' },
      test: { code: '51990-0', system: 'LOINC', name: 'BASIC  panel' },
    },
    [known('A', { hits: { filler: 'F' } })],
    'known A (second-feed)',
    { feed: 'second' },
  ],
  [
    'L4: the master matches what only the second feed knew',
    { ids: { accession: 'X' }, reportedAt: reported - day },
    [known('A', { hits: { accession: 'X' }, isUnmatched: true, content: chart({}) })],
    'A current matched',
  ],
  // Another patient.
  ['L42: another patient’s order number means nothing', {}, [], 'new unseen'],
  [
    'L42: the document is another patient’s',
    { ids: { 'lab-result': 'D' } },
    [known('A', { ...ofOther, hits: { 'lab-result': 'D' } })],
    'disown A',
  ],
  [
    'L42: … whose chart became this one’s',
    { ids: { 'lab-result': 'D' } },
    [known('A', { ...ofOther, hits: { 'lab-result': 'D' } })],
    'rekey other',
    { onceKnownAs: ['other'] },
  ],
  [
    'L42: … and was taken from them',
    { ids: { 'lab-result': 'D' } },
    [],
    'new unseen patient-changed',
    { isFromAnother: true },
  ],
  [
    'L42: one filler, two people',
    { ids: { filler: 'F' } },
    [known('A', { ...ofOther, hits: { filler: 'F' } })],
    'new quarantine filler-of-another-patient',
  ],
  [
    'L42: one filler, a merged chart',
    { ids: { filler: 'F' } },
    [known('A', { ...ofOther, hits: { filler: 'F' } })],
    'rekey other',
    { onceKnownAs: ['other'] },
  ],
  [
    'L42: what is kept apart is amended apart',
    { ids: { filler: 'F' }, rows: { K: '5' }, reportedAt: reported + 1 },
    [
      known('A', { ...ofOther, hits: { filler: 'F' } }),
      known('Q', { hits: { filler: 'F' }, isQuarantined: true, isUnmatched: true }),
    ],
    'Q current',
  ],
  [
    'L42: the rightful owner is not kept apart',
    { ids: { filler: 'F' }, rows: { K: '5' }, reportedAt: reported + 1 },
    [
      known('A', { hits: { filler: 'F' } }),
      known('Q', { ...ofOther, hits: { filler: 'F' }, isQuarantined: true, isUnmatched: true }),
    ],
    'A current',
  ],
  [
    'a laboratory that begins its numbers anew after a year',
    { ids: { filler: 'F' }, collectedAt: collected + 400 * day },
    [known('A', { ...ofOther, hits: { filler: 'F' } })],
    'new unseen',
  ],
];

describe('placing a delivery', () => {
  test.each(table.map(([name, given, results, then, more]) => ({ name, given, results, then, more })))(
    '$name → $then',
    ({ given, results, then, more }) => expect(words(placed(given, results, more))).toBe(then),
  );

  test('it does not matter in which order the candidates are read', () => {
    for (const [, given, results, then, more] of table)
      expect(words(placed(given, [...results].reverse(), more))).toBe(then);
  });
});

describe('panels in pieces', () => {
  const content = (p: Placing) => {
    if (p.kind !== 'version') throw new Error(p.kind);
    return Object.fromEntries(p.content.observations.map((o) => [o.key, o.value]));
  };
  const then = (current: Content, given: Given) =>
    placed(given, [known('A', { content: current })]) as Extract<Placing, { kind: 'version' }>;

  test('nothing of either piece is lost, whatever comes first; the newer says what both have', () => {
    const early = { documentId: '1', rows: { K: '4.1', Na: '140' } };
    const later = { documentId: '2', rows: { K: '5', Cl: '100' }, reportedAt: reported + hour };
    expect(content(then(report(early), later))).toEqual({ K: '5', Na: '140', Cl: '100' });
    expect(content(then(report(later), early))).toEqual({ K: '5', Na: '140', Cl: '100' });
  });

  test('a piece that comes again under another id is known', () => {
    const both = then(report({ documentId: '1' }), {
      documentId: '2',
      rows: { Na: '140' },
      reportedAt: reported + 1,
    }).content;
    expect(
      placed({ documentId: '3', reportedAt: reported + 2 }, [known('A', { content: both })]),
    ).toMatchObject({ kind: 'known' });
  });

  test('a chart document that changes replaces its own rows and no others', () => {
    const first = chart({ documentId: '1', rows: { K: '4.1', Mg: '2' } });
    const both = then(first, {
      source: 'athenahealth',
      documentId: '2',
      rows: { Na: '140' },
      reportedAt: reported + 1,
    }).content;
    expect(content(then(both, { source: 'athenahealth', documentId: '1', rows: { K: '4.2' } }))).toEqual({
      K: '4.2',
      Na: '140',
    });
  });

  test('a whole is final only when every piece is', () => {
    const first = report({ documentId: '1', status: 'preliminary' });
    const second = then(first, { documentId: '2', rows: { Na: '140' }, reportedAt: reported + 1 }).content;
    expect(second.status).toBe('preliminary');
    const third = then(second, { documentId: '3', rows: { K: '4.1' }, reportedAt: reported + 2 }).content;
    expect(third.status).toBe('final');
    expect(third.observations.map((o) => o.status)).toEqual(['final', 'final']);
  });
});
