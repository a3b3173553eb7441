import { describe, expect, test } from '@jest/globals';
import { check } from '../../src/starters/demo/checker.js';
import { clinic, localAt } from '../../src/starters/demo/clinic.js';
import type { EventEvidence, Evidence, MessageEvidence } from '../../src/starters/demo/evidence.js';
import { peakWithin, spreadOf } from '../../src/starters/demo/measures.js';
import { chainStart, eventHash } from '../../src/store/events.js';

const t0 = 1_700_000_000_000;
const ten = localAt(0, '10:00');

function event(resultId: string, lines: readonly [string, number, object?][]): EventEvidence[] {
  let prev = chainStart;
  return lines.map(([kind, realAt, data = {}], i) => {
    const row = {
      result_id: resultId,
      seq: i + 1,
      at: ten,
      real_at: realAt,
      actor: 'resultloop',
      kind,
      data: data as Record<string, unknown>,
      text_sealed: null,
      prev_hash: prev,
    };
    prev = eventHash(row);
    return { ...row, hash: prev };
  });
}

const text = (more: Partial<MessageEvidence> = {}): MessageEvidence => ({
  channel: 'text',
  at: t0 + 5_000,
  practiceAt: ten,
  to: '+16175550142',
  arrived: true,
  noticeId: 'n1',
  resultId: null,
  practiceJustBefore: ten,
  ...more,
});

/** One normal, one abnormal and one critical result, each told or reached, charted and closed. */
function clean(): Evidence {
  const result = (id: string, tier: string) => ({
    id,
    patientId: `p-${id}`,
    tier,
    ownerId: 'prov-1',
    dueAt: null,
    closure: 'acknowledged',
    detectedAt: ten + 60_000,
    detectedRealAt: t0,
    versions: [{ number: 1, tier }],
  });
  const note = (id: string) => ({
    resultId: id,
    kind: 'closing' as const,
    marker: `[ref ${id}]`,
    state: 'confirmed',
    chartId: `c-${id}`,
  });
  const ids = ['r1', 'r2', 'r3'];
  return {
    zone: clinic.zone,
    posted: ids.map((_, i) => ({ documentId: String(i), report: `r${i}`, practiceAt: ten })),
    reports: ids.map((resultId, i) => ({ documentId: String(i), resultId })),
    results: [result('r1', 'normal'), result('r2', 'abnormal'), result('r3', 'critical')],
    tasks: [
      { resultIds: ['r2'], openedRealAt: t0 + 700 },
      { resultIds: ['r3'], openedRealAt: t0 + 500 },
    ],
    messages: [text(), text({ channel: 'secure', to: null, noticeId: 'n2' })],
    notices: new Map([
      ['n1', { patientId: 'p-r1', purpose: 'results', members: [{ resultId: 'r1', version: 1 }] }],
      ['n2', { patientId: 'p-r2', purpose: 'results', members: [{ resultId: 'r2', version: 1 }] }],
    ]),
    firstPages: new Map([['r3', t0 + 900]]),
    events: [
      ...event('r1', [['settled', t0 + 9_000]]),
      ...event('r2', [
        ['signed-off', t0 + 4_000, { version: 1, decision: 'release' }],
        ['settled', t0 + 9_000],
      ]),
      ...event('r3', [['settled', t0 + 9_000]]),
    ],
    reachedPatients: ['p-r3'],
    noteRows: ids.map(note),
    chartDocuments: ids.map((id) => ({ chartId: `c-${id}`, text: `Closed.\n[ref ${id}]` })),
    optOuts: [],
    chartWrites: [ten, ten + 1_000],
  };
}

const judged = (change: (e: Evidence) => Partial<Evidence>, killed = false) => {
  const evidence = clean();
  return check({ ...evidence, ...change(evidence) }, { killed });
};
const codes = (change: (e: Evidence) => Partial<Evidence>, killed = false) =>
  judged(change, killed).violations.map((v) => v.code);

