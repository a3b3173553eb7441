import { afterAll, beforeAll, expect, test } from '@jest/globals';
import twilio from 'twilio';
import { createSpruceControl } from '../../src/sandbox/spruce/control.js';
import type { TwilioSeed } from '../../src/sandbox/twilio/control.js';
import { journalUntil } from '../sandbox/webhook-receiver.js';
import { hour, monday9, staff } from '../starters/desk-practice.js';
import { authToken, clinic, TextArena, type ArenaPractice } from './text-arena.js';

const minute = 60_000;
const owner = '+16175550161';
const cover = '+16175550162';
/** Monday 21:00. */
const evening = monday9 + 12 * hour;
const voice = {
  from: clinic,
  people: { [staff.provider]: { phone: owner, pin: '4711' }, [staff.cover]: { phone: cover, pin: '080808' } },
};
let arena: TextArena;
beforeAll(async () => void (arena = await TextArena.open()), 60_000);
afterAll(() => arena.close());

const onCall = (at: number, phones: TwilioSeed['phones'], account: Partial<TwilioSeed> = {}) =>
  arena.practice({ at, twilio: { voice }, account: { phones, ...account } });

/** Waits until `count` calls have ended and were worked on. */
const over = (p: ArenaPractice, count: number) =>
  p
    .journal(
      (all) => all.filter((e) => e.kind === 'call-callback' && e['status'] !== 'in-progress').length >= count,
    )
    .then(() => arena.processed());

const said = async (p: ArenaPractice) =>
  (await arena.control.journal(p.id)).filter((e) => e.kind === 'call-said').map((e) => String(e['text']));

async function voiceEffects(p: ArenaPractice) {
  return p.store.db
    .selectFrom('effect')
    .select(['state', 'code', 'person_id'])
    .where('practice_id', '=', p.id)
    .where('channel', '=', 'voice')
    .orderBy('created_real_at')
    .orderBy('id')
    .execute();
}

test('L10, G11: after hours the voice rings at minute 0; PIN and 1 accept, as a command of that person', async () => {
  const p = await onCall(evening, { [owner]: { answers: 'person', keys: ['4711#', '1'] } });
  const result = await p.critical();
  expect(await p.tick(result, 0)).toMatchObject({ sentTo: [staff.provider], failedFor: [] });
  await over(p, 1);
  expect(await p.commands(result)).toEqual([`accept ${staff.provider} voice-pin`]);
  expect(arena.signals.filter((s) => s.workflowId === `result/${result}`).map((s) => s.name)).toEqual([
    'command',
  ]);
  expect(await voiceEffects(p)).toMatchObject([{ state: 'confirmed', code: 'accept' }]);
  const words = await said(p);
  expect(words.join(' ')).toMatch(/enter your PIN.*Press 1 to accept.*It is yours now/);
  // L11: nothing of the patient or the result is said to whoever answers.
  expect(words.join(' ')).not.toMatch(/Ambleside|potassium|7\.2/i);
});

test('L10: in staffed hours Spruce alone at minute 0, the voice from minute 5', async () => {
  const p = await onCall(monday9 + hour, { [owner]: { answers: 'no-answer' } });
  const result = await p.critical();
  await p.tick(result, 0);
  expect(await p.calls()).toEqual([]);
  p.goTo(p.now + 5 * minute);
  await p.tick(result, 1);
  expect(await p.calls()).toHaveLength(1);
  // Spruce posts what it accepted a little later.
  const spruce = createSpruceControl(arena.spruceUrl);
  await journalUntil(spruce, p.id, (all) => all.filter((e) => e.kind === 'page-created').length >= 2);
  expect((await spruce.items(p.id)).filter((i) => i.isInternalNote)).toHaveLength(2);
});

test('while Spruce is down the voice does not wait for minute 5', async () => {
  const p = await onCall(monday9 + hour, { [owner]: { answers: 'person', keys: ['4711#', '1'] } });
  const result = await p.critical();
  await createSpruceControl(arena.spruceUrl).plantFault(p.id, {
    times: 5,
    fault: { kind: 'html', status: 503 },
  });
  // The next person is rung all the same: one channel failed.
  expect(await p.tick(result, 0)).toMatchObject({ sentTo: [staff.provider], failedFor: [staff.provider] });
  await over(p, 1);
  expect(await p.commands(result)).toEqual([`accept ${staff.provider} voice-pin`]);
});

test.each([
  ['nobody answers', { answers: 'no-answer' as const }, 'no-answer'],
  ['the line is busy', { answers: 'busy' as const }, 'busy'],
  ['a voicemail answers', { answers: 'voicemail' as const }, 'not-accepted'],
  ['a person hangs on without a PIN', { answers: 'person' as const }, 'not-accepted'],
  [
    'the PIN is wrong three times',
    { answers: 'person' as const, keys: ['1#', '0000#', '47111#', '1'] },
    'not-accepted',
  ],
  ['the PIN of somebody else', { answers: 'person' as const, keys: ['080808#', '1'] }, 'not-accepted'],
  ['the PIN, and then another key', { answers: 'person' as const, keys: ['4711#', '5'] }, 'not-accepted'],
])('%s: nothing is accepted, and the next tick rings again', async (_what, phone, code) => {
  const p = await onCall(evening, { [owner]: phone });
  const result = await p.critical();
  await p.tick(result, 0);
  await over(p, 1);
  expect(await p.commands(result)).toEqual([]);
  expect(await voiceEffects(p)).toMatchObject([{ state: 'failed', code }]);
  expect(await p.poll(result)).toEqual({ unanswered: [staff.provider] });
  p.goTo(p.now + 5 * minute);
  await p.tick(result, 1);
  expect(await p.calls()).toHaveLength(2);
});

