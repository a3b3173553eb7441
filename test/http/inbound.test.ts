import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/security/tokens.js';
import { holdEffect, markCalled, markTaken, settleEffect } from '../../src/store/effects.js';
import { loadPatient } from '../../src/store/patients.js';
import { staff } from '../starters/desk-practice.js';
import { messageSid, spruceCall, spruceItem, statusCallback, text } from './vendor-calls.js';
import { WebDesk, type SentNotice } from './web-desk.js';

const minute = 60_000;
const hour = 60 * minute;

let web: WebDesk;
beforeAll(async () => void (web = await WebDesk.open()), 60_000);
afterAll(() => web.close());
beforeEach(async () => {
  web.isTemporalAway = false;
  web.told.length = 0;
  await web.store.db.deleteFrom('alarm').execute();
  await web.store.db.deleteFrom('inbound').execute();
});

const outcomes = async () => (await web.inbound()).map((r) => r.outcome);
/** What is kept of each message; null when only its hash is. */
const bodies = async () => {
  const rows = await web.store.db.selectFrom('inbound').select('body_sealed').orderBy('id').execute();
  return rows.map((r) => web.store.cipher.openJson(r.body_sealed, 'inbound.body'));
};
const effectRow = (id: string) =>
  web.store.db.selectFrom('effect').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const numberRow = async ({ patientId }: SentNotice) => {
  const { mobileIndex } = await loadPatient(web.store, patientId);
  return web.store.db
    .selectFrom('number')
    .selectAll()
    .where('number_index', '=', mobileIndex ?? '')
    .executeTakeFirst();
};
const deliveries = (notice: SentNotice) =>
  (web.toldOf(notice.resultId, 'delivery') as { id: string; status: string }[]).map((f) => f.status);

describe('status callbacks', () => {
  test('count forward only: late, repeated and unheard-of ones change nothing', async () => {
    const notice = await web.notice();
    const sid = notice.vendorRef ?? '';
    for (const status of ['sent', 'delivered', 'sent', 'queued', 'delivered', 'some_new_status'])
      await web.send(statusCallback(sid, status));
    await web.settle();
    expect(await effectRow(notice.effectId)).toMatchObject({
      state: 'confirmed',
      vendor_status: 'delivered',
    });
    expect(await web.noticeRow(notice.id)).toMatchObject({ state: 'confirmed', epoch: 0 });

    const backwards = await web.notice();
    for (const status of ['delivered', 'sent', 'queued'])
      await web.send(statusCallback(backwards.vendorRef ?? '', status));
    await web.settle();
    expect(await web.noticeRow(backwards.id)).toMatchObject({ state: 'confirmed', epoch: 0 });
    expect(deliveries(backwards)).toEqual(['confirmed']);
  });

  test('of a failed text: the number is blamed, the notice goes on to the next channel, once', async () => {
    const notice = await web.notice();
    const sid = notice.vendorRef ?? '';
    for (const status of ['undelivered', 'sent', 'undelivered', 'failed'])
      await web.send(statusCallback(sid, status, undefined, { ErrorCode: '30005' }));
    await web.settle();
    expect(await effectRow(notice.effectId)).toMatchObject({ state: 'failed', code: 'wrong-number' });
    expect(await web.noticeRow(notice.id)).toMatchObject({
      state: 'waiting',
      epoch: 1,
      failed_channels: ['text'],
    });
    expect((await numberRow(notice))?.wrong_at).not.toBeNull();
    expect(deliveries(notice)).toEqual(['failed', 'needs-person']);
    expect(web.toldOf(notice.patientId, 'noticeChanged')).toHaveLength(1);
    // Two different ends of one text: the first stands, the second is on record.
    await web.send(statusCallback(sid, 'delivered'));
    await web.settle();
    expect((await outcomes()).at(-1)).toBe('contradiction');
  });

  test('a process that dies between storing and telling loses nothing and moves on only once', async () => {
    for (const [status, told, epoch] of [
      ['delivered', 'confirmed', 0],
      ['undelivered', 'failed', 1],
    ] as const) {
      const notice = await web.notice();
      web.isTemporalAway = true;
      await web.send(statusCallback(notice.vendorRef ?? '', status, undefined, { ErrorCode: '30006' }));
      await web.settle();
      expect(deliveries(notice)).toEqual([]);
      web.isTemporalAway = false;
      await web.pass(minute);
      expect(deliveries(notice)).toEqual([told]);
      expect(await web.noticeRow(notice.id)).toMatchObject({ epoch });
    }
  });

  test('before the answer to our own call: by our id at once, by Twilio’s as soon as it is known', async () => {
    const byOurs = await web.notice({ vendorRef: null, state: 'sending' });
    const sid = messageSid();
    await web.send(statusCallback(sid, 'sent', byOurs.effectId));
    await web.settle();
    expect(await web.noticeRow(byOurs.id)).toMatchObject({ state: 'sent' });
    // The answer, which says less, comes last.
    await markTaken(web.store.db, byOurs.effectId, sid, 'accepted');
    expect(await effectRow(byOurs.effectId)).toMatchObject({ vendor_ref: sid, vendor_status: 'sent' });

    const byTheirs = await web.notice({ vendorRef: null, state: 'sending' });
    const other = messageSid();
    await web.send(statusCallback(other, 'delivered'));
    await web.settle();
    expect((await outcomes()).at(-1)).toBeNull();
    await web.pass(5 * minute);
    expect(await web.noticeRow(byTheirs.id)).toMatchObject({ state: 'sending' });
    await markTaken(web.store.db, byTheirs.effectId, other, 'accepted');
    await web.settle();
    expect(await web.noticeRow(byTheirs.id)).toMatchObject({ state: 'confirmed' });
    expect((await outcomes()).at(-1)).toBe('confirmed');
    expect(await web.alarms()).toEqual([]);
  });

  test('of texts nobody ever sent: kept a quarter of an hour, then one alarm a day, not one each', async () => {
    for (let i = 0; i < 60; i += 1) await web.send(statusCallback(messageSid(), 'delivered'));
    await web.settle();
    await web.pass(14 * minute);
    expect([...new Set(await outcomes())]).toEqual([null]);
    await web.pass(2 * minute);
    expect([...new Set(await outcomes())]).toEqual(['unknown-message']);
    expect(await web.alarms()).toEqual(['status-of-unknown-text']);
  });
});

