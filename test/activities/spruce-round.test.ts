import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { alarmIfRefused } from '../../src/activities/spruce-refused.js';
import { newId } from '../../src/security/tokens.js';
import { holdEffect, markCalled } from '../../src/store/effects.js';
import { pageReference } from '../../src/store/pages.js';
import { text } from '../http/vendor-calls.js';
import { monday9 } from '../starters/desk-practice.js';
import { inbox, labTeam, practiceId, SpruceDesk } from './spruce-desk.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const issuedOn = '2026-02-10';

let desk: SpruceDesk;
beforeAll(async () => void (desk = await SpruceDesk.open({ issuedOn })), 60_000);
afterAll(() => desk.close());
beforeEach(async () => {
  await desk.goTo(monday9);
  desk.web.told.length = 0;
  for (const table of ['alarm', 'inbound', 'spruce_watch'] as const)
    await desk.web.store.db.deleteFrom(table).execute();
  await desk.web.store.db
    .updateTable('effect')
    .set({ state: 'cancelled' })
    .where('state', '=', 'called')
    .execute();
});

let people = 0;

/** A notice whose message stands in Spruce, and nobody told us so. */
async function sentNotice(vendorRef: 'known' | 'lost' = 'known') {
  const contactId = await desk.contact(`entity_P${(people += 1)}`);
  const notice = await desk.web.notice({ channel: 'secure', vendorRef: null, state: 'sending' });
  const { db } = desk.web.store;
  await db
    .updateTable('patient')
    .set({ spruce_contact_id: contactId })
    .where('id', '=', notice.patientId)
    .execute();
  const { publicBaseUrl } = desk.web.desk.practice.settings;
  const sent = await desk.spruce.createSecureConversation({
    contactId,
    internalEndpointId: inbox,
    subject: 'New message from your care team',
    message: `Please confirm: ${publicBaseUrl}/p/${notice.token}`,
    idempotencyKey: `notice-${notice.id}`,
  });
  await desk.items(sent.conversationId, 1);
  if (vendorRef === 'known') {
    await db
      .updateTable('effect')
      .set({ vendor_ref: sent.requestId })
      .where('id', '=', notice.effectId)
      .execute();
    await db
      .updateTable('notice')
      .set({ state: 'sent', vendor_conversation_id: sent.conversationId })
      .where('id', '=', notice.id)
      .execute();
  }
  return { ...notice, ...sent, contactId };
}

const replies = (resultId: string) => desk.web.toldOf(resultId, 'replied');
const kept = async () =>
  (await desk.web.store.db.selectFrom('inbound').selectAll().orderBy('id').execute()).map((r) => ({
    outcome: r.outcome,
    body: desk.web.store.cipher.openJson(r.body_sealed, 'inbound.body'),
  }));

describe('what webhooks have lost', () => {
  test('posting and answer are found in the delivery log and in the conversation, and count once', async () => {
    const notice = await sentNotice();
    await desk.control.reply(desk.org, { conversationId: notice.conversationId, text: 'Got it' });
    expect(await desk.round()).toBeGreaterThan(0);
    expect(await desk.web.noticeRow(notice.id)).toMatchObject({ state: 'confirmed' });
    const told = replies(notice.resultId) as { id: string; acknowledges: boolean }[];
    expect(new Set(told.map((fact) => fact.id)).size).toBe(1);
    expect(told[0]).toMatchObject({ channel: 'secure', acknowledges: true });
    const before = replies(notice.resultId).length;
    // The first round has put the conversation into its inbox, of which Spruce tells as well.
    await desk.round();
    expect(await desk.round()).toBe(0);
    expect(replies(notice.resultId)).toHaveLength(before);
  });

  test('our conversations are read even where the log knows nothing', async () => {
    const notice = await sentNotice();
    const [endpoint] = await desk.spruce.webhookEndpoints();
    await desk.control.reply(desk.org, { conversationId: notice.conversationId, text: 'Got it' });
    await desk.spruce.deleteWebhook(endpoint?.endpointId ?? '');
    await desk.round();
    expect(replies(notice.resultId)).toHaveLength(1);
    expect(await desk.web.noticeRow(notice.id)).toMatchObject({ state: 'confirmed' });
    expect(await desk.web.alarms()).toEqual(['spruce-webhook-missing']);
    await desk.round();
    expect(await desk.web.alarms()).toHaveLength(1);
    await desk.spruce.registerWebhook({ name: 'again', url: endpoint?.url ?? '' });
  });

  test('a message whose call had no answer is found by its link', async () => {
    const notice = await sentNotice('lost');
    await desk.round();
    expect(await desk.web.noticeRow(notice.id)).toMatchObject({
      state: 'confirmed',
      vendor_conversation_id: notice.conversationId,
    });
  });

  test('the rest of the organization stays outside: hash kept, body dropped, conversation not opened', async () => {
    const contactId = await desk.contact('entity_STRANGER', { familyName: 'Planted' });
    const { conversationId } = await desk.spruce.createSecureConversation({
      contactId,
      internalEndpointId: inbox,
      message: 'Your visit is on Tuesday.',
      idempotencyKey: newId(),
    });
    await desk.items(conversationId, 1);
    await desk.control.reply(desk.org, { conversationId, text: 'My name is Planted Person' });
    await desk.round();
    // Nobody else's call is under way, so that nothing of it waits to become ours.
    const rows = await kept();
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.filter((r) => JSON.stringify(r.body).includes('Planted'))).toEqual([]);
    expect(await desk.web.alarms()).toEqual([]);
    const conversation = await desk.spruce.conversation(conversationId);
    expect(conversation.tags).toEqual([]);
  });

  test('after a longer outage the reading goes on where it ended, not an hour ago', async () => {
    const notice = await sentNotice();
    await desk.round();
    await desk.control.reply(desk.org, { conversationId: notice.conversationId, text: 'Got it' });
    await desk.goTo(monday9 + 30 * hour);
    await desk.round();
    expect(replies(notice.resultId).length).toBeGreaterThan(0);
  });
});

