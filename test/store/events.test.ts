import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Line } from '../../src/domain/lifecycle/decisions.js';
import type { ResultState } from '../../src/domain/lifecycle/state.js';
import { recordAccess } from '../../src/store/access.js';
import { appendEvents, brokenEvent, chainStart } from '../../src/store/events.js';
import { recordBatch } from '../../src/store/record.js';
import { DeskPractice, hour, monday9, potassium } from '../starters/desk-practice.js';

let desk: DeskPractice;
let patients = 0;
beforeAll(async () => void (desk = await DeskPractice.open()), 60_000);
afterAll(() => desk.close());

/** An abnormal potassium of a new patient, with its timeline. */
const abnormal = () =>
  desk.deliver({
    familyName: 'Testwell',
    chartId: String(8000 + patients++),
    observations: [potassium('5.6')],
    at: monday9,
  });

const timeline = (resultId: string) =>
  desk.store.db.selectFrom('event').selectAll().where('result_id', '=', resultId).orderBy('seq').execute();

const seqOf = async (resultId: string) =>
  (
    await desk.store.db
      .selectFrom('result')
      .select('seq')
      .where('id', '=', resultId)
      .executeTakeFirstOrThrow()
  ).seq;

function record(result: { id: string; state: ResultState }, seq: number, lines: readonly Line[]) {
  return recordBatch(desk.store, { practiceId: 'riverside', resultId: result.id }, seq, lines, {
    phase: 'sign-off',
    waitsFor: 'sign-off',
    tier: 'abnormal',
    urgency: 'standard',
    dueAt: null,
    dueStep: null,
    escalation: 0,
    state: result.state,
  });
}

const touch = (kind: string): Line => ({
  do: 'event',
  kind,
  at: monday9,
  actor: 'resultloop',
  data: { n: 1 },
});

/** What breaks when the timeline is tampered with by a statement; undone afterwards. */
async function brokenAfter(resultId: string, ...tampering: ReturnType<typeof sql>[]): Promise<number | null> {
  let broken: number | null = null;
  const undo = new Error('undo');
  await desk.store.db
    .transaction()
    .execute(async (tx) => {
      for (const statement of tampering) await statement.execute(tx);
      broken = await brokenEvent(tx, resultId);
      throw undo;
    })
    .catch((e: unknown) => {
      if (e !== undo) throw e;
    });
  return broken;
}

test('S003-44: the timeline breaks where a line was changed, removed or moved', async () => {
  const { id } = await abnormal();
  const lines = await timeline(id);
  expect(lines.length).toBeGreaterThanOrEqual(3);
  expect(lines[0]?.prev_hash).toBe(chainStart);
  expect(await brokenEvent(desk.store.db, id)).toBeNull();

  const changed: Record<string, unknown> = {
    at: sql`at + 1`,
    real_at: sql`real_at - 1`,
    actor: sql`'somebody'`,
    kind: sql`'opened'`,
    data: sql`data || '{"more": true}'::jsonb`,
    text_sealed: sql`'other'`,
    hash: sql`repeat('a', 64)`,
  };
  for (const [column, value] of Object.entries(changed))
    expect([
      column,
      await brokenAfter(
        id,
        sql`update event set ${sql.ref(column)} = ${value} where result_id = ${id} and seq = 2`,
      ),
    ]).toEqual([column, 2]);

  expect(await brokenAfter(id, sql`delete from event where result_id = ${id} and seq = 1`)).toBe(2);
  expect(await brokenAfter(id, sql`delete from event where result_id = ${id} and seq = 2`)).toBe(3);
  const close = sql`update event set seq = seq - 1 where result_id = ${id} and seq > 2`;
  expect(await brokenAfter(id, sql`delete from event where result_id = ${id} and seq = 2`, close)).toBe(2);
  const swap = [
    sql`update event set seq = -1 where result_id = ${id} and seq = 1`,
    sql`update event set seq = 1 where result_id = ${id} and seq = 2`,
    sql`update event set seq = 2 where result_id = ${id} and seq = -1`,
  ];
  expect(await brokenAfter(id, ...swap)).toBe(1);
});

test('S003-44: the order of keys in an event does not matter, its values do', async () => {
  const { store } = desk;
  const { id } = await abnormal();
  await store.db.transaction().execute((tx) =>
    appendEvents(tx, store, 'riverside', id, [
      {
        at: monday9,
        actor: 'resultloop',
        kind: 'test',
        data: { zebra: 1, a: null, longer: ['y', 'x'], B: true, é: 'É', '10': 0.1, '9': -0 },
        text: 'typed by a person',
      },
    ]),
  );
  expect(await brokenEvent(store.db, id)).toBeNull();
  const last = (await timeline(id)).at(-1);
  expect(last?.text_sealed).not.toContain('typed');
});

