import { createHmac } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { closeDeps, engines, openPractice, staff, type TestPractice } from './practice.js';

afterAll(closeDeps);

const form = (fields: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(fields),
});

function inbound(p: TestPractice) {
  return p.deps.store.db
    .selectFrom('inbound')
    .select(['kind', 'outcome', 'processed_real_at'])
    .where('practice_id', '=', p.practice.id)
    .execute();
}

test('unsigned, badly signed, for an unknown practice: refused with what to check, nothing is kept', async () => {
  const p = await openPractice({ factor: 600 });
  const at = (path: string) => `${engines.web.url}/webhooks/${path}`;
  const text = { MessageSid: `SM${'a'.repeat(32)}`, From: '+16175550120', To: '+16175550100', Body: 'STOP' };
  const event = JSON.stringify({ object: 'event', type: 'conversationItem.created', data: { object: {} } });
  const tries: [string, RequestInit][] = [
    [at(`twilio/${p.practice.id}/inbound`), form(text)],
    [at(`twilio/${p.practice.id}/inbound`), form(text, { 'x-twilio-signature': 'bm90IGEgc2lnbmF0dXJl' })],
    [
      at(`twilio/${p.practice.id}/status?e=x`),
      form({ MessageSid: text.MessageSid, MessageStatus: 'delivered' }),
    ],
    [at('twilio/nobody/inbound'), form(text)],
    [
      at(`spruce/${p.practice.id}`),
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: event },
    ],
    [
      at(`spruce/${p.practice.id}`),
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-spruce-signature': createHmac('sha256', 'another secret').update(event).digest('base64'),
        },
        body: event,
      },
    ],
  ];
  for (const [url, request] of tries) {
    const answer = await fetch(url, request);
    expect([url, answer.status]).toEqual([url, 403]);
    expect(await answer.json()).toMatchObject({ error: expect.stringContaining('signature') as unknown });
  }
  expect(await inbound(p)).toEqual([]);
});

test('callbacks twice, out of order and badly signed in between: delivered once, told once', async () => {
  const p = await openPractice({ factor: 1_800, settings: { noticeSettleMs: 0 } });
  await p.control.twilio.change(p.number, { callbacks: { duplicate: 1, reorder: 1 } });
  const patient = await p.patient();
  await p.arrive(bmp(patient.id));
  const { id } = await p.result(patient);
  await p.event(id, 'message-confirmed', { channel: 'text' });
  await p.until('every callback read', async () => {
    const rows = await inbound(p);
    return rows.length >= 3 && rows.every((r) => r.processed_real_at !== null);
  });
  const kinds = (await p.events(id)).map((e) => e.kind);
  expect(kinds.filter((k) => k === 'message-confirmed')).toHaveLength(1);
  expect(kinds.filter((k) => k === 'message-left')).toHaveLength(1);
  expect(await p.texts()).toHaveLength(1);
});

test('the same reply delivered three times: one task', async () => {
  const p = await openPractice({ factor: 1_800, settings: { noticeSettleMs: 0 } });
  const patient = await p.patient();
  await p.arrive(bmp(patient.id));
  const { id } = await p.result(patient);
  await p.event(id, 'message-confirmed', { channel: 'text' });
  await p.control.twilio.sendText(p.number, { from: patient.phone, body: 'Can I eat before?', times: 3 });
  expect(await p.task(id, 'reply')).toMatchObject({ owner_id: staff.coordinator });
  expect((await inbound(p)).filter((r) => r.kind === 'text')).toHaveLength(1);
  expect((await p.events(id)).filter((e) => e.kind === 'replied')).toHaveLength(1);
});

test('for messages nobody knows: kept, and where a person wrote, an alarm', async () => {
  const p = await openPractice({ factor: 1_800 });
  const unknown = '+16175550187';
  const { httpStatus } = await p.control.twilio.sendText(p.number, { from: unknown, body: 'Hello?' });
  expect(httpStatus).toBe(200);
  await p.until('the alarm', async () =>
    (await p.alarms()).some((a) => a.code === 'reply-from-unknown-number'),
  );
  // An opt-out counts for a number that is not in any chart yet (L37).
  await p.control.twilio.sendText(p.number, { from: unknown, body: 'STOP' });
  const patient = await p.patient({ mobilephone: unknown.slice(2) });
  await p.until('both read', async () => {
    const rows = await inbound(p);
    return rows.length === 2 && rows.every((r) => r.processed_real_at !== null);
  });
  await p.arrive(bmp(patient.id));
  await p.result(patient, 'awaiting-acknowledgement');
  expect(await p.texts()).toEqual([]);
});

test('L49: alarms that belong to no result page the administrator once, with their count', async () => {
  const p = await openPractice({ factor: 600 });
  for (const digit of [7, 8, 9])
    await p.control.twilio.sendText(p.number, { from: `+1617555018${digit}`, body: 'Hello?' });
  await p.until('three alarms', async () => (await p.alarms()).length === 3);
  await p.poll();
  await p.poll();
  const pages = await p.pages(staff.administrator);
  expect(pages).toHaveLength(1);
  const notes = (await p.control.spruce.items(p.number)).filter((item) => item.isInternalNote);
  expect(notes).toHaveLength(1);
  expect(notes[0]?.text).toContain('resultloop: 3 items wait for you. Open your worklist.');
});