test('S000-32: our conversations carry the tag of the lab follow-up inbox; the tags of others stay', async () => {
  const notice = await sentNotice();
  const theirs = await desk.spruce.conversationTag('billing');
  await desk.spruce.changeConversation({ conversationId: notice.conversationId, tagIds: [theirs.id] });
  await desk.round();
  const { tags } = await desk.spruce.conversation(notice.conversationId);
  expect(tags).toEqual(['billing', 'lab follow-up']);
});

describe('S000-88, 89, T21: answers to texts land in the lab follow-up inbox', () => {
  async function patientWithText() {
    const notice = await desk.web.notice();
    const contactId = await desk.contact(`entity_T${(people += 1)}`);
    await desk.web.store.db
      .updateTable('patient')
      .set({ spruce_contact_id: contactId })
      .where('id', '=', notice.patientId)
      .execute();
    return { ...notice, contactId };
  }
  const notes = async () =>
    (await desk.control.items(desk.org)).filter(
      (i) => i.isInternalNote && i.text.includes('answered a text'),
    );

  test('as an internal note about the patient, once; words that only concern the number are not', async () => {
    const patient = await patientWithText();
    await desk.web.send(text(patient.phone, 'Can I eat before?'));
    await desk.web.send(text(patient.phone, 'HELP'));
    await desk.web.settle();
    for (let i = 0; i < 3; i++) await desk.round();
    const [note] = await notes();
    await desk.items(note?.conversationId ?? '', 1);
    expect(await notes()).toHaveLength(1);
    expect(note).toMatchObject({ direction: 'none', text: expect.stringContaining('Can I eat before?') });
    expect(note?.conversation).toMatchObject({ type: 'note', associatedContactIds: [patient.contactId] });
    expect(note?.conversation.title).not.toMatch(/Dana|eat|potassium/i);
    expect((await desk.spruce.conversation(note?.conversationId ?? '')).tags).toEqual(['lab follow-up']);
    expect((await kept()).filter((r) => r.outcome === 'posted').length).toBeGreaterThan(0);
  });

  test('outside staffed hours it waits for the opening', async () => {
    const before = (await notes()).length;
    const patient = await patientWithText();
    await desk.goTo(monday9 + 10 * hour);
    await desk.web.send(text(patient.phone, 'Who can I ask?'));
    await desk.web.settle();
    await desk.round();
    expect(await notes()).toHaveLength(before);
    await desk.goTo(monday9 + day);
    await desk.round();
    await desk.round();
    expect((await notes()).map((n) => n.text).filter((t) => t.includes('Who can I ask?'))).toHaveLength(1);
  });

  test.each([
    ['accepted, then the connection breaks', { kind: 'reset-after' as const }],
    ['429', { kind: 'status' as const, status: 429 }],
  ])('%s: one note all the same', async (why, fault) => {
    const patient = await patientWithText();
    await desk.web.send(text(patient.phone, `Question: ${why}`));
    await desk.web.settle();
    await desk.control.plantFault(desk.org, { match: { method: 'POST', path: '/messages$' }, fault });
    await expect(desk.round()).rejects.toThrow();
    await desk.goTo(monday9 + 2 * minute);
    await desk.round();
    await desk.round();
    expect((await notes()).filter((n) => n.text.includes(`Question: ${why}`))).toHaveLength(1);
  });

  test('a number that is nobody’s alone is told as a number', async () => {
    await desk.web.send(text('+16175550199', 'What is this about?'));
    await desk.web.settle();
    await desk.round();
    const all = await notes();
    expect(all.filter((n) => n.text.startsWith('The number +16175550199 answered'))).toHaveLength(1);
    expect(all.every((n) => n.conversation.associatedContactIds.length <= 1)).toBe(true);
  });
});

