import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { monday9 } from '../starters/desk-practice.js';
import { TextArena } from './text-arena.js';

const hour = 3_600_000;
let arena: TextArena;
beforeAll(async () => void (arena = await TextArena.open()), 60_000);
afterAll(() => arena.close());

// Staffed from 8:00 to 17:00.
test.each([
  ['in the afternoon with less than two staffed hours left', 6.5 * hour],
  ['in the evening', 10 * hour],
])(
  'L27: a secure message that Spruce held back until it came back %s leaves at the next opening',
  async (_when, after) => {
    const p = await arena.practice();
    const patient = await p.secureHeldBack();
    p.goTo(monday9 + after);
    expect(await p.sendSecure(patient)).toBe('done');
    expect(await p.notice(patient.noticeId)).toMatchObject({
      state: 'waiting',
      epoch: 1,
      failed_channels: [],
    });
    expect(p.heard(patient)).toEqual([]);
    const opening = monday9 + 23 * hour;
    expect(await p.next(patient)).toEqual({ do: 'wait', until: opening });
    p.goTo(opening);
    const send = { do: 'send', channel: 'secure', noticeId: patient.noticeId, epoch: 1 };
    expect(await p.next(patient)).toEqual(send);
  },
);
