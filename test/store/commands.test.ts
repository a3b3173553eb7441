import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/security/tokens.js';
import { markRefused, readCommand, writeCommand, type NewCommand } from '../../src/store/commands.js';
import { memberTask } from '../../src/store/tasks.js';
import { DeskPractice, hour, monday9, potassium, staff } from '../starters/desk-practice.js';

const minute = 60_000;

let desk: DeskPractice;
let result: Awaited<ReturnType<DeskPractice['deliver']>>;

const write = (more: Partial<NewCommand> = {}) =>
  writeCommand(desk.store, {
    practice: desk.practice,
    personId: staff.provider,
    via: 'staff-app',
    body: { kind: 'sign-off', decision: 'release' },
    resultId: result.id,
    ...more,
  });

const written = async () =>
  (await desk.store.db.selectFrom('command').select('id').execute()).map((row) => row.id);

beforeAll(async () => {
  desk = await DeskPractice.open();
  const input = { familyName: 'Quillfeather', chartId: '4401', documentId: '9100' };
  const first = await desk.deliver({ ...input, observations: [potassium('5.6')] });
  const amended = { id: first.id, state: first.state };
  result = await desk.deliver({
    ...input,
    observations: [potassium('5.8')],
    resultState: amended,
    at: monday9 + hour,
  });
});
afterAll(() => desk.close());

describe('L20: a decision is about what the person saw', () => {
  test('seen before the newer version: refused with words that lead to it, and nothing is written', async () => {
    await expect(write({ seen: { [result.id]: 1 } })).rejects.toMatchObject({
      code: 'stale-version',
      message: expect.stringContaining(`resultloop timeline ${result.id}`) as unknown,
    });
    await expect(write({ seen: { [result.id]: 3 } })).rejects.toMatchObject({ code: 'no-such-version' });
    expect(await written()).toEqual([]);
  });

  test('seen as it is now: written with the hash of that version', async () => {
    const { targets } = await write({ seen: { [result.id]: 2 } });
    expect(targets).toEqual([{ resultId: result.id, version: 2, hash: expect.any(String) as unknown }]);
  });
});

describe('what came to a draw after a person looked', () => {
  const reached = { kind: 'attempt', outcome: 'reached', twoIdentifiers: true } as const;
  const accept = { kind: 'accept', task: 'callback' } as const;
  let nextChart = 4500;
  const deliver = (chartId: string, value: string) =>
    desk.deliver({ familyName: 'Underhay', chartId, observations: [potassium(value)] });
  const later = () => desk.goTo(desk.store.realNow() + 5 * minute);
  const covered = async (more: Partial<NewCommand>) =>
    (await write(more)).targets.map((target) => target.resultId);

  test.each([
    ['a sign-off', { kind: 'sign-off', decision: 'release' } as const],
    ['a call', reached],
  ])('L18, L20: is not covered by %s about what was seen', async (_, body) => {
    const chartId = String(nextChart++);
    const seen = await deliver(chartId, '5.4');
    later();
    const unseen = await deliver(chartId, '7.9');
    const decision = { body, resultId: seen.id };
    expect(await covered({ ...decision, seen: { [seen.id]: 1 } })).toEqual([seen.id]);
    const card = { [seen.id]: 1, [unseen.id]: 1 };
    expect(await covered({ ...decision, seen: card })).toEqual([seen.id, unseen.id].sort());
  });

  test('L10, L18a: an acceptance covers the members of its task; a critical that comes later has a task, and rings, of its own', async () => {
    const chartId = String(nextChart++);
    const first = await deliver(chartId, '7.9');
    later();
    const second = await deliver(chartId, '7.8');
    const both = [first.id, second.id].sort();
    expect(await covered({ body: accept, resultId: first.id })).toEqual(both);
    // The acceptance is written; its workflows may be slow to record it.
    await write({ body: accept, resultId: first.id });
    later();
    const third = await deliver(chartId, '7.7');
    const taskOf = async (id: string) => (await memberTask(desk.store.db, id, 'callback'))?.id;
    expect(await taskOf(second.id)).toBe(await taskOf(first.id));
    expect(await taskOf(third.id)).not.toBe(await taskOf(first.id));
    expect(await covered({ body: accept, resultId: third.id })).toEqual([third.id]);
    expect(await covered({ body: accept, resultId: first.id })).toEqual(both);
  });
});

test('what a person was told stands for that result, whoever hears of the command later', async () => {
  const { id } = await write({ body: { kind: 'decline', task: 'sign-off' } });
  const { store, practice } = desk;
  expect(await readCommand(store, practice.id, result.id, id)).not.toHaveProperty('refused');
  await markRefused(store, newId(), id, 'no-such-task');
  expect(await readCommand(store, practice.id, result.id, id)).not.toHaveProperty('refused');
  await markRefused(store, result.id, id, 'closed');
  expect(await readCommand(store, practice.id, result.id, id)).toMatchObject({ refused: 'closed' });
});

test('the same id again is the same command; for another person or decision it is refused', async () => {
  const id = newId();
  expect(await write({ id })).toEqual(await write({ id }));
  await expect(write({ id, personId: staff.cover })).rejects.toMatchObject({ code: 'id-of-another' });
  await expect(write({ id, body: { kind: 'decline', task: 'sign-off' } })).rejects.toMatchObject({
    code: 'id-of-another',
  });
});
