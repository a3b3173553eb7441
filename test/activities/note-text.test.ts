import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { joinNotice } from '../../src/store/notices.js';
import { markNumber } from '../../src/store/numbers.js';
import { TextArena, type ArenaPractice, type ToldPatient } from './text-arena.js';

const hour = 3_600_000;
let arena: TextArena;
beforeAll(async () => void (arena = await TextArena.open()), 60_000);
afterAll(() => arena.close());

/** What the result heard of the text that goes with its note. */
const heardOfText = (patient: ToldPatient) =>
  arena.signals
    .filter((s) => s.workflowId === `result/${patient.resultId}` && s.fact['purpose'] === 'note-text')
    .map((s) => String(s.fact['status']));

const textWith = async (
  p: ArenaPractice,
  patient: ToldPatient,
  behaviour: 'deliver' | 'undelivered:30005',
) => {
  await arena.control.setNumbers(p.id, { [patient.mobile]: behaviour });
  const send = { do: 'send', channel: 'text', noticeId: patient.noticeId, epoch: 1 };
  expect(await p.next(patient)).toEqual(send);
  expect(await p.send(patient)).toBe('done');
  await p.callbacks(3);
};

test('L25: the note is followed by one neutral text, and is what told', async () => {
  const p = await arena.practice();
  const patient = await p.noted();
  await textWith(p, patient, 'deliver');
  const texts = await p.texts();
  expect(texts).toHaveLength(1);
  expect(texts[0]?.body).toMatch(
    /^Riverside Family Medicine: new message from your care team: \S+\/p\/[A-Za-z0-9]{16}\. Questions: 617-555-0142\. Reply STOP to opt out\.$/,
  );
  expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
  expect(p.heard(patient)[0]).toBe('confirmed');
  expect(new Set(heardOfText(patient))).toEqual(new Set(['left', 'confirmed']));
  expect(await p.next(patient)).toEqual({ do: 'rest' });
  // A callback, when nobody has acknowledged, and no work about the text.
  expect(await p.live(patient, p.now + 12 * hour)).toEqual([]);
});

test('L25: a text that does not arrive changes nothing: the note stands, nobody is asked to tell again', async () => {
  const p = await arena.practice();
  const patient = await p.noted();
  await textWith(p, patient, 'undelivered:30005');
  expect(heardOfText(patient)).toContain('failed');
  expect(await p.next(patient)).toEqual({ do: 'rest' });
  expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
  expect(p.heard(patient)).not.toContain('needs-person/contact-fix');
  expect(await p.number(patient.mobile)).toMatchObject({ wrong_at: p.now });
  expect(await p.texts()).toHaveLength(1);
});

test('L25, L37: to a number that opted out nothing goes; the note alone stands', async () => {
  const p = await arena.practice();
  const patient = await p.noted();
  await markNumber(p.store.db, p.id, p.store.index.phoneIndex(patient.mobile), { opted_out_at: p.now });
  expect(await p.next(patient)).toEqual({ do: 'rest' });
  expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'confirmed' });
  expect(await p.texts()).toEqual([]);
});

test('L18, L25: what comes later to the draw joins no notice whose note is written', async () => {
  const p = await arena.practice();
  const [patient, other] = [await p.noted(), await p.normal()];
  const { draw_id: drawId, patient_id: patientId } = await p.notice(patient.noticeId);
  await p.store.db.transaction().execute((tx) =>
    joinNotice(tx, p.store, {
      practiceId: p.id,
      patientId,
      drawId,
      resultId: other.resultId,
      version: 2,
      purpose: 'results',
      at: p.now,
    }),
  );
  const { notice_id: joined } = await p.store.db
    .selectFrom('notice_member')
    .select('notice_id')
    .where('result_id', '=', other.resultId)
    .where('version', '=', 2)
    .executeTakeFirstOrThrow();
  expect(joined).not.toBe(patient.noticeId);
});
