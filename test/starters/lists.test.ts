import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { findResult, shortId } from '../../src/starters/find-result.js';
import { refusalWords } from '../../src/starters/refusals.js';
import { timelineText } from '../../src/starters/timeline-text.js';
import { worklistText } from '../../src/starters/worklist-text.js';
import { holdFeedRow, openFeedRows, persistFeedRows } from '../../src/store/feed.js';
import { readTimeline } from '../../src/store/timeline.js';
import { readWorklist } from '../../src/store/worklist.js';
import { DeskPractice, hour, monday9, potassium, sodium, staff } from './desk-practice.js';

let desk: DeskPractice;
let critical: Awaited<ReturnType<DeskPractice['deliver']>>;
let abnormal: typeof critical;
let waiting: typeof critical;

const cli = { actor: 'cli/test' };

beforeAll(async () => {
  desk = await DeskPractice.open();
  abnormal = await desk.deliver({
    familyName: 'Quillfeather',
    chartId: '4401',
    observations: [potassium('5.4')],
  });
  waiting = await desk.deliver({
    familyName: 'Ambleside',
    chartId: '4402',
    observations: [potassium('4.1')],
  });
  critical = await desk.deliver({
    familyName: 'Thistlewood',
    chartId: '4403',
    observations: [potassium('6.3')],
    at: monday9 + hour,
  });
});
afterAll(() => desk.close());

describe('the worklist', () => {
  test('S003-2, 10, 24: critical comes first, then what is due first; each line has two identifiers, owner and orderer', async () => {
    const list = await readWorklist(desk.store, desk.practice, { ...cli, personId: staff.provider });
    expect(list.tasks.map((t) => [t.kind, t.tier, t.patient?.name])).toEqual([
      ['callback', 'critical', 'Thistlewood, Dana'],
      ['sign-off', 'critical', 'Thistlewood, Dana'],
      ['sign-off', 'abnormal', 'Quillfeather, Dana'],
    ]);
    const text = worklistText(desk.practice, list, { personId: staff.provider });
    const [line] = text.split('\n').filter((l) => l.includes('callback'));
    for (const part of [
      shortId(critical.id),
      'Thistlewood, Dana, born 1968-07-19, MRN 4403',
      'Potassium',
      '2026-03-02 10:30 EST (in 30 min)',
      'Dr. Chidi Okafor',
    ])
      expect(line).toContain(part);
  });

  test('S003-4: work open for more than 48 h is marked, and says by how much it is overdue', async () => {
    desk.goTo(monday9 + 50 * hour);
    const list = await readWorklist(desk.store, desk.practice, cli);
    expect(list.tasks.find((t) => t.patient?.chartId === '4401')).toMatchObject({
      isAgeing: true,
      isOverdue: true,
    });
    const line = worklistText(desk.practice, list, {})
      .split('\n')
      .find((l) => l.includes('Quillfeather'));
    expect(line).toContain('overdue by 1 d 2 h');
    expect(line).toContain('AGEING (open 2 d 2 h)');
    desk.goTo(monday9 + hour);
  });

  test('--all shows what waits without work and the unrouted list with its keeper; others do not see them', async () => {
    await persistFeedRows(desk.store, desk.practice, [{ documentId: '777', raw: { labresultid: '777' } }]);
    const [row] = await openFeedRows(desk.store, desk.practice.id);
    const held = await holdFeedRow(desk.store, desk.practice, row?.id ?? '', 'no-patient');

    const all = await readWorklist(desk.store, desk.practice, { ...cli, all: true });
    expect(all.waiting.map((r) => r.resultId)).toEqual([waiting.id]);
    expect(all.unrouted).toEqual([
      expect.objectContaining({ resultId: held, reason: 'no-patient', ownerId: staff.coordinator }),
    ]);
    const text = worklistText(desk.practice, all, { all: true });
    expect(text).toContain('Waits for the message to leave.');
    expect(text).toContain('Unrouted list, kept by Ruth Abara:');
    expect(text).toContain('athenahealth has not matched it to a patient yet');

    const mine = await readWorklist(desk.store, desk.practice, { ...cli, personId: staff.provider });
    expect([mine.waiting, mine.unrouted]).toEqual([[], []]);
  });

  test('the reading is recorded first; when that fails nothing is shown', async () => {
    const before = await accesses();
    await readWorklist(desk.store, desk.practice, { actor: 'cli/ada', personId: staff.provider });
    await readTimeline(desk.store, desk.practice, critical.id, { actor: 'cli/ada' });
    expect((await accesses()).slice(before.length)).toEqual([
      { actor: 'cli/ada', what: `worklist/${staff.provider}`, result_id: null },
      { actor: 'cli/ada', what: 'timeline', result_id: critical.id },
    ]);
    await sql`alter table access add constraint closed check (actor <> 'cli/nobody')`.execute(desk.store.db);
    const nobody = { actor: 'cli/nobody' };
    await expect(readWorklist(desk.store, desk.practice, nobody)).rejects.toThrow();
    await expect(readTimeline(desk.store, desk.practice, critical.id, nobody)).rejects.toThrow();
  });
});

