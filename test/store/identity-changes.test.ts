import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { joinByPerson } from '../../src/store/joining.js';
import { unheardNews, unheardVersions } from '../../src/store/news.js';
import { joinNotice } from '../../src/store/notices.js';
import { stageVersion } from '../../src/store/stage.js';
import { readTimeline } from '../../src/store/timeline.js';
import { DeskPractice, hour, monday9, potassium } from '../starters/desk-practice.js';
import { collected, newPatient, type Given, type Post } from './post.js';

let desk: DeskPractice;
let patients = 0;
beforeAll(async () => void (desk = await DeskPractice.open()), 60_000);
afterAll(() => desk.close());

const patient = (more = {}) => newPatient(desk, String(8000 + patients++), more);
const row = (id: string) =>
  desk.store.db.selectFrom('result').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const versions = (id: string) =>
  desk.store.db.selectFrom('version').selectAll().where('result_id', '=', id).orderBy('number').execute();
const kinds = async (id: string) =>
  (
    await desk.store.db
      .selectFrom('event')
      .select('kind')
      .where('result_id', '=', id)
      .orderBy('seq')
      .execute()
  ).map((e) => e.kind);
const stage = (id: string, n: number) => stageVersion(desk.store, desk.practice.id, id, n);
const later = (hours: number) => monday9 - hour + hours * hour;
const row_ = (key: string, value: string) => ({ ...potassium(value), key, code: key, name: key });

/** First delivery, second delivery → outcome, versions with their marks, current. The same in either order of arrival. */
const table: readonly [name: string, first: Given, second: Given, then: string, reversed: string][] = [
  [
    'final, corrected',
    {},
    { value: '6.3', status: 'corrected', reportedAt: later(1) },
    'new-version 2',
    'late 1',
  ],
  [
    'preliminary, final',
    { status: 'preliminary' },
    { value: '4.2', reportedAt: later(1) },
    'new-version 2',
    'late 1',
  ],
  [
    'final, cancelled',
    {},
    { status: 'cancelled', observations: [], reportedAt: later(1) },
    'new-version 2',
    'late 1',
  ],
  ['two finals of one time', {}, { value: '5.0' }, 'new-version 2 equal-times', 'new-version 2 equal-times'],
  [
    'pieces of a panel',
    {},
    { observations: [row_('Na', '140')], reportedAt: later(1) },
    'new-version 2 pieces',
    'new-version 2 pieces',
  ],
  ['the same content twice', {}, { documentState: 'CLOSED' }, 'known 1', 'known 1'],
  ['serial troponin', {}, { collectedAt: collected + 3 * hour }, 'another', 'another'],
  [
    'late accession',
    { ids: { order: 'O1' } },
    { ids: { order: 'O1', accession: 'A1' }, value: '4.2', reportedAt: later(1) },
    'new-version 2',
    'late 1',
  ],
  [
    'withdrawn HL7 message',
    { source: 'hl7v2' },
    { source: 'hl7v2', status: 'withdrawn', observations: [], reportedAt: later(1) },
    'new-version 2',
    'late 1',
  ],
];

describe('two deliveries, in both orders of arrival (L39 to L41)', () => {
  const run = async (first: Given, second: Given) => {
    const post = await patient();
    const a = await post(first);
    const b = await post(second);
    if (a.resultId !== b.resultId) return 'another';
    const { current_version } = await row(a.resultId);
    const marks = (await versions(a.resultId)).at(-1)?.marks ?? [];
    return [b.outcome, current_version, ...marks].join(' ');
  };
  test.each(table)('%s', async (_name, first, second, then, reversed) => {
    expect(await run(first, second)).toBe(then);
    expect(await run(second, first)).toBe(reversed);
  });
});

