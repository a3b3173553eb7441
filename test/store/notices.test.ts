import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noticeFacts } from '../../src/activities/notice-facts.js';
import { nextChannel, type Notice } from '../../src/activities/sending.js';
import { planNotice } from '../../src/domain/notices/plan.js';
import { holdEffect, markCalled, settleEffect } from '../../src/store/effects.js';
import { leaveNotices } from '../../src/store/notices.js';
import { DeskPractice, hour, monday9, potassium } from '../starters/desk-practice.js';

let desk: DeskPractice;
beforeAll(async () => void (desk = await DeskPractice.open()), 60_000);
afterAll(() => desk.close());

/** A normal result whose text was taken by the vendor and whose receipt never came. */
async function sentWithoutReceipt(familyName: string, chartId: string) {
  const { store, practice } = desk;
  const { id } = await desk.deliver({ familyName, chartId, observations: [potassium('4.1')] });
  const { notice_id } = await store.db
    .selectFrom('notice_member')
    .select('notice_id')
    .where('result_id', '=', id)
    .executeTakeFirstOrThrow();
  const notice = await store.db
    .updateTable('notice')
    .set({ state: 'sent', channel: 'text', reread_real_at: store.realNow() })
    .where('id', '=', notice_id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const effectId = await store.db.transaction().execute(async (tx) => {
    const key = { practiceId: practice.id, key: `notice/${notice.id}/text/0`, noticeId: notice.id } as const;
    const effect = await holdEffect(tx, store, { ...key, kind: 'text', at: monday9 });
    await markCalled(tx, store, effect.id, 'token', 60_000, monday9);
    return effect.id;
  });
  return { resultId: id, notice, effectId };
}

const plan = async (notice: Notice) => planNotice(await noticeFacts(desk.store, desk.practice, notice.id));

test('L47: a text that failed goes on by the next channel', async () => {
  const { notice, effectId } = await sentWithoutReceipt('Ambleside', '4402');
  await settleEffect(desk.store.db, desk.store, effectId, { state: 'failed', at: monday9 });
  await nextChannel(desk, notice, 'text');
  desk.goTo(monday9 + 2 * hour);
  expect((await plan(notice)).do).not.toBe('withdraw');
});

test('L33: once a person was given it, a text that fails later goes on by no other channel', async () => {
  const { resultId, notice, effectId } = await sentWithoutReceipt('Quillfeather', '4401');
  await desk.store.db.transaction().execute((tx) => leaveNotices(tx, resultId));
  await settleEffect(desk.store.db, desk.store, effectId, { state: 'failed', at: monday9 });
  await nextChannel(desk, notice, 'text');
  desk.goTo(monday9 + 4 * hour);
  expect(await plan(notice)).toMatchObject({ do: 'withdraw' });
});