test('an hour without Temporal: everything is tried on, an alarm says so, and nothing needs a person after', async () => {
  const notice = await web.notice();
  web.isTemporalAway = true;
  await web.send(statusCallback(notice.vendorRef ?? '', 'delivered'));
  await web.send(text(notice.phone, 'OK'));
  for (let i = 0; i < 60; i += 1) await web.pass(minute);
  expect(await outcomes()).toEqual([null, null]);
  expect(await web.alarms()).toEqual(['inbound-not-processed', 'inbound-not-processed']);
  web.isTemporalAway = false;
  await web.pass(minute);
  expect(await outcomes()).toEqual(['confirmed', 'acknowledges']);
  expect(web.toldOf(notice.resultId, 'replied')).toEqual([
    expect.objectContaining({ acknowledges: true, told: 1 }),
  ]);
});

describe('texts', () => {
  test('an answer goes to the message that was called last, also before its own call is answered', async () => {
    const notice = await web.notice({ vendorRef: null, state: 'sending' });
    await web.send(text(notice.phone, 'Can I eat before?'));
    await web.settle();
    expect(web.toldOf(notice.resultId, 'replied')).toEqual([
      expect.objectContaining({ channel: 'text', acknowledges: false, told: 1 }),
    ]);
  });

  test('L37: STOP and START count in the order they were written, however they arrive', async () => {
    for (const order of [
      ['STOP', 'START'],
      ['START', 'STOP'],
    ] as const)
      for (const lastWord of ['STOP', 'START'] as const) {
        const notice = await web.notice();
        for (const word of order) {
          const sid = messageSid();
          web.written.set(sid, word === lastWord ? 2 : 1);
          await web.send(text(notice.phone, word, { MessageSid: sid, OptOutType: word }));
          await web.settle();
        }
        const isOut = (await numberRow(notice))?.opted_out_at !== null;
        expect([order, lastWord, isOut]).toEqual([order, lastWord, lastWord === 'STOP']);
      }
  });

  test('L37: while nobody can say which was later a STOP counts at once and a START waits', async () => {
    const notice = await web.notice();
    await web.send(text(notice.phone, 'alto'));
    await web.settle();
    await web.send(text(notice.phone, 'START'));
    await web.settle();
    expect((await numberRow(notice))?.opted_out_at).not.toBeNull();
    for (const row of await web.store.db.selectFrom('number').select('opt_sid').execute())
      web.written.set(row.opt_sid ?? '', 1);
    expect((await outcomes()).at(-1)).toBeNull();
    await web.send(text(notice.phone, 'no más'));
    await web.settle();
    expect((await numberRow(notice))?.opted_out_at).not.toBeNull();
  });

  test('a refusal for opting out says nothing about a number that opted in since', async () => {
    const notice = await web.notice();
    await web.pass(minute);
    await web.send(text(notice.phone, 'START'));
    await web.send(statusCallback(notice.vendorRef ?? '', 'failed', undefined, { ErrorCode: '21610' }));
    await web.settle();
    expect((await numberRow(notice))?.opted_out_at).toBeNull();
    expect(await web.noticeRow(notice.id)).toMatchObject({ failed_channels: ['text'] });
  });

  test('from a number nobody knows: a person looks, and its STOP counts before any chart holds it', async () => {
    await web.send(text('+12125550101', 'Who is this about?'));
    await web.send(text('+12125550101', 'STOP'));
    await web.send(text('72975', 'Your code is 1'));
    await web.settle();
    expect((await outcomes()).slice(1)).toEqual(['opts-out', 'unknown-sender']);
    expect(await web.alarms()).toContain('reply-from-unknown-number');
    const notice = await web.notice({ card: { mobilePhone: '+12125550101' } });
    expect((await numberRow(notice))?.opted_out_at).not.toBeNull();
  });
});