describe('words of urgency and of the unrouted list', () => {
  let other: DeskPractice;
  beforeAll(async () => void (other = await DeskPractice.open()));
  afterAll(() => other.close());

  test('L7, L9, S003-27, 28, 63: urgency stands beside the tier where it has clocks of its own', async () => {
    for (const [i, observation] of [
      potassium('5.6'),
      sodium('146'),
      sodium('140'),
      potassium('5.4'),
    ].entries())
      await other.deliver({
        familyName: 'Marlowe',
        chartId: String(4410 + i),
        observations: [observation],
        at: monday9,
      });
    const list = await readWorklist(other.store, other.practice, cli);
    const text = worklistText(other.practice, list, {});
    const lineOf = (mrn: string) => text.split('\n').find((l) => l.includes(`MRN ${mrn}`));
    expect(lineOf('4410')).toMatch(/abnormal, same day .*2026-03-02 13:00 EST \(in 4 h\)/);
    expect(lineOf('4411')).toMatch(/abnormal, minor .*2026-03-05 09:00 EST \(in 3 d\)/);
    expect(lineOf('4413')).toMatch(/ abnormal {2}/);
    expect(lineOf('4412')).toBeUndefined();
  });

  test('L4, L14, L42: the unrouted list says what is missing: orderer, patient, or the chart\u2019s own document', async () => {
    const unrouted = { observations: [sodium('146')], provider: '999' };
    const ids = [];
    for (const n of ['4420', '4421', '4422'])
      ids.push((await other.deliver({ familyName: 'Harrow', chartId: n, ...unrouted })).id);
    const [, nobodys = '', second = ''] = ids;
    const waiting = (id: string) => other.store.db.updateTable('result').where('id', '=', id);
    await waiting(nobodys).set({ lane: 'unmatched', patient_id: null }).execute();
    await waiting(second).set({ lane: 'unmatched' }).execute();
    const list = await readWorklist(other.store, other.practice, { ...cli, all: true });
    const whyOf = (id: string) => list.unrouted.find((r) => r.resultId === id)?.reason;
    expect(ids.map(whyOf)).toEqual(['nobody-ordered-it', 'unmatched', 'second-feed-only']);
    const text = worklistText(other.practice, list, { all: true });
    for (const words of [
      'nobody on the roster ordered it',
      'its patient is not known yet',
      'only the second feed',
    ])
      expect(text).toContain(words);
  });
});

describe('the timeline', () => {
  test('G14, G20: says in plain words who did what and why the tier is what it is, notes included', async () => {
    let result = await desk.decide(critical, staff.provider, { kind: 'accept', task: 'callback' });
    desk.goTo(monday9 + hour + 12 * 60_000);
    const body = { kind: 'attempt', outcome: 'reached', twoIdentifiers: true } as const;
    result = await desk.decide(result, staff.provider, { ...body, twoIdentifiers: false });
    result = await desk.decide(result, staff.provider, body, 'Told to go to the emergency room; read back.');
    await desk.decide(result, staff.provider, { kind: 'sign-off', decision: 'call-instead' });

    const timeline = await readTimeline(desk.store, desk.practice, critical.id, cli);
    const text = timelineText(desk.practice, timeline);
    for (const part of [
      'Patient: Thistlewood, Dana, born 1968-07-19, MRN 4403',
      'VERSION 1 (current): final, critical',
      '6.3',
      'rule potassium',
      'Accepted: callback',
      'Refused (two identifiers needed): "attempt: reached"',
      'Call attempt 1: reached',
      '- K 6.3 > 6.0 mmol/L, rule potassium-high v1',
      'Note with "attempt: reached": Told to go to the emergency room; read back.',
      'Signed off version 1: call the patient instead',
      'Settled: reached',
      'Dr. Chidi Okafor',
      '2026-03-02 10:12 EST',
      'CHART NOTES',
      `all ${timeline.events.length} events verify`,
    ])
      expect(text).toContain(part);
    expect(text).not.toMatch(/undefined|\[object|null/);
  });

  test('a changed event is found and named', async () => {
    await sql`update event set data = '{"task":"sign-off"}' where result_id = ${critical.id} and kind = 'accepted'`.execute(
      desk.store.db,
    );
    const timeline = await readTimeline(desk.store, desk.practice, critical.id, cli);
    const accepted = timeline.events.find((e) => e.kind === 'accepted');
    expect(timeline.brokenEvent).toBe(accepted?.seq);
    expect(timelineText(desk.practice, timeline)).toContain(`event ${accepted?.seq} does not fit`);
  });
});

describe('the result that a person means', () => {
  test('its end or beginning of 8 characters is enough, as long as no other result fits', async () => {
    const find = (part: string) => findResult(desk.store, desk.practice.id, part);
    expect(await find(shortId(abnormal.id))).toBe(abnormal.id);
    expect(await find(abnormal.id.toUpperCase())).toBe(abnormal.id);
    await expect(find(abnormal.id.slice(0, 8))).rejects.toMatchObject({ code: 'ambiguous-result' });
    await expect(find('ffffffff')).rejects.toMatchObject({ code: 'no-such-result' });
    await expect(find(abnormal.id.slice(-7))).rejects.toMatchObject({ code: 'wrong-usage' });
    await expect(find('%%%%%%%%')).rejects.toMatchObject({ code: 'wrong-usage' });
  });

  test('L20: who signs a version that is no longer current hears when the newer one arrived', async () => {
    desk.goTo(monday9 + 2 * hour);
    await desk.deliver({
      familyName: 'Quillfeather',
      chartId: '4401',
      observations: [potassium('5.9')],
      resultState: abnormal,
      documentId: '9001',
    });
    expect(await refusalWords(desk.store, desk.practice, abnormal.id, 'stale-version')).toContain(
      'A newer version (v2) arrived at 2026-03-02 11:00 EST. Look at it before you decide',
    );
  });
});

function accesses() {
  return desk.store.db.selectFrom('access').select(['actor', 'what', 'result_id']).orderBy('id').execute();
}