describe('two hits are joined (L39)', () => {
  async function apartThenBridged(post: Post) {
    const a = await post({ documentId: `${post.chartId}-1`, ids: {} });
    const b = await post({ ids: { order: 'O1' }, value: '6.3', status: 'corrected', reportedAt: later(1) });
    expect(b.resultId).not.toBe(a.resultId);
    // The first document learns its order late.
    const c = await post({
      documentId: `${post.chartId}-1`,
      ids: { order: 'O1' },
      documentState: 'X',
      note: 'now with order',
    });
    return { a, b, c };
  }

  test('the older survives, the other’s newer content becomes current there, its workflow has to hear', async () => {
    const { a, b, c } = await apartThenBridged(await patient());
    expect(c.resultId).toBe(a.resultId);
    expect(c.news).toMatchObject([{ kind: 'joined', resultId: b.resultId, otherId: a.resultId }]);
    expect(await row(b.resultId)).toMatchObject({ successor_id: a.resultId, successor_why: 'joined' });
    expect(await kinds(a.resultId)).toContain('joined');
    const all = await versions(a.resultId);
    expect(all.map((v) => v.status)).toEqual(['final', 'corrected', 'final']);
  });

  test('whoever the patient has heard of survives, and there is one told-state', async () => {
    const post = await patient();
    const a = await post({ documentId: 'told-1', ids: {} });
    const b = await post({ ids: { order: 'O1' }, value: '4.2', reportedAt: later(1) });
    await desk.store.db.updateTable('result').set({ told_version: 1 }).where('id', '=', b.resultId).execute();
    const c = await post({ documentId: 'told-1', ids: { order: 'O1' }, value: '4.4', reportedAt: later(2) });
    expect(c.resultId).toBe(b.resultId);
    // Everything that the other was known under leads to the survivor.
    const again = await post({ documentId: 'told-1', ids: {}, value: '4.5', reportedAt: later(3) });
    expect(again.resultId).toBe(b.resultId);
    expect((await row(a.resultId)).successor_id).toBe(b.resultId);
  });

  test('what the other had not sent is withdrawn at once', async () => {
    const post = await patient();
    const a = await post({ documentId: 'unsent-1', ids: {} });
    const b = await post({ ids: { order: 'O1' }, value: '4.2', reportedAt: later(1) });
    const drawId = (await row(b.resultId)).draw_id ?? '';
    await desk.store.db.transaction().execute((tx) =>
      joinNotice(tx, desk.store, {
        practiceId: desk.practice.id,
        patientId: post.id,
        drawId,
        resultId: b.resultId,
        version: 1,
        purpose: 'results',
        at: monday9,
      }),
    );
    const c = await post({
      documentId: 'unsent-1',
      ids: { order: 'O1' },
      value: '4.4',
      reportedAt: later(2),
    });
    expect(c.resultId).toBe(a.resultId);
    const notices = desk.store.db.selectFrom('notice').select('state').where('patient_id', '=', post.id);
    expect(await notices.execute()).toEqual([{ state: 'withdrawn' }]);
  });

  test('no identifiers: joined by a person only, of one patient, once', async () => {
    const [post, other] = [await patient(), await patient()];
    const bare = { source: 'hl7v2', identifiers: [], ids: {} } as Given;
    const a = await post(bare);
    const b = await post({ ...bare, value: '4.2', reportedAt: later(1) });
    const c = await other(bare);
    const join = (survivorId: string, otherId: string) =>
      joinByPerson(desk.store, desk.practice, { survivorId, otherId, by: 'okafor' });
    await expect(join(a.resultId, c.resultId)).rejects.toMatchObject({ code: 'another-patient' });
    expect(await join(a.resultId, b.resultId)).toMatchObject({ kind: 'joined', resultId: b.resultId });
    await expect(join(a.resultId, b.resultId)).rejects.toMatchObject({ code: 'joined-already' });
    expect((await row(a.resultId)).current_version).toBe(2);
  });

  test('three deliveries that bridge two results at one moment end as one result', async () => {
    const post = await patient();
    await post({ ids: { filler: 'F' }, source: 'hl7v2', value: '4.1' });
    await post({ ids: { accession: 'X' }, source: 'hl7v2', value: '4.2', reportedAt: later(1) });
    const bridge = (value: string) =>
      post({ ids: { filler: 'F', accession: 'X' }, source: 'hl7v2', value, reportedAt: later(2) });
    const all = await Promise.all([bridge('4.3'), bridge('4.4'), bridge('4.3')]);
    expect(new Set(all.map((s) => s.resultId)).size).toBe(1);
    const open = await desk.store.db
      .selectFrom('result')
      .select('id')
      .where('patient_id', '=', post.id)
      .where('successor_id', 'is', null)
      .execute();
    expect(open).toHaveLength(1);
  });
});

