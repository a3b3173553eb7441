import { afterAll, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { closeDeps, openPractice, staff, type PatientFields, type TestPractice } from './practice.js';

afterAll(closeDeps);

/** A link to the patient's own page: nothing in it says whose it is. */
const link = String.raw`https?://\S+/p/[A-Za-z0-9]{16}`;

test('S000-T1, 40, 46, 105: normal, mobile, opted in: one text with the exact words, in English or Spanish', async () => {
  const p = await openPractice({ factor: 15_000 });
  const marta = await p.patient({ firstname: 'Marta' });
  const ines = await p.patient({ firstname: 'Ines', language6392code: 'spa' });
  await p.arrive(bmp(marta.id), bmp(ines.id));
  // L38: told, and nobody answered for 72 h.
  await p.until('both closed', async () =>
    (await p.results()).every((r) => r.closure === 'notified-unopened'),
  );

  const texts = await p.texts();
  expect(texts.map((t) => t.to).sort()).toEqual([marta.phone, ines.phone].sort());
  const to = (phone: string) => texts.find((t) => t.to === phone)?.body;
  expect(to(marta.phone)).toMatch(
    new RegExp(
      `^Hi Marta, your recent lab results are now in your patient portal\\. View them here: ${link}\\. Reply STOP to opt out\\.$`,
    ),
  );
  expect(to(ines.phone)).toMatch(
    new RegExp(
      `^Hola Ines, sus resultados de laboratorio ya se encuentran en su portal: ${link}\\. Responda STOP para cancelar\\.$`,
    ),
  );
  for (const patient of [marta, ines]) {
    expect(await p.closingNotes(patient)).toHaveLength(1);
    expect(await p.portalNotes(patient)).toEqual([]);
  }
});

/** A normal result of somebody who gets no text: the note beside the published result is written and read back. */
async function toldByPortalNote(fields: PatientFields): Promise<TestPractice> {
  const p = await openPractice({ factor: 1_800 });
  const patient = await p.patient(fields);
  const [documentid] = await p.arrive(bmp(patient.id));
  const { id } = await p.result(patient, 'awaiting-acknowledgement');

  await p.event(id, 'message-confirmed', { channel: 'portal-note' });
  expect(await p.portalNotes(patient)).toEqual([
    expect.stringContaining('within the expected range') as unknown,
  ]);
  const journal = await p.journal('athena');
  const written = journal.find((e) => e.kind === 'note-written' && e.field === 'notetopatient');
  const readBack = journal.filter((e) => e.kind === 'document-read' && e.documentid === documentid);
  expect(written).toMatchObject({ documentid });
  expect(readBack.some((e) => e.seq > (written?.seq ?? Infinity))).toBe(true);
  expect(await p.texts()).toEqual([]);
  return p;
}

test('S000-T2, 47: normal, no mobile: no text, portal fallback recorded', async () => {
  await toldByPortalNote({ mobilephone: '' });
});

test('S000-T3, 48: normal, mobile but no consent to texts: portal fallback', async () => {
  await toldByPortalNote({ consenttotext: false });
});

test('S000-T4: normal, only home and emergency phones: portal fallback, never a text to them', async () => {
  await toldByPortalNote({
    mobilephone: '',
    homephone: '6175550187',
    contactmobilephone: '6175550188',
    contacthomephone: '6175550189',
  });
});

test('L31: what the chart gives to ResultsCall is followed and not texted; with the setting off it is an alarm', async () => {
  const p = await openPractice({ factor: 15_000 });
  const patient = await p.patient();
  await p.arrive({ ...bmp(patient.id), documentroute: 'RESULTSCALL' });
  await p.until('closed', async () =>
    (await p.results()).every((r) => r.closure === 'notified-by-resultscall'),
  );
  expect(await p.toldTo(patient)).toEqual([]);
  expect(await p.closingNotes(patient)).toEqual([expect.stringContaining('ResultsCall') as unknown]);
  expect((await p.alarms()).map((a) => a.code)).toEqual(['connection-check-failed']);
});

test('S000-T5, 49: normal, language neither English nor Spanish: a call with an interpreter, nothing automatic', async () => {
  const p = await openPractice({ factor: 1_800 });
  const patient = await p.patient({ language6392code: 'vie', spruce: true });
  await p.arrive(bmp(patient.id));
  const { id } = await p.result(patient, 'callback');
  await p.event(id, 'message-needs-person', { why: 'interpreter', task: 'callback' });
  expect(await p.task(id, 'callback')).toMatchObject({ owner_id: staff.coordinator });

  const answer = await p.decide(staff.coordinator, id, {
    kind: 'attempt',
    outcome: 'reached',
    twoIdentifiers: true,
  });
  expect(answer.refusal).toBeNull();
  await p.result(patient, 'closed');
  expect(await p.toldTo(patient)).toEqual([]);
  expect(await p.closingNotes(patient)).toEqual([expect.stringContaining('reached by phone') as unknown]);
});
