import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { takeSeat, takeTurn } from '../../src/store/pace.js';
import { DeskPractice } from '../starters/desk-practice.js';

let desk: DeskPractice;
beforeAll(async () => void (desk = await DeskPractice.open()), 60_000);
afterAll(() => desk.close());

async function nextAt(key: string): Promise<number> {
  const row = await desk.store.db
    .selectFrom('pace')
    .select('next_at')
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  return row.next_at.getTime();
}

/** Most turns in any window, a window holding both its ends. */
function most(turns: readonly number[], windowMs: number): number {
  return Math.max(...turns.map((from) => turns.filter((t) => t >= from && t <= from + windowMs).length));
}

test('S000-73: never more than 8 turns in any sliding second, and the queue is not endless', async () => {
  const key = 'twilio/turns';
  const turns: number[] = [];
  for (;;) {
    const turn = await takeTurn(desk.store, { key, perSecond: 8 });
    if ('comeBackMs' in turn) {
      expect(turn.comeBackMs).toBeGreaterThanOrEqual(1_000);
      break;
    }
    // One spacing before the next turn is this one; what the caller is told to wait is never less.
    turns.push((await nextAt(key)) - 1_050 / 8);
    expect(Date.now() + turn.waitMs).toBeGreaterThanOrEqual((turns.at(-1) ?? 0) - 2);
  }
  expect(turns.length).toBeGreaterThanOrEqual(8);
  expect(most(turns, 1_000)).toBeLessThanOrEqual(8);
});

test('S000-73: callers at the same moment each get their own turn', async () => {
  const pace = { key: 'twilio/together', perSecond: 8 };
  const got = await Promise.all(Array.from({ length: 10 }, () => takeTurn(desk.store, pace)));
  const waits = got.map((t) => ('waitMs' in t ? t.waitMs : NaN)).sort((a, b) => a - b);
  expect(waits.every((w) => w >= 0)).toBe(true);
  // Ten turns span nine spacings: the last is told to wait at least that, less the moments that the calls took.
  const spread = (await nextAt(pace.key)) - 1_050 / 8 - Date.now();
  expect(waits.at(-1)).toBeGreaterThanOrEqual(spread - 2);
  expect(new Set(waits.map((w) => Math.round(w / 60))).size).toBeGreaterThanOrEqual(8);
});

test('S000-73: one limit does not slow another', async () => {
  const first = await takeTurn(desk.store, { key: 'athena-writes/a', perSecond: 0.5 });
  const other = await takeTurn(desk.store, { key: 'athena-writes/b', perSecond: 0.5 });
  expect([first, other]).toEqual([{ waitMs: 0 }, { waitMs: 0 }]);
});

test('S000-73: seats hold the limit strictly: a seat is free one window after its call ended, not before', async () => {
  const limit = { key: 'twilio/seats', seats: 8, windowMs: 3_600_000, leaseMs: 7_200_000 };
  const all = await Promise.all(Array.from({ length: 12 }, () => takeSeat(desk.store, limit)));
  const taken = all.filter((s) => s !== null);
  expect(taken).toHaveLength(8);
  for (const seat of taken) await seat.giveBack();
  expect(await takeSeat(desk.store, limit)).toBeNull();
  // Giving back twice does not make the window longer.
  const before = await nextAt('twilio/seats/seat-0');
  await taken[0]?.giveBack();
  expect(await nextAt('twilio/seats/seat-0')).toBe(before);
});

test('S000-73: who gives back after the lease does not take the seat from its next holder', async () => {
  const limit = { key: 'twilio/late', seats: 1, windowMs: 0, leaseMs: 0 };
  const late = await takeSeat(desk.store, limit);
  const next = await takeSeat(desk.store, { ...limit, leaseMs: 3_600_000 });
  expect(next).not.toBeNull();
  await late?.giveBack();
  expect(await takeSeat(desk.store, limit)).toBeNull();
  await next?.giveBack();
  expect(await takeSeat(desk.store, limit)).not.toBeNull();
});
