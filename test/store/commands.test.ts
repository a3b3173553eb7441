import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/security/tokens.js';
import { writeCommand, type NewCommand } from '../../src/store/commands.js';
import { DeskPractice, hour, monday9, potassium, staff } from '../starters/desk-practice.js';

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

test('the same id again is the same command; for another person or decision it is refused', async () => {
  const id = newId();
  expect(await write({ id })).toEqual(await write({ id }));
  await expect(write({ id, personId: staff.cover })).rejects.toMatchObject({ code: 'id-of-another' });
  await expect(write({ id, body: { kind: 'decline', task: 'sign-off' } })).rejects.toMatchObject({
    code: 'id-of-another',
  });
});
