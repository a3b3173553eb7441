import { afterAll, describe, expect, test } from '@jest/globals';
import type { FaultSeed } from '../../src/sandbox/shared/control.js';
import { bmp } from './panels.js';
import { closeDeps, openPractice, staff, type TestPatient, type TestPractice } from './practice.js';

afterAll(closeDeps);

type Fault = FaultSeed['fault'];
const answers = (status: number, headers?: Record<string, string>): Fault => ({
  kind: 'status',
  status,
  ...(headers && { headers }),
});
const overRate = answers(429, { 'retry-after': '1' });

/** What is not known is looked at again after a lease: here one practice hour, less than any clock on the way. */
const factor = 300;

describe('reading a document', () => {
  const documentRead = { method: 'GET', path: '/documents/labresult/' };

  test.concurrent.each<[string, Fault, number]>([
    ['401', answers(401), 2],
    ['429', overRate, 2],
    ['500', answers(500), 2],
    ['a gateway’s error page', { kind: 'html', status: 502 }, 1],
    ['a connection that breaks', { kind: 'reset-before' }, 2],
    ['half an answer', { kind: 'truncated' }, 1],
    ['no answer in time', { kind: 'hang-after', ms: 11_000 }, 1],
  ])('%s: tried again, found once', async (_, fault, times) => {
    const p = await openPractice({ factor: 60 });
    const patient = await p.patient();
    await p.control.athena.plantFault(p.number, { match: documentRead, times, fault });
    await p.arrive(bmp(patient.id, { glucose: '156' }));
    await p.result(patient, 'sign-off');
    expect(await p.results()).toHaveLength(1);
    expect((await p.control.athena.faults(p.number))[0]?.hits).toBe(times);
  });

  test('403 for one document, again and again: a person gets it, the others are not held up', async () => {
    const p = await openPractice({ factor: 60 });
    const patient = await p.patient();
    const [refused] = await p.post(bmp(patient.id));
    const others = await p.patients(3);
    await p.control.athena.plantFault(p.number, {
      match: { method: 'GET', path: `/documents/labresult/${refused}$` },
      times: 100,
      fault: answers(403),
    });
    await p.post(...others.map(({ id }) => bmp(id, { glucose: '156' })));
    await p.poll().catch(() => undefined);
    for (const other of others) await p.result(other, 'sign-off');

    const held = await p.until('the refused document on the unrouted list', async () => {
      await p.poll().catch(() => undefined);
      return (await p.results()).find((r) => r.phase === 'unmatched');
    });
    expect(await p.task(held.id, 'match')).toMatchObject({ owner_id: staff.coordinator });
    expect((await p.events(held.id)).find((e) => e.kind === 'unmatched')?.data).toMatchObject({
      why: 'forbidden',
    });
  });

  test('the feed’s answer is lost after it was consumed: asked for again, nothing is lost', async () => {
    const p = await openPractice({ factor: 60 });
    const patients = await p.patients(5);
    await p.post(...patients.map(({ id }) => bmp(id, { glucose: '156' })));
    await p.control.athena.plantFault(p.number, {
      match: { method: 'GET', path: '/labresults/changed$' },
      fault: { kind: 'reset-after' },
    });
    await p.poll();
    for (const patient of patients) await p.result(patient, 'sign-off');
    expect(await p.results()).toHaveLength(5);
  });
});

/** A normal result whose text runs into a fault. */
async function textInto(
  fault: Fault,
  times = 1,
): Promise<{ p: TestPractice; patient: TestPatient; id: string }> {
  const p = await openPractice({ factor, settings: { noticeSettleMs: 0 } });
  const patient = await p.patient();
  await p.control.twilio.plantFault(p.number, { match: { method: 'POST', path: '/Messages' }, times, fault });
  await p.arrive(bmp(patient.id));
  const { id } = await p.result(patient);
  return { p, patient, id };
}

describe('sending a text', () => {
  test.concurrent.each<[string, Fault, number]>([
    ['429', overRate, 3],
    ['401', answers(401), 2],
    ['a connection that breaks before', { kind: 'reset-before' }, 1],
    ['accepted, then the connection breaks', { kind: 'reset-after' }, 1],
    ['accepted, then half an answer', { kind: 'truncated' }, 1],
    ['accepted, then no answer in time', { kind: 'hang-after', ms: 11_000 }, 1],
  ])('%s: the patient is told exactly once', async (_, fault, times) => {
    const { p, patient, id } = await textInto(fault, times);
    await p.event(id, 'message-confirmed');
    await p.nothingLeftToSend(patient);
    expect(await p.toldTo(patient)).toHaveLength(1);
    if (fault.kind !== 'reset-before') expect(await p.texts()).toHaveLength(1);
  });

  test.concurrent.each<[string, Fault]>([
    ['500, and it is nowhere to be found', answers(500)],
    ['403', answers(403)],
    ['400 for a number that is no phone', { ...answers(400), body: { code: 21211, message: 'no' } } as Fault],
  ])('%s: the next channel, no second text', async (_, fault) => {
    const { p, patient, id } = await textInto(fault);
    await p.event(id, 'message-failed', { channel: 'text' });
    await p.event(id, 'message-confirmed', { channel: 'portal-note' });
    await p.nothingLeftToSend(patient);
    expect(await p.texts()).toEqual([]);
    expect(await p.portalNotes(patient)).toHaveLength(1);
  });

  test('undelivered: the next channel; sent without receipt: a person, never a second text', async () => {
    const p = await openPractice({ factor: 15_000, settings: { noticeSettleMs: 0 } });
    const [undelivered, silent] = (await p.patients(2)) as [TestPatient, TestPatient];
    await p.control.twilio.setNumbers(p.number, {
      [undelivered.phone]: 'undelivered:30006',
      [silent.phone]: 'sent-only',
    });
    await p.arrive(bmp(undelivered.id), bmp(silent.id));
    const first = await p.result(undelivered);
    await p.event(first.id, 'message-confirmed', { channel: 'portal-note' });
    const second = await p.result(silent);
    await p.event(second.id, 'message-left', { channel: 'text' });
    // L9: without proof of delivery for 72 h somebody has to find out.
    expect(await p.task(second.id, 'release')).toMatchObject({ owner_id: staff.okafor });
    expect(await p.texts()).toHaveLength(2);
  });
});