test('2 passes it on: a decline of that person, so that the next is rung at once', async () => {
  const p = await onCall(evening, { [owner]: { answers: 'person', keys: ['4711#', '2'] } });
  const result = await p.critical();
  await p.tick(result, 0);
  await over(p, 1);
  expect(await p.commands(result)).toEqual([`decline ${staff.provider} voice-pin`]);
});

test('a call that cannot be placed fails the person for this tick, and Spruce is unharmed', async () => {
  const p = await onCall(evening, {});
  const result = await p.critical();
  await arena.control.plantFault(p.id, {
    match: { path: '/Calls' },
    fault: { kind: 'status', status: 401, body: { code: 20003, message: 'Authenticate', status: 401 } },
  });
  expect(await p.tick(result, 0)).toMatchObject({ sentTo: [staff.provider], failedFor: [staff.provider] });
  expect(await voiceEffects(p)).toMatchObject([{ state: 'failed', code: 'unauthorized' }]);
});

test('a call whose answer was lost still counts: whoever answers it accepts', async () => {
  const p = await onCall(evening, { [owner]: { answers: 'person', keys: ['4711#', '1'] } });
  const result = await p.critical();
  await arena.control.plantFault(p.id, { match: { path: '/Calls' }, fault: { kind: 'reset-after' } });
  expect(await p.tick(result, 0)).toMatchObject({ failedFor: [] });
  await over(p, 1);
  expect(await p.commands(result)).toEqual([`accept ${staff.provider} voice-pin`]);
});

test('a step rings a person once, however often it is tried; two criticals share one ringing phone', async () => {
  const p = await onCall(evening, {}, { statusDelayMs: [60_000, 60_000] });
  const [first, second] = [await p.critical(), await p.critical()];
  await p.tick(first, 0);
  await p.tick(first, 0);
  await p.tick(second, 0);
  expect(await p.calls()).toHaveLength(1);
  expect(await voiceEffects(p)).toMatchObject([
    { state: 'called' },
    { state: 'cancelled', code: 'call-under-way' },
  ]);
});

test('one accepts while others ring: their phones stop, and a late key changes nothing', async () => {
  const p = await onCall(
    evening,
    { [owner]: { answers: 'person', keys: ['4711#', '1'] }, [cover]: { answers: 'no-answer' } },
    { statusDelayMs: [20, 40] },
  );
  const result = await p.critical();
  await p.tick(result, 0, ['owner', 'cover']);
  await over(p, 2);
  expect(await p.commands(result)).toEqual([`accept ${staff.provider} voice-pin`]);
  const states = (await voiceEffects(p)).map((e) => `${e.person_id} ${e.state}`);
  expect(states).toContain(`${staff.provider} confirmed`);
  expect(states).not.toContain(`${staff.cover} confirmed`);
});

test('a person without a phone on file is paged by Spruce alone, and a non-critical page never calls', async () => {
  const p = await onCall(evening, {});
  const result = await p.critical();
  expect(await p.tick(result, 0, ['supervising-physician'])).toMatchObject({ failedFor: [] });
  await p.page(result, {
    step: 'v1/late',
    task: 'callback',
    opening: 1,
    roles: ['owner'],
    without: [],
    critical: false,
    dueAt: p.now,
    at: p.now,
  });
  expect(await p.calls()).toEqual([]);
});

test('what a caller hears is given to Twilio alone: an unsigned or wrongly signed request is refused', async () => {
  const p = await onCall(evening, { [owner]: { answers: 'no-answer' } });
  const result = await p.critical();
  await p.tick(result, 0);
  const { id } = await p.store.db
    .selectFrom('effect')
    .select('id')
    .where('practice_id', '=', p.id)
    .where('channel', '=', 'voice')
    .executeTakeFirstOrThrow();
  const url = `${arena.webUrl}/webhooks/twilio/${p.id}/voice/answer?e=${id}`;
  const form = {
    AccountSid: p.accountSid,
    CallSid: `CA${'1'.repeat(32)}`,
    CallStatus: 'in-progress',
    Digits: '1',
  };
  const post = (params: Record<string, string>, token: string) =>
    fetch(url, {
      method: 'POST',
      headers: { 'x-twilio-signature': twilio.getExpectedTwilioSignature(token, url, form) },
      body: new URLSearchParams(params),
    });
  expect((await post(form, 'another-token')).status).toBe(403);
  expect((await post({ ...form, Digits: '2' }, authToken)).status).toBe(403);
  expect((await fetch(url, { method: 'POST', body: new URLSearchParams(form) })).status).toBe(403);
  await arena.processed();
  expect(await p.commands(result)).toEqual([]);
});