describe('Spruce', () => {
  let taken = 0;
  const secure = async (more: Partial<Parameters<WebDesk['notice']>[0] & object> = {}) => {
    const contactId = `entity_p${(taken += 1)}`;
    const notice = await web.notice({ channel: 'secure', vendorRef: `asyncRequest_${taken}`, ...more });
    await web.store.db
      .updateTable('patient')
      .set({ spruce_contact_id: contactId })
      .where('id', '=', notice.patientId)
      .execute();
    const conversationId = `t_${taken}`;
    return {
      ...notice,
      posted: { conversationId, direction: 'outbound', author: null, requestId: `asyncRequest_${taken}` },
      reply: {
        id: `ti_reply${taken}`,
        conversationId,
        author: { displayName: 'A patient', id: contactId },
      },
    };
  };
  const event = (item: Record<string, unknown>, type = 'created') =>
    web.send(spruceCall(spruceItem(item).replace('conversationItem.created', `conversationItem.${type}`)));

  test('a patient’s answer that overtakes the posting of our message waits for it', async () => {
    const message = await secure({ state: 'sending' });
    await event({ ...message.reply, text: 'Got it' });
    await web.settle();
    expect(await outcomes()).toEqual([null]);
    await event(message.posted);
    await web.settle();
    expect(await outcomes()).toEqual(['patient-reply', 'posted']);
    expect(await web.noticeRow(message.id)).toMatchObject({ state: 'confirmed' });
    expect(web.toldOf(message.resultId, 'replied')).toEqual([
      expect.objectContaining({ channel: 'secure', acknowledges: true, told: 1 }),
    ]);
    expect(await web.alarms()).toEqual([]);
  });

  test('our posting that is known before the answer to our call waits for its request id', async () => {
    const message = await secure({ state: 'sending', vendorRef: null });
    await event(message.posted);
    await web.settle();
    expect(await outcomes()).toEqual([null]);
    await markTaken(web.store.db, message.effectId, message.posted.requestId, 'posted');
    await web.settle();
    expect(await web.noticeRow(message.id)).toMatchObject({ state: 'confirmed' });
  });

  test('L47: our posting that comes after the next channel was chosen ends the notice', async () => {
    const message = await secure();
    const givenUp = { state: 'unknown', at: web.store.realNow() } as const;
    await settleEffect(web.store.db, web.store, message.effectId, givenUp);
    await web.store.db
      .updateTable('notice')
      .set({ state: 'waiting', epoch: 1, failed_channels: ['secure'] })
      .where('id', '=', message.id)
      .execute();
    await event(message.posted);
    await web.settle();
    expect(await web.noticeRow(message.id)).toMatchObject({ state: 'confirmed' });
    expect(deliveries(message)).toEqual(['confirmed']);
    expect(web.toldOf(message.patientId, 'noticeChanged')).toHaveLength(1);
  });

  test('an item that is created, updated, taken back and restored is one answer', async () => {
    const message = await secure();
    await event(message.posted);
    for (const type of ['updated', 'created', 'deleted', 'restored']) await event(message.reply, type);
    await web.settle();
    const ids = (web.toldOf(message.resultId, 'replied') as { id: string }[]).map((f) => f.id);
    expect(new Set(ids)).toEqual(new Set([`inbound/spruce/${message.reply.id}`]));
  });

  test('what is said in conversations that are not ours is no alarm, and only its hash is kept', async () => {
    await event({ conversationId: 't_x', direction: 'outbound', requestId: 'asyncRequest_theirs' });
    await event({ conversationId: 't_x', isInternalNote: true, direction: 'none' });
    await web.settle();
    await web.pass(16 * minute);
    expect(await outcomes()).toEqual(['teammate', 'internal']);
    expect(await web.alarms()).toEqual([]);
    await event({ conversationId: 't_x', text: 'When is my visit?' });
    await web.settle();
    expect(await outcomes()).toEqual(['teammate', 'internal', 'not-our-conversation']);
    expect(await web.alarms()).toEqual([]);
    expect(await bodies()).toEqual([null, null, null]);
    for (const { dedupe_key } of await web.inbound()) expect(dedupe_key).toMatch(/^[0-9a-f]{64}$/);
  });

  test('an answer of a patient whose message is still looked for waits, and is an alarm when it is never found', async () => {
    const message = await secure({ state: 'sending', vendorRef: null });
    await event({ ...message.reply, text: 'Got it' });
    await web.settle();
    expect(await web.alarms()).toEqual([]);
    await web.pass(16 * minute);
    expect(await web.alarms()).toEqual(['secure-reply-without-notice']);
    expect(await bodies()).toEqual([expect.stringContaining('Got it')]);
  });

  test('our message whose call had no answer is known by its link, and what stands in it is ours', async () => {
    const message = await secure({ state: 'sending', vendorRef: null });
    const { publicBaseUrl } = web.desk.practice.settings;
    const link = `${publicBaseUrl}/p/${message.token}`;
    await event({ ...message.posted, requestId: 'asyncRequest_lost', text: `Please confirm: ${link}\n` });
    await event({ ...message.reply, text: 'Got it' });
    await web.settle();
    expect(await outcomes()).toEqual(['posted', 'patient-reply']);
    expect(await web.noticeRow(message.id)).toMatchObject({
      state: 'confirmed',
      vendor_conversation_id: message.posted.conversationId,
    });
    expect(await bodies()).toEqual([expect.any(String), expect.any(String)]);
  });

  test('L28: an accepted invitation and a merge change whom we know; a stranger’s contact does not stay here', async () => {
    const message = await secure();
    const contact = (type: string, object: Record<string, unknown>) =>
      web.send(
        spruceCall(
          JSON.stringify({ object: 'event', type, eventTime: '2026-03-02T14:00:01Z', data: { object } }),
        ),
      );
    const row = () =>
      web.store.db
        .selectFrom('patient')
        .select(['spruce_contact_id', 'spruce_has_account'])
        .where('id', '=', message.patientId)
        .executeTakeFirstOrThrow();
    await contact('contact.updated', { id: message.reply.author.id, hasAccount: true });
    await web.settle();
    expect((await row()).spruce_has_account).toBe(true);
    expect(web.toldOf(message.patientId, 'noticeChanged')).toHaveLength(1);
    await contact('contact.merged', {
      id: 'entity_stays',
      hasAccount: true,
      deletedContactIds: [message.reply.author.id],
    });
    await contact('contact.created', { id: 'entity_stranger', displayName: 'Planted Person' });
    await web.settle();
    expect(await row()).toEqual({ spruce_contact_id: 'entity_stays', spruce_has_account: true });
    await contact('contact.deleted', { id: 'entity_stays' });
    await web.settle();
    expect(await row()).toEqual({ spruce_contact_id: null, spruce_has_account: false });
    expect(await outcomes()).toEqual(['contact-known', 'contact-known', 'ignored-contact', 'contact-known']);
    expect(await bodies()).toEqual([null, null, null, null]);
  });

  test('an old event that somebody plays again is kept and not acted on', async () => {
    const message = await secure();
    await event(message.posted);
    await web.settle();
    await web.pass(20 * minute);
    const { store } = web;
    const yesterday = new Date(store.realNow() - 25 * hour).toISOString();
    await web.send(spruceCall(spruceItem(message.reply).replace('2026-03-02T14:00:01Z', yesterday)));
    await web.settle();
    expect(await outcomes()).toEqual(['posted', 'outside-replay-window']);
    expect(web.toldOf(message.resultId, 'replied')).toEqual([]);
    expect(await web.alarms()).toEqual(['webhook-outside-replay-window']);
  });

  test('L11: one page for several alarms settles each of them', async () => {
    const { store } = web;
    const ids = await store.db.transaction().execute(async (tx) => {
      const made: string[] = [];
      for (const one of ['a', 'b']) {
        const key = { practiceId: 'riverside', key: `page/alarm/${newId()}/${one}`, kind: 'page' as const };
        const effect = await holdEffect(tx, store, { ...key, at: 0, personId: staff.administrator });
        await markCalled(tx, store, effect.id, newId(), 30_000, 0);
        made.push(effect.id);
      }
      return made;
    });
    for (const id of ids) await markTaken(store.db, id, 'asyncRequest_shared', 'posted');
    await event({ direction: 'none', isInternalNote: true, requestId: 'asyncRequest_shared' });
    await web.settle();
    for (const id of ids) expect(await effectRow(id)).toMatchObject({ state: 'confirmed' });
  });
});