describe('the patient changes (L42, L43)', () => {
  test('a merged chart: re-keyed, no new version, messages that wait go with it', async () => {
    const old = await patient();
    const first = await old({ documentId: 'merge-1' });
    const survivor = await patient();
    const again = await survivor({
      documentId: 'merge-1',
      ids: {},
      shared: { 'lab-result': `${old.chartId}-merge-1` },
      delivery: { previousChartIds: [old.chartId] },
    });
    expect(again).toMatchObject({ outcome: 'known', resultId: first.resultId });
    expect(await row(first.resultId)).toMatchObject({ patient_id: survivor.id, successor_id: null });
    expect(await kinds(first.resultId)).toContain('rekeyed');
    expect(await incidents(first.resultId)).toEqual([]);
  });

  const incidents = (resultId: string) =>
    desk.store.db
      .selectFrom('incident')
      .select(['kind', 'due_at', 'opened_at'])
      .where('result_id', '=', resultId)
      .execute();

  test.each([
    ['the old id is not among the previous ones', {}, []],
    ['the birth date differs', { birthDate: '1970-01-01' }, ['old']],
    ['the name differs', { familyName: 'Else' }, ['old']],
  ])(
    'another person (%s): retraction, incident with 60 days, fresh result under review',
    async (_why, more, previous) => {
      const old = await patient();
      const documentId = `moved-${old.chartId}`;
      const first = await old({ documentId });
      const right = await patient(more);
      const moved: Given = {
        documentId,
        ids: {},
        shared: { 'lab-result': `${old.chartId}-${documentId}` },
        delivery: { previousChartIds: previous.length > 0 ? [old.chartId] : [] },
      };
      const fresh = await right(moved);
      expect(fresh).toMatchObject({
        outcome: 'new-version',
        version: 1,
        news: [{ kind: 'moved', resultId: first.resultId }],
      });
      expect(fresh.resultId).not.toBe(first.resultId);
      const [incident] = await incidents(first.resultId);
      expect(incident).toMatchObject({ kind: 'result-of-another-patient' });
      expect((incident?.due_at ?? 0) - (incident?.opened_at ?? 0)).toBe(60 * 24 * hour);
      expect(await stage(fresh.resultId, 1)).toMatchObject({
        version: { tier: 'review' },
        marks: ['patient-changed'],
      });
      // And the same delivery again is known.
      expect(await right(moved)).toEqual({ outcome: 'known', resultId: fresh.resultId });
      // Back again: it was theirs after all, and that is news once more.
      const back = await old({ documentId });
      expect(back).toMatchObject({
        outcome: 'new-version',
        news: [{ kind: 'moved', resultId: fresh.resultId }],
      });
      expect([first.resultId, fresh.resultId]).not.toContain(back.resultId);
    },
  );

  test('one filler, two people: kept apart, nobody’s, both sides hear', async () => {
    const [mine, yours] = [await patient(), await patient()];
    const filler = { source: 'hl7v2', ids: {}, shared: { filler: 'F-900' } } as const;
    const first = await mine(filler);
    const second = await yours({ ...filler, value: '6.9' });
    expect(second).toMatchObject({
      outcome: 'new-version',
      news: [{ kind: 'disputed', resultId: first.resultId }],
    });
    expect(await row(second.resultId)).toMatchObject({ patient_id: null, lane: 'unmatched' });
    // A critical value is heard all the same; nothing of it can reach a patient.
    expect(await stage(second.resultId, 1)).toMatchObject({
      version: { tier: 'critical' },
      lane: 'unmatched',
    });
    // Its correction stays apart; the rightful one's goes its way.
    const amended = await yours({ ...filler, value: '4.0', status: 'corrected', reportedAt: later(1) });
    expect(amended).toMatchObject({ resultId: second.resultId, version: 2 });
    expect(await mine({ ...filler, value: '4.2', reportedAt: later(1) })).toMatchObject({
      resultId: first.resultId,
      version: 2,
    });
  });

  test('one filler, two people, at one moment: one of them is kept apart', async () => {
    const [mine, yours] = [await patient(), await patient()];
    const filler = { source: 'hl7v2', ids: {}, shared: { filler: 'F-901' } } as const;
    const both = await Promise.all([mine(filler), yours({ ...filler, value: '4.9' })]);
    const lanes = await Promise.all(both.map(async (s) => (await row(s.resultId)).lane));
    expect(lanes.sort()).toEqual(['notify', 'unmatched']);
  });
});