describe('pages', () => {
  const personId = 'okafor';
  async function pageEffect(): Promise<string> {
    const { store } = desk.web;
    return store.db.transaction().execute(async (tx) => {
      const key = `page/task/${newId()}`;
      const at = store.realNow();
      const row = await holdEffect(tx, store, {
        practiceId,
        key,
        kind: 'page',
        channel: 'spruce',
        personId,
        at,
      });
      await markCalled(tx, store, row.id, row.id, 30_000, at);
      return row.id;
    });
  }
  const stateOf = async (id: string) =>
    await desk.web.store.db
      .selectFrom('effect')
      .select(['state', 'code'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();

  test('one whose call had no answer is proved by its reference', async () => {
    const id = await pageEffect();
    const { conversationId } = await desk.spruce.createNoteConversation({
      title: 'resultloop pages',
      memberIds: [labTeam],
      idempotencyKey: newId(),
    });
    await desk.web.store.db
      .updateTable('membership')
      .set({ spruce_page_conversation_id: conversationId })
      .where('person_id', '=', personId)
      .execute();
    await desk.spruce.postMessage({
      conversationId,
      text: `resultloop: an item waits for you. (${pageReference(id)})`,
      pageMemberIds: [labTeam],
      idempotencyKey: newId(),
    });
    await desk.items(conversationId, 1);
    await desk.round();
    expect(await stateOf(id)).toEqual({ state: 'confirmed', code: null });
  });

  test('one that Spruce took and never shows is an alarm after a quarter of an hour', async () => {
    const id = await pageEffect();
    await desk.goTo(monday9 + 10 * minute);
    await desk.round();
    expect(await stateOf(id)).toMatchObject({ state: 'called' });
    await desk.goTo(monday9 + 20 * minute);
    await desk.round();
    await desk.round();
    expect(await stateOf(id)).toEqual({ state: 'unknown', code: 'never-shown' });
    expect(await desk.web.alarms()).toEqual(['spruce-page-never-shown']);
  });
});

describe('the token', () => {
  test('S000-67 (6-2): a reminder every 30 days until it is renewed', async () => {
    await desk.goTo(Date.parse('2026-03-11T15:00:00Z'));
    await desk.round();
    expect(await desk.web.alarms()).toEqual([]);
    for (const on of ['2026-03-12', '2026-03-13', '2026-04-01']) {
      await desk.goTo(Date.parse(`${on}T15:00:00Z`));
      await desk.round();
      expect(await desk.web.alarms()).toEqual(['spruce-token-due']);
    }
    await desk.goTo(Date.parse('2026-04-13T15:00:00Z'));
    await desk.round();
    expect(await desk.web.alarms()).toEqual(['spruce-token-due', 'spruce-token-due']);
  });

  test('S000-69: refused, it is one alarm a day, and the next round goes on where this one ended', async () => {
    const notice = await sentNotice();
    const refused = { kind: 'status' as const, status: 403 };
    await desk.control.plantFault(desk.org, { times: 4, fault: refused });
    for (let i = 0; i < 2; i++)
      await expect(desk.round()).rejects.toMatchObject({ type: 'spruce/unauthorized' });
    await alarmIfRefused(desk.web.store, await desk.practice(), new Error('something else'));
    expect(await desk.web.alarms()).toEqual(['spruce-token-refused']);
    await desk.control.clearFaults(desk.org);
    await desk.round();
    expect(await desk.web.noticeRow(notice.id)).toMatchObject({ state: 'confirmed' });
  });
});