/** An abnormal result, signed, whose secure message runs into a fault. */
async function messageInto(
  fault: Fault,
  times = 1,
): Promise<{ p: TestPractice; patient: TestPatient; id: string }> {
  const p = await openPractice({ factor, settings: { noticeSettleMs: 0 } });
  const patient = await p.patient({ spruce: true });
  await p.arrive(bmp(patient.id, { glucose: '156' }));
  const { id } = await p.result(patient, 'sign-off');
  await p.control.spruce.plantFault(p.number, {
    match: { method: 'POST', path: '/conversations$' },
    times,
    fault,
  });
  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  return { p, patient, id };
}

describe('sending a secure message', () => {
  test.concurrent.each<[string, Fault, number]>([
    ['429', overRate, 3],
    ['403, as Spruce answers a disabled token', answers(403), 2],
    ['accepted, then the connection breaks', { kind: 'reset-after' }, 1],
    ['accepted, then no answer in time', { kind: 'hang-after', ms: 11_000 }, 1],
  ])('%s: the patient has exactly one message', async (_, fault, times) => {
    const { p, patient, id } = await messageInto(fault, times);
    await p.event(id, 'message-confirmed', { channel: 'secure' });
    await p.nothingLeftToSend(patient);
    expect(await p.secureMessages()).toHaveLength(1);
    expect(await p.toldTo(patient)).toHaveLength(1);
  });

  test.concurrent.each<[string, Fault]>([
    ['500, and it is nowhere to be found', answers(500)],
    ['400, the contact cannot be written to', answers(400)],
  ])('%s: the next channel', async (_, fault) => {
    const { p, patient, id } = await messageInto(fault);
    await p.event(id, 'message-failed', { channel: 'secure' });
    await p.event(id, 'message-confirmed', { channel: 'portal-note' });
    await p.nothingLeftToSend(patient);
    expect(await p.secureMessages()).toEqual([]);
    expect(await p.portalNotes(patient)).toHaveLength(1);
  });
});

test.concurrent.each<[string, Fault]>([
  ['500', answers(500)],
  ['403', answers(403)],
  ['429', overRate],
])('paging the owner of a critical fails with %s: the next rung is rung at once (L10)', async (_, fault) => {
  const p = await openPractice({ factor: 60 });
  const patient = await p.patient();
  await p.control.spruce.plantFault(p.number, { match: { method: 'POST', path: '/conversations' }, fault });
  await p.arrive(bmp(patient.id, { potassium: '6.8' }));
  const { id } = await p.result(patient, 'callback');
  await p.event(id, 'page-failed');
  const page = await p.until('a page to the cover', async () => (await p.pages(staff.lindqvist))[0]);
  const owner = await p.until('the owner after all', async () => (await p.pages(staff.okafor))[0]);
  expect(page.seq).toBeGreaterThan(0);
  expect(owner.seq).toBeGreaterThan(0);
});

describe('writing to the chart', () => {
  test.concurrent.each<[string, Fault, number]>([
    ['401', answers(401), 2],
    ['429', overRate, 2],
    ['500, not stored', answers(500), 1],
    ['stored, then the connection breaks', { kind: 'reset-after' }, 1],
    ['stored, then half an answer', { kind: 'truncated' }, 1],
    ['stored, then no answer in time', { kind: 'hang-after', ms: 11_000 }, 1],
  ])('%s: exactly one note', async (_, fault, times) => {
    const p = await openPractice({ factor });
    const patient = await p.patient();
    await p.control.athena.plantFault(p.number, {
      match: { method: 'POST', path: '/documents/clinicaldocument' },
      times,
      fault,
    });
    await p.arrive(bmp(patient.id, { glucose: '156' }));
    const { id } = await p.result(patient, 'sign-off');
    await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'call-instead' });
    const note = await p.until('the note is confirmed', () =>
      p.deps.store.db
        .selectFrom('chart_note')
        .select('id')
        .where('result_id', '=', id)
        .where('state', '=', 'confirmed')
        .executeTakeFirst(),
    );
    const notes = await p.chartNotes(patient);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(note.id);
  });

  test('the chart refuses the note: an alarm and work for a person, nothing closes without it', async () => {
    const p = await openPractice({ factor });
    const patient = await p.patient();
    await p.control.athena.plantFault(p.number, {
      // For this patient: refused for every one, the writing as a whole would pause (S000-T18).
      match: { method: 'POST', path: `/patients/${patient.id}/documents/clinicaldocument` },
      times: 100,
      fault: answers(403),
    });
    await p.arrive(bmp(patient.id, { glucose: '156' }));
    const { id } = await p.result(patient, 'sign-off');
    await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'call-instead' });
    await p.until('the alarm', async () => (await p.alarms()).some((a) => a.code === 'chart-note-failed'));
    await p.task(id, 'follow-up');
    await p.until('a page to the administrator', async () => (await p.pages(staff.administrator)).length > 0);
    expect((await p.resultsOf(patient))[0]?.closure).toBeNull();
  });
});
