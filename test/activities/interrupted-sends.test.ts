import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSpruceControl } from '../../src/sandbox/spruce/control.js';
import { rememberSpruceContact } from '../../src/store/patients.js';
import { settleEffect } from '../../src/store/effects.js';
import { TextArena, type ArenaPractice, type ToldPatient } from './text-arena.js';

let arena: TextArena;
beforeAll(async () => void (arena = await TextArena.open()), 60_000);
afterAll(() => arena.close());

/** The attempt settles its effect and is cut off before it can tell anybody; then Temporal tries again. */
async function cutOff(p: ArenaPractice, patient: ToldPatient): Promise<void> {
  arena.isTemporalAway = true;
  const first = await p.send(patient).finally(() => (arena.isTemporalAway = false));
  expect(first).not.toBe('done');
  expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'sending', epoch: 0 });
  expect(p.heard(patient)).toEqual([]);
  expect(await p.send(patient)).toBe('done');
}

/** A notice that is about to go to this contact by secure message. */
async function toSecure(p: ArenaPractice, contactId: string): Promise<ToldPatient> {
  const patient = await p.toText();
  await rememberSpruceContact(p.store, patient.patientId, { id: contactId, hasAccount: true });
  await p.store.db
    .updateTable('notice')
    .set({ channel: 'secure' })
    .where('id', '=', patient.noticeId)
    .execute();
  return patient;
}

const effectOf = ({ noticeId }: ToldPatient, p: ArenaPractice) =>
  p.store.db.selectFrom('effect').selectAll().where('notice_id', '=', noticeId).executeTakeFirstOrThrow();

test('a secure message that was refused goes on by the next channel, and its result hears of it', async () => {
  const p = await arena.practice();
  const patient = await toSecure(p, 'entity_nobody');
  await cutOff(p, patient);
  expect(await effectOf(patient, p)).toMatchObject({ kind: 'secure', state: 'failed' });
  expect(await p.notice(patient.noticeId)).toMatchObject({
    state: 'waiting',
    epoch: 1,
    failed_channels: ['secure'],
  });
  expect(p.heard(patient)).toEqual(['failed']);
});

test.each([
  ['unknown', 'waiting', 'failed'],
  ['confirmed', 'confirmed', 'confirmed'],
] as const)(
  'a secure message whose outcome was settled as %s is not sent for ever',
  async (state, ends, hears) => {
    const p = await arena.practice();
    const contactId = `entity_${p.id}`;
    await createSpruceControl(arena.spruceUrl).change(p.id, {
      contacts: [{ id: contactId, givenName: 'Dana', familyName: 'Quillfeather', hasAccount: true }],
    });
    const patient = await toSecure(p, contactId);
    expect(await p.send(patient)).toBe('done');
    arena.signals.length = 0;
    await settleEffect(p.store.db, p.store, (await effectOf(patient, p)).id, { state, at: p.now });
    const back = { state: 'sending', sent_at: null } as const;
    await p.store.db.updateTable('notice').set(back).where('id', '=', patient.noticeId).execute();
    expect(await p.send(patient)).toBe('done');
    expect(await p.notice(patient.noticeId)).toMatchObject({ state: ends });
    expect(p.heard(patient)).toEqual([hears]);
  },
);

test('a text that was refused blames the number all the same (L37)', async () => {
  const p = await arena.practice();
  const patient = await p.toText();
  await arena.control.setNumbers(p.id, { [patient.mobile]: 'refused:21610' });
  await cutOff(p, patient);
  expect(await p.effects(patient)).toMatchObject([{ state: 'failed', code: 'opted-out' }]);
  expect(await p.number(patient.mobile)).toMatchObject({ opted_out_at: p.now });
  expect(await p.notice(patient.noticeId)).toMatchObject({ state: 'waiting', failed_channels: ['text'] });
  expect(p.heard(patient)).toEqual(['failed']);
});
