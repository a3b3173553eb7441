import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Observation } from '../../src/domain/result/report.js';
import { requireMinor } from '../../src/starters/batch.js';
import { loadRecord, recordBatch } from '../../src/store/record.js';
import { DeskPractice, hour, monday9, potassium, sodium, staff } from '../starters/desk-practice.js';

let desk: DeskPractice;
let patients = 0;
beforeAll(async () => void (desk = await DeskPractice.open()), 60_000);
afterAll(() => desk.close());

const deliver = (observation: Observation, at: number, chartId = String(6000 + patients++)) =>
  desk.deliver({ familyName: 'Testwell', chartId, observations: [observation], at });

const contactBy = async (resultId: string) =>
  (
    await desk.store.db
      .selectFrom('version')
      .select('contact_by_at')
      .where('result_id', '=', resultId)
      .executeTakeFirstOrThrow()
  ).contact_by_at;

const newYork = (text: string) => Date.parse(text);

describe('contact-by of a stored version, in the zone of the practice', () => {
  test.each([
    ['same-day, in the morning: that day at closing', '2026-03-02T09:00-05:00', '2026-03-02T17:00-05:00'],
    ['same-day, a minute before closing', '2026-03-02T16:59-05:00', '2026-03-02T17:00-05:00'],
    ['same-day, at closing: the next day', '2026-03-02T17:00-05:00', '2026-03-03T17:00-05:00'],
    [
      'same-day, on Friday night, over the change to summer time',
      '2026-03-06T20:00-05:00',
      '2026-03-08T20:00-05:00',
    ],
    ['same-day, on Sunday', '2026-03-08T12:00-04:00', '2026-03-09T17:00-04:00'],
  ])('L7: %s', async (_, arrived, due) => {
    const { id, state } = await deliver(potassium('5.6'), newYork(arrived));
    expect(state.version?.urgency).toBe('same-day');
    expect(await contactBy(id)).toBe(newYork(due));
  });

  test('L8, L9: standard as the panel says, minor never before 96 h', async () => {
    expect(await contactBy((await deliver(potassium('5.4'), monday9)).id)).toBe(monday9 + 48 * hour);
    const minor = await deliver(sodium('146'), monday9);
    expect(minor.state.version?.urgency).toBe('minor');
    expect(await contactBy(minor.id)).toBe(monday9 + 96 * hour);
  });

  test('L7: 4 staffed hours of Friday 16:00 end on Monday 11:00, summer time between', async () => {
    const { state } = await deliver(potassium('5.6'), newYork('2026-03-06T16:00-05:00'));
    expect(state.tasks).toMatchObject([{ kind: 'sign-off', dueAt: newYork('2026-03-09T11:00-04:00') }]);
  });
});

describe('the hand-over to on-call in the record', () => {
  test('L7, L14: at closing task and result are on-call’s, once, and the timeline says from whom', async () => {
    const result = await deliver(potassium('5.6'), monday9);
    const closing = newYork('2026-03-02T17:00-05:00');
    const before = await desk.pass(result, closing - 60_000);
    expect(before.state.ownerId).toBe(staff.provider);
    const after = await desk.pass(before, closing);
    // Nobody is on the on-call table: the supervising physician stands in.
    expect(after.state.ownerId).toBe(staff.supervisor);
    const tasks = await desk.store.db
      .selectFrom('task')
      .innerJoin('task_member', 'task_member.task_id', 'task.id')
      .select(['task.owner_id', 'task.state', 'task_member.done'])
      .where('task_member.result_id', '=', result.id)
      .orderBy('task.opened_at')
      .execute();
    expect(tasks).toEqual([
      { owner_id: staff.provider, state: 'cancelled', done: true },
      { owner_id: staff.supervisor, state: 'open', done: false },
    ]);
    const events = await desk.store.db
      .selectFrom('event')
      .select(['kind', 'data'])
      .where('result_id', '=', result.id)
      .where('kind', 'in', ['assigned', 'on-call-decides'])
      .orderBy('seq')
      .execute();
    expect(events.slice(1)).toEqual(
      expect.arrayContaining([
        { kind: 'on-call-decides', data: { task: 'sign-off' } },
        { kind: 'assigned', data: { owner: staff.supervisor, from: staff.provider, task: 'sign-off' } },
      ]),
    );
  });

  test('a run that starts from a record of 0.1.0 has the clocks of today', async () => {
    const { id, state } = await deliver(potassium('5.6'), monday9);
    const { sameDay: _, minor: __, ...policy } = state.policy;
    const ref = { practiceId: desk.practice.id, resultId: id };
    const old = { ...state, policy };
    const projection = { phase: 'sign-off', waitsFor: '', tier: 'abnormal', urgency: 'same-day' };
    await recordBatch(desk.store, ref, state.seq + 1, [], {
      ...{ ...projection, dueAt: null, dueStep: null, escalation: 0 },
      state: old,
    });
    const loaded = await loadRecord(desk.store, ref.practiceId, id);
    expect(loaded.state?.policy).toEqual(state.policy);
  });
});

describe('signing several at once (L9)', () => {
  test('L9: minor results are; nothing is when one is more than minor', async () => {
    const [one, two] = [await deliver(sodium('146'), monday9), await deliver(sodium('134'), monday9)];
    const standard = await deliver(potassium('5.4'), monday9);
    const ids = [one.id, two.id].sort();
    expect((await requireMinor(desk.store, desk.practice, ids)).map((r) => r.resultId)).toEqual(ids);
    await expect(requireMinor(desk.store, desk.practice, [...ids, standard.id])).rejects.toMatchObject({
      code: 'not-minor',
      message: expect.stringContaining(standard.id.slice(-8)),
    });
  });

  test('L18a: a decision counts for the draw: what it would take along has to be minor too', async () => {
    const minor = await deliver(sodium('146'), monday9, '6900');
    const sameDay = await deliver(potassium('5.6'), monday9, '6900');
    await expect(requireMinor(desk.store, desk.practice, [minor.id])).rejects.toMatchObject({
      message: expect.stringContaining(sameDay.id.slice(-8)),
    });
    await desk.decide(sameDay, staff.provider, { kind: 'sign-off', decision: 'release' });
    await expect(requireMinor(desk.store, desk.practice, [minor.id])).resolves.toHaveLength(1);
  });
});
