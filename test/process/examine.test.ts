import { describe, expect, test } from '@jest/globals';
import { VendorError } from '../../src/clients/http/index.js';
import { fail, pass, skipped, type Check, type Finding } from '../../src/process/doctor/check.js';
import { examine } from '../../src/process/doctor/examine.js';
import { checks as registered } from '../../src/process/doctor/registry.js';

const check = (id: string, ask: () => Promise<Finding>, needs: string[] = []): Check<null> => ({
  id,
  area: 'clock',
  needs,
  todo: `put ${id} right`,
  ask,
});
const states = async (...checks: Check<null>[]) =>
  Object.fromEntries((await examine(checks, null, { limitMs: 20 })).map((c) => [c.id, c.state]));

describe('doctor', () => {
  test('a check that never answers fails after its time, and the others are not held up', async () => {
    const [hung, well] = await examine(
      [check('hung', () => new Promise(() => undefined)), check('well', async () => pass('fine'))],
      null,
      { limitMs: 20 },
    );
    expect(hung).toMatchObject({ state: 'fail', todo: 'put hung right' });
    expect(well).toEqual({ id: 'well', area: 'clock', state: 'pass', says: 'fine', todo: null });
  });

  test('a check that cannot be carried out has failed, with its reason and without what foreign errors quote', async () => {
    const down = new VendorError('spruce did not answer in time for member.list.', {
      vendor: 'spruce',
      code: 'timeout',
      outcome: 'not-done',
      requestId: 'r',
    });
    const foreign = Object.assign(new Error('syntax error at "Dana Okonkwo"'), { code: '42601' });
    const [one, other] = await examine(
      [check('one', () => Promise.reject(down)), check('other', () => Promise.reject(foreign))],
      null,
    );
    expect([one?.state, one?.says]).toEqual(['fail', 'spruce did not answer in time for member.list.']);
    expect([other?.state, other?.says]).toEqual(['fail', 'It could not be carried out (Error, 42601).']);
  });

  test('what waits for a line that did not pass is skipped, never passed, in whatever order they stand', async () => {
    const never = () => Promise.reject(new Error('must not be asked'));
    expect(
      await states(
        check('third', never, ['second']),
        check('second', never, ['first']),
        check('first', async () => fail('broken')),
        check('apart', async () => pass('fine')),
        check('unasked', async () => skipped('does not apply')),
        check('after-unasked', never, ['unasked']),
        check('orphan', never, ['nobody']),
      ),
    ).toEqual({
      third: 'skipped',
      second: 'skipped',
      first: 'fail',
      apart: 'pass',
      unasked: 'skipped',
      'after-unasked': 'skipped',
      orphan: 'skipped',
    });
  });

  test('every registered check has an id of its own, needs only registered ones, and says what to do', () => {
    const ids = registered.map((c) => c.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, area, needs = [], todo } of registered) {
      expect(id.startsWith(`${area}.`)).toBe(true);
      expect(ids).toEqual(expect.arrayContaining([...needs]));
      expect(todo.length).toBeGreaterThan(20);
    }
  });
});
