import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  holdEffect,
  markCalled,
  markNotDone,
  permission,
  settleEffect,
  type Permission,
} from '../../src/store/effects.js';
import { DeskPractice, monday9 } from '../starters/desk-practice.js';

let desk: DeskPractice;
beforeAll(async () => void (desk = await DeskPractice.open()), 60_000);
afterAll(() => desk.close());

const leaseMs = 60_000;

/** One attempt as every sender makes it: hold, ask for permission, move to `called`, all in one transaction. */
async function attempt(key: string): Promise<Permission & { id: string }> {
  const { store } = desk;
  return store.db.transaction().execute(async (tx) => {
    const row = await holdEffect(tx, store, { practiceId: 'riverside', key, kind: 'text', at: monday9 });
    const may = permission(store, row);
    if (may.may === 'act') await markCalled(tx, store, row.id, may.token, leaseMs, monday9);
    return { ...may, id: row.id };
  });
}

const settle = (id: string, state: 'confirmed' | 'failed' | 'unknown' | 'cancelled') =>
  settleEffect(desk.store.db, desk.store, id, { state, at: monday9 });

test('S002-3: of many attempts at the same moment one acts, the others wait', async () => {
  desk.goTo(monday9);
  const all = await Promise.all(Array.from({ length: 6 }, () => attempt('race')));
  expect(all.map((a) => a.may).sort()).toEqual(['act', 'wait', 'wait', 'wait', 'wait', 'wait']);
  expect(new Set(all.map((a) => a.id)).size).toBe(1);
});

test('L47: within the lease others wait just as long as it lasts; after it they ask the vendor, never act', async () => {
  desk.goTo(monday9);
  expect((await attempt('lease')).may).toBe('act');
  desk.goTo(monday9 + leaseMs - 1);
  expect(await attempt('lease')).toMatchObject({ may: 'wait', realMs: 1 });
  desk.goTo(monday9 + leaseMs);
  expect((await attempt('lease')).may).toBe('ask-vendor');
  desk.goTo(monday9 + 1_000 * leaseMs);
  expect((await attempt('lease')).may).toBe('ask-vendor');
});

test('L47: an attempt that dies before its transaction ends leaves the effect free for the next', async () => {
  const { store } = desk;
  const died = store.db.transaction().execute(async (tx) => {
    const key = { practiceId: 'riverside', key: 'died', kind: 'text', at: monday9 } as const;
    const row = await holdEffect(tx, store, key);
    await markCalled(tx, store, row.id, 'token', leaseMs, monday9);
    throw new Error('worker killed');
  });
  await expect(died).rejects.toThrow('worker killed');
  expect((await attempt('died')).may).toBe('act');
});

test('L47: a settled effect stays settled and nobody acts again', async () => {
  for (const state of ['confirmed', 'failed', 'cancelled'] as const) {
    const { id } = await attempt(`settled/${state}`);
    expect(await settle(id, state)).toBe(true);
    for (const late of ['confirmed', 'failed', 'unknown', 'cancelled'] as const)
      expect(await settle(id, late)).toBe(false);
    desk.goTo(monday9 + 10 * leaseMs);
    expect(await attempt(`settled/${state}`)).toMatchObject({ may: 'nothing', state });
  }
});

test('L48: an unknown outcome is never a blind second message, but late proof still confirms it', async () => {
  const { id } = await attempt('unknown');
  expect(await settle(id, 'unknown')).toBe(true);
  expect(await attempt('unknown')).toMatchObject({ may: 'nothing', state: 'unknown' });
  expect(await settle(id, 'cancelled')).toBe(false);
  expect(await settle(id, 'confirmed')).toBe(true);
  expect(await attempt('unknown')).toMatchObject({ may: 'nothing', state: 'confirmed' });
});

test('L47: a call that surely did not happen may be made again, but only its own attempt can say so', async () => {
  desk.goTo(monday9);
  const first = await attempt('refused');
  await markNotDone(desk.store.db, first.id, 'token of another attempt');
  expect((await attempt('refused')).may).toBe('wait');
  await markNotDone(desk.store.db, first.id, first.may === 'act' ? first.token : '');
  expect((await attempt('refused')).may).toBe('act');
});