test('S003-44: writers at the same moment make one unbroken chain', async () => {
  const { store } = desk;
  const { id } = await abnormal();
  const before = (await timeline(id)).length;
  const event = { at: monday9, actor: 'resultloop', kind: 'test', data: {} };
  await Promise.all(
    Array.from({ length: 8 }, () =>
      store.db.transaction().execute((tx) => appendEvents(tx, store, 'riverside', id, [event, event])),
    ),
  );
  expect(await timeline(id)).toHaveLength(before + 16);
  expect(await brokenEvent(store.db, id)).toBeNull();
});

test('S002-3: a batch is recorded once by its number, also when it comes twice at the same moment', async () => {
  const result = await abnormal();
  const before = (await timeline(result.id)).length;
  const next = (await seqOf(result.id)) + 1;
  const attempt: Line = { do: 'attempt', commandId: 'c', by: 'okafor', outcome: 'no-answer', at: monday9 };
  const lines = [touch('attempt'), attempt];
  const answers = await Promise.all([1, 2, 3].map(() => record(result, next, lines)));
  await record(result, next, lines);
  expect(await timeline(result.id)).toHaveLength(before + 1);
  expect(await seqOf(result.id)).toBe(next);
  const { rows } = await sql`select 1 from attempt where result_id = ${result.id}`.execute(desk.store.db);
  expect(rows).toHaveLength(1);
  // A repeat says again who has to be woken.
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});

test('S002-6: when an event cannot be written nothing else of its batch is (audit first)', async () => {
  const { db } = desk.store;
  const result = await abnormal();
  const seq = await seqOf(result.id);
  const tables = ['event', 'task_member', 'attempt', 'notice_member', 'chart_note', 'alarm'];
  const counts = () =>
    Promise.all(
      tables.map(async (t) => {
        const n = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(t)}`.execute(db);
        return [t, n.rows[0]?.n];
      }),
    );
  const before = await counts();
  const lines: Line[] = [
    { do: 'release', version: 1, by: 'okafor', at: monday9 },
    { do: 'ask-notice', purpose: 'results', version: 1, at: monday9 },
    { do: 'attempt', commandId: 'c', by: 'okafor', outcome: 'no-answer', at: monday9 },
    {
      do: 'open-task',
      kind: 'callback',
      role: 'coordinator',
      opening: 1,
      at: monday9,
      dueAt: monday9 + hour,
    },
    { do: 'alarm', key: 'k', code: 'test', at: monday9 },
    // PostgreSQL cannot store this character: the insert of the event fails.
    { do: 'event', kind: 'attempt', at: monday9, actor: 'resultloop', data: { bad: '\u0000' } },
  ];
  await expect(record(result, seq + 1, lines)).rejects.toThrow();
  expect(await counts()).toEqual(before);
  expect(await seqOf(result.id)).toBe(seq);
  expect((await record(result, seq + 1, lines.slice(0, -1))).wake.notices).toBe(true);
});

test('L18a: one member ends a shared task while another joins: the work stays open', async () => {
  const { db } = desk.store;
  const open: Line = {
    do: 'open-task',
    kind: 'callback',
    role: 'coordinator',
    opening: 1,
    at: monday9,
    dueAt: monday9 + hour,
  };
  const end: Line = {
    do: 'end-task',
    kind: 'callback',
    opening: 1,
    outcome: 'reached',
    at: monday9,
    cancelled: false,
  };
  for (let round = 0; round < 8; round += 1) {
    const one = await abnormal();
    const chartId = String(8000 + patients - 1);
    const other = await desk.deliver({
      familyName: 'Testwell',
      chartId,
      observations: [potassium('5.7')],
      test: 'Basic metabolic panel',
    });
    await record(one, (await seqOf(one.id)) + 1, [open]);
    const [a, b] = [(await seqOf(one.id)) + 1, (await seqOf(other.id)) + 1];
    await Promise.all([record(one, a, [end, touch('test')]), record(other, b, [open, touch('test')])]);
    const lost = await db
      .selectFrom('task_member')
      .innerJoin('task', 'task.id', 'task_member.task_id')
      .select('task.id')
      .where('task_member.result_id', '=', other.id)
      .where('task_member.done', '=', false)
      .where('task.state', 'in', ['done', 'cancelled'])
      .execute();
    expect(lost).toEqual([]);
  }
});

test('S002-6: reads of patient data are one chain per practice, also when they come together', async () => {
  const { store, practice } = desk;
  await Promise.all(
    ['okafor', 'abara', 'moreau', 'wirth'].map((actor) =>
      recordAccess(store, practice, { actor, what: 'worklist' }),
    ),
  );
  const rows = await store.db.selectFrom('access').selectAll().orderBy('id').execute();
  expect(rows.map((r) => r.prev_hash)).toEqual([chainStart, ...rows.slice(0, -1).map((r) => r.hash)]);
  expect(new Set(rows.map((r) => r.hash)).size).toBe(rows.length);
});