describe('the checker', () => {
  test('finds nothing where nothing is wrong, and measures', () => {
    expect(check(clean(), { killed: false })).toEqual({
      results: { total: 3, byTier: { normal: 1, abnormal: 1, critical: 1, review: 0 } },
      closed: 3,
      open: 0,
      patientsNotified: 3,
      duplicates: 0,
      lost: 0,
      notifiedBeforeSignOff: 0,
      chartNotes: 3,
      chartMismatches: 0,
      smsPeakPerSecond: 1,
      chartWritesPeakPerMinute: 2,
      pageLatencyMs: { p50: 900, p99: 900, max: 900 },
      postedToDetectedMs: { p50: 60_000, p99: 60_000, max: 60_000 },
      detectionToTaskMs: { p50: 500, p99: 700, max: 700 },
      violations: [],
    });
  });

  test('S003-91: a posted document without a result is lost, one with two results is split', () => {
    expect(
      judged((e) => ({ posted: [...e.posted, { documentId: '9', report: 'r9', practiceAt: ten }] })),
    ).toMatchObject({
      lost: 1,
      violations: [{ code: 'lost', id: '9' }],
    });
    expect(codes((e) => ({ reports: [...e.reports, { documentId: '0', resultId: 'r2' }] }))).toContain(
      'split-into-several-results',
    );
  });

  test('S003-91: an open result needs an owner and a due time', () => {
    const opened = (owner: string | null, due: number | null) =>
      judged((e) => ({
        results: e.results.map((r) =>
          r.id === 'r1' ? { ...r, closure: null, ownerId: owner, dueAt: due } : r,
        ),
      }));
    expect(opened('prov-1', ten).open).toBe(1);
    expect(opened('prov-1', ten).violations).toEqual([]);
    expect(opened(null, null).violations.map((v) => v.code)).toEqual([
      'open-without-owner',
      'open-without-due-time',
    ]);
  });

  test('L47: told twice over any two channels is a duplicate; a failed text and another purpose are not', () => {
    const second = (more: Partial<MessageEvidence>) =>
      judged((e) => ({ messages: [...e.messages, text({ at: t0 + 8_000, ...more })] }));
    expect(second({ channel: 'secure', to: null })).toMatchObject({ duplicates: 1 });
    expect(second({ channel: 'portal-note', to: null, resultId: 'r1' })).toMatchObject({ duplicates: 1 });
    expect(second({ arrived: false })).toMatchObject({ duplicates: 0, violations: [] });
    // L25: a text may go with a note, after it and once.
    const note = { channel: 'portal-note', to: null, resultId: 'r1' } as const;
    const after = (...ms: number[]) =>
      judged((e) => ({
        messages: [text({ ...note }), ...ms.map((at) => text({ at: t0 + at })), ...e.messages.slice(1)],
      }));
    expect(after(8_000)).toMatchObject({ duplicates: 0 });
    expect(after(8_000, 9_000)).toMatchObject({ duplicates: 1 });
    const update = { patientId: 'p-r1', purpose: 'update', members: [{ resultId: 'r1', version: 1 }] };
    expect(
      judged((e) => ({
        messages: [...e.messages, text({ noticeId: 'n3' })],
        notices: new Map([...e.notices, ['n3', update]]),
      })).violations,
    ).toEqual([]);
    expect(second({ noticeId: null }).violations.map((v) => v.code)).toEqual(['unexplained-message']);
  });

  test('S000-T6: an abnormal told before its sign-off, or after the sign-off of another version only', () => {
    const signedOff = (at: number, version: number) =>
      judged((e) => ({
        events: [
          ...e.events.filter((x) => x.result_id !== 'r2'),
          ...event('r2', [
            ['signed-off', at, { version }],
            ['settled', t0 + 9_000],
          ]),
        ],
      }));
    expect(signedOff(t0 + 4_000, 1).notifiedBeforeSignOff).toBe(0);
    expect(signedOff(t0 + 6_000, 1).notifiedBeforeSignOff).toBe(1);
    expect(signedOff(t0 + 4_000, 2).violations).toEqual([{ code: 'told-before-sign-off', id: 'r2/v1' }]);
  });

  test('L44: notes missing, doubled, unconfirmed, unknown or in another chart', () => {
    const chart = (change: (docs: Evidence['chartDocuments']) => Evidence['chartDocuments']) =>
      judged((e) => ({ chartDocuments: change(e.chartDocuments) }));
    expect(chart((d) => d.slice(1)).violations.map((v) => v.code)).toEqual([
      'note-not-there-once',
      'closing-notes-differ-from-closures',
    ]);
    expect(chart((d) => [...d, ...d.slice(0, 1)])).toMatchObject({ duplicates: 1, chartMismatches: 2 });
    expect(chart((d) => d.map((x) => ({ ...x, chartId: 'other' }))).chartMismatches).toBe(3);
    expect(chart((d) => [...d, { chartId: 'c-r1', text: '[ref zz]' }]).chartMismatches).toBe(1);
    expect(
      codes((e) => ({
        noteRows: e.noteRows.map((n) => (n.resultId === 'r1' ? { ...n, state: 'queued' } : n)),
      })),
    ).toEqual(['note-not-confirmed']);
    // Settled twice needs two closing notes.
    expect(
      codes((e) => ({
        events: [
          ...e.events.filter((x) => x.result_id !== 'r1'),
          ...event('r1', [
            ['settled', t0],
            ['settled', t0 + 1],
          ]),
        ],
      })),
    ).toEqual(['closing-notes-differ-from-closures']);
  });

  test('S000-59: a critical never paged or paged after a minute; tasks later than 10 s', () => {
    expect(codes(() => ({ firstPages: new Map() }))).toEqual(['critical-not-paged']);
    expect(codes(() => ({ firstPages: new Map([['r3', t0 + 60_001]]) }))).toEqual(['page-late']);
    const tasksAt = (ms: number) => (e: Evidence) => ({
      tasks: e.tasks.map((t) => ({ ...t, openedRealAt: t0 + ms })),
    });
    expect(codes(tasksAt(10_001))).toEqual(['tasks-late']);
    expect(codes(tasksAt(10_001), true)).toEqual([]);
    expect(codes(tasksAt(60_001), true)).toEqual(['tasks-late']);
    expect(codes((e) => ({ tasks: e.tasks.slice(1) }))).toEqual(['no-task']);
  });

  test('L27, L37: texts outside 9:00 to 20:00 and after STOP', () => {
    const at =
      (time: string, before = time) =>
      (e: Evidence) => ({
        messages: [
          text({ practiceAt: localAt(0, time), practiceJustBefore: localAt(0, before) }),
          ...e.messages.slice(1),
        ],
      });
    expect(codes(at('08:59'))).toEqual(['text-outside-hours']);
    expect(codes(at('09:00'))).toEqual([]);
    expect(codes(at('20:00'))).toEqual(['text-outside-hours']);
    expect(codes(at('20:10', '19:59'))).toEqual([]);
    const stop = { number: '+16175550142', at: t0, out: true };
    expect(codes(() => ({ optOuts: [stop] }))).toEqual(['text-after-opt-out']);
    expect(codes(() => ({ optOuts: [stop, { ...stop, at: t0 + 1, out: false }] }))).toEqual([]);
    expect(codes(() => ({ optOuts: [{ ...stop, at: t0 + 6_000 }] }))).toEqual([]);
  });

  test('a changed or missing line of a timeline', () => {
    expect(
      codes((e) => ({ events: e.events.map((x) => (x.seq === 2 ? { ...x, at: x.at + 1 } : x)) })),
    ).toEqual(['timeline-broken']);
    expect(codes((e) => ({ events: e.events.filter((x) => x.kind !== 'signed-off') }))).toEqual([
      'told-before-sign-off',
      'timeline-broken',
    ]);
  });
});

test('a sliding window finds a peak that no fixed second shows', () => {
  expect(peakWithin([0, 900, 1_000, 1_100, 1_899, 1_900], 1_000)).toBe(4);
  expect(peakWithin([], 1_000)).toBe(0);
  expect(spreadOf(Array.from({ length: 100 }, (_, i) => i + 1))).toEqual({ p50: 50, p99: 99, max: 100 });
});
