import { afterAll, describe, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { closeDeps, openPractice, staff, type TestPatient } from './practice.js';

afterAll(closeDeps);

describe('reading a document', () => {
  test('403 for one document, again and again: a person gets it, the others are not held up', async () => {
    const p = await openPractice({ factor: 60 });
    const patient = await p.patient();
    const [refused] = await p.post(bmp(patient.id));
    const others = await p.patients(3);
    await p.control.athena.plantFault(p.number, {
      match: { method: 'GET', path: `/documents/labresult/${refused}$` },
      times: 100,
      fault: { kind: 'status', status: 403 },
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

  test('G38: the feed’s answer is lost after it was consumed: asked for again, nothing is lost', async () => {
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

describe('sending a text', () => {
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
    // L48: without a receipt for 24 h somebody has to find out.
    expect(await p.task(second.id, 'release')).toMatchObject({ owner_id: staff.okafor });
    expect(await p.texts()).toHaveLength(2);
  });
});

describe('writing to the chart', () => {
  test('the chart refuses the note: an alarm and work for a person, nothing closes without it', async () => {
    const p = await openPractice({ factor: 300 });
    const patient = await p.patient();
    await p.control.athena.plantFault(p.number, {
      // For this patient: refused for every one, the writing as a whole would pause (S000-T18).
      match: { method: 'POST', path: `/patients/${patient.id}/documents/clinicaldocument` },
      times: 100,
      fault: { kind: 'status', status: 403 },
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