describe('two feeds (L4)', () => {
  const hl7 = { source: 'hl7v2', ids: { accession: 'A1', filler: 'F1' } } as const;
  const second = { sourceLane: 'second' } as const;

  test('the second feed says the same in its own way: known, its names are kept', async () => {
    const post = await patient();
    const master = await post(hl7);
    const documentId = `second-${post.chartId}`;
    const observations = [{ ...potassium('4.1'), key: 'analyte-7', range: '3.5 - 5.2', code: null }];
    const same = { documentId, observations, delivery: second };
    expect(await post({ ...same, ids: { accession: 'A1' } })).toEqual({
      outcome: 'known',
      resultId: master.resultId,
    });
    expect(await kinds(master.resultId)).toContain('second-feed-agrees');
    // Found by the document alone from here on.
    expect(await post({ ...same, ids: {}, note: 'x' })).toMatchObject({ resultId: master.resultId });
  });

  test('the second feed first: no patient effect until the master speaks', async () => {
    const post = await patient();
    const early = await post({ ids: { accession: 'A1' }, delivery: second });
    expect((await row(early.resultId)).lane).toBe('unmatched');
    const master = await post({ ...hl7, reportedAt: later(-1) });
    expect(master).toMatchObject({ outcome: 'new-version', resultId: early.resultId, version: 2 });
    expect((await row(early.resultId)).lane).toBe('notify');
  });

  test('the second feed says something worse: kept and looked at', async () => {
    const post = await patient();
    const master = await post(hl7);
    const other = await post({ ids: { accession: 'A1' }, value: '6.9', delivery: second });
    expect(other).toMatchObject({ outcome: 'late', resultId: master.resultId, version: 2 });
    expect(await stage(master.resultId, 2)).toMatchObject({
      late: true,
      marks: ['second-feed'],
      version: { tier: 'critical' },
    });
    expect((await versions(master.resultId))[1]).toMatchObject({ change: 'late', tier: 'critical' });
  });
});

describe('what staging says of a version', () => {
  test('L40: two documents of one time that differ are a person’s to judge', async () => {
    const post = await patient();
    const { resultId } = await post();
    await post({ value: '4.3' });
    const staged = await stage(resultId, 2);
    expect(staged).toMatchObject({ version: { tier: 'review' }, change: 'clinical', comparedWith: 1 });
    const { versions: shown } = await readTimeline(desk.store, desk.practice, resultId, { actor: 'test' });
    expect(shown[1]?.reasons.map((r) => r.rule)).toContain('equal-times');
  });

  test('L41: told includes the portal and ResultsCall', async () => {
    for (const [first, by] of [
      [{ publishedAt: monday9 }, 'portal'],
      [{ documentRoute: 'RESULTSCALL' }, 'resultscall'],
    ] as const) {
      const post = await patient();
      const { resultId } = await post(first);
      await post({ value: '6.3', status: 'corrected', reportedAt: later(1) });
      expect(await stage(resultId, 2)).toMatchObject({ toldElsewhere: [by] });
    }
  });

  test('a duplicate that is deleted in the chart leaves the result standing on the other', async () => {
    const post = await patient();
    const first = await post({ documentId: 'dup-1' });
    await post({ documentId: 'dup-2' });
    const deleted = await post({ documentId: 'dup-1', status: 'withdrawn', documentState: 'DELETED' });
    expect(deleted).toMatchObject({ outcome: 'late', resultId: first.resultId });
    expect((await row(first.resultId)).current_version).toBe(1);
    const gone = await post({ documentId: 'dup-2', status: 'withdrawn', documentState: 'DELETED' });
    expect(gone).toMatchObject({ outcome: 'new-version' });
    expect(await stage(first.resultId, 3)).toMatchObject({ version: { tier: 'void' } });
  });
});

test('what was stored and never told is found again', async () => {
  const post = await patient();
  const { resultId } = await post();
  const late = await post({ value: '4.4', reportedAt: later(-2) });
  expect(late).toMatchObject({ outcome: 'late', version: 2 });
  const unheard = async () => unheardVersions(desk.store, desk.practice.id, monday9 + 1, resultId);
  expect(await unheard()).toEqual([
    { resultId, version: 1, isLate: false },
    { resultId, version: 2, isLate: true },
  ]);
  await stage(resultId, 1);
  await stage(resultId, 2);
  expect(await unheard()).toEqual([]);
  const news = await unheardNews(desk.store, desk.practice.id, Number.MAX_SAFE_INTEGER);
  expect(new Set(news.map((n) => n.kind))).toEqual(new Set(['joined', 'moved', 'disputed', 'rekeyed']));
});
