import { afterAll, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { closeDeps, openPractice, staff, type TestPractice, type TestPatient } from './practice.js';
import { confirmPage, linkIn, openPage } from './patient-page.js';

afterAll(closeDeps);

/** An abnormal result, signed and told: from here on it is the patient's turn. */
async function toldByMessage(p: TestPractice): Promise<{ patient: TestPatient; id: string; link: string }> {
  const patient = await p.patient({ spruce: true });
  await p.arrive(bmp(patient.id, { glucose: '156' }));
  const { id } = await p.result(patient, 'sign-off');
  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  await p.event(id, 'message-left');
  const [message] = await p.until('the message', async () => {
    const all = await p.secureMessages();
    return all.length > 0 && all;
  });
  return { patient, id, link: linkIn(message?.text ?? '') };
}

/** Closed by this proof, and the chart says so exactly once. */
async function closedAs(p: TestPractice, patient: TestPatient, closure: string, note: RegExp): Promise<void> {
  expect(await p.result(patient, 'closed')).toMatchObject({ closure });
  expect(await p.closingNotes(patient)).toEqual([expect.stringMatching(note)]);
}

/** S000-112: three dated facts. */
const sentReceivedActedOn = /Message sent: 2026-.+ Received: 2026-.+ Acted on: 2026-/;

test('S000-T22, 8, 18, 44: a click only opens; the button on the patient page acknowledges, chart note posted once', async () => {
  const p = await openPractice({ factor: 300, settings: { noticeSettleMs: 0 } });
  const { patient, id, link } = await toldByMessage(p);
  expect((await openPage(link)).status).toBe(200);
  await p.event(id, 'opened');
  expect((await p.resultsOf(patient))[0]).toMatchObject({ closure: null });
  expect((await p.events(id)).map((e) => e.kind)).not.toContain('acknowledged');

  // Someone else's birth date is no proof.
  await confirmPage(link, '1970-01-01');
  expect((await p.events(id)).map((e) => e.kind)).not.toContain('page-confirmed');
  await confirmPage(link, patient.birthDate);
  await p.event(id, 'acknowledged', { how: 'page' });
  await closedAs(p, patient, 'acknowledged', sentReceivedActedOn);
});

test('S000-T22, 17, 106, 112: a reply from the signed list acknowledges; anything else is work for a person', async () => {
  const p = await openPractice({ factor: 300, settings: { noticeSettleMs: 0 } });
  const { patient, id } = await toldByMessage(p);
  await p.control.spruce.reply(p.number, {
    contactId: patient.contactId ?? '',
    text: 'What does this mean for my knee?',
  });
  expect(await p.task(id, 'reply')).toMatchObject({ owner_id: staff.coordinator });
  expect((await p.resultsOf(patient))[0]).toMatchObject({ closure: null });
  await p.decide(staff.coordinator, id, { kind: 'close', reason: 'handled', task: 'reply' });

  await p.control.spruce.reply(p.number, { contactId: patient.contactId ?? '', text: 'Got it, thanks!' });
  await p.event(id, 'acknowledged', { how: 'reply' });
  await closedAs(p, patient, 'acknowledged', sentReceivedActedOn);
});

test('S000-T22, 2, 17, S003-41: a completed call acknowledges, chart note posted once', async () => {
  const p = await openPractice({ factor: 300, settings: { noticeSettleMs: 0 } });
  const { patient, id } = await toldByMessage(p);
  // A voicemail is an attempt, never contact (L34).
  await p.decide(staff.coordinator, id, { kind: 'attempt', outcome: 'voicemail', twoIdentifiers: false });
  expect((await p.resultsOf(patient))[0]).toMatchObject({ closure: null });
  const call = { kind: 'attempt', outcome: 'reached', twoIdentifiers: true } as const;
  const unproved = await p.decide(staff.coordinator, id, { ...call, twoIdentifiers: false });
  expect(unproved.refusal).toBe('two-identifiers-needed');
  expect((await p.decide(staff.coordinator, id, call)).refusal).toBeNull();
  await closedAs(p, patient, 'reached', /Told by phone: 2026-/);
});
