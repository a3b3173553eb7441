import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { composePortalNote, composeSecure, composeText } from '../../src/activities/compose.js';
import { signedPanelTemplates } from '../../src/domain/library/panel-templates.js';
import { signedStarterRules } from '../../src/domain/library/starter-rules.js';
import { panelTemplateFor, withVariant } from '../../src/domain/messages/panel-template.js';
import type { Observation } from '../../src/domain/result/report.js';
import { noteBodyAad } from '../../src/store/chart-notes.js';
import { templatedNote } from '../../src/store/note-wording.js';
import { upsertPatient } from '../../src/store/patients.js';
import { importPractice, loadPractice } from '../../src/store/practices.js';
import { card } from './patient-card.js';
import { DeskPractice, potassium, roster, staff } from '../starters/desk-practice.js';

let desk: DeskPractice;
let chart = 100;
beforeAll(async () => {
  desk = await DeskPractice.open();
  const base = signedPanelTemplates('Dr. Helene Wirth', 'Luz Prado', '2026-01-05');
  const own = (providerId: string, eng: string, spa: string) => ({
    ...panelTemplateFor(base, { panelId: 'a1c', tier: 'abnormal', providerId: null }),
    providerId,
    message: {
      eng: { summary: eng, nextStep: 'Bring your meter to the next visit.' },
      spa: { summary: spa, nextStep: 'Traiga su medidor a la próxima cita.' },
    },
  });
  const varied = withVariant(
    withVariant(
      base,
      own(staff.provider, 'Your sugar needs a new plan.', 'Su azúcar necesita un plan nuevo.'),
    ),
    own(staff.cover, 'Words of the cover.', 'Palabras de la suplente.'),
  );
  const { id, athenaPracticeId, name, clock, goLiveAt, settings, connections } = desk.practice;
  const signature = { signedBy: base.signedBy, translatedBy: base.translatedBy };
  const given = { id, athenaPracticeId, name, clock, goLiveAt, settings, connections, roster };
  const ruleSet = signedStarterRules('Dr. Helene Wirth', '2026-01-05');
  await expect(
    importPractice(desk.store, { ...given, ruleSet, panelTemplates: varied }),
  ).rejects.toMatchObject({
    code: 'TEMPLATES_UNSIGNED',
  });
  await importPractice(desk.store, { ...given, ruleSet, panelTemplates: { ...varied, ...signature } });
}, 60_000);
afterAll(() => desk.close());

const a1c = (value: string): Observation => ({
  ...potassium(value),
  key: '4548-4',
  code: '4548-4',
  name: 'Hemoglobin A1c',
  unit: '%',
  range: '4.8-5.6',
  flag: Number(value) > 5.6 ? 'H' : null,
});
const hiv: Observation = {
  ...potassium('1'),
  ...{
    key: '56888-1',
    code: '56888-1',
    name: 'HIV 1/2 Ag/Ab',
    value: 'Non Reactive',
    unit: null,
    range: null,
  },
};
const arrived = (observations: Observation[], test: string) =>
  desk.deliver({ familyName: 'Ambleside', chartId: String(chart++), observations, test });
async function composition(resultId: string, language: 'eng' | 'spa' = 'eng') {
  const { patient_id } = await desk.store.db
    .selectFrom('result')
    .select('patient_id')
    .where('id', '=', resultId)
    .executeTakeFirstOrThrow();
  return {
    practice: await loadPractice(desk.store, desk.practice.id),
    patientId: patient_id ?? '',
    purpose: 'results' as const,
    language,
    link: 'https://results.riverside.example/p/AbCdEf',
    members: [{ resultId, version: 1 }],
  };
}
const notes = async (resultId: string) =>
  (
    await desk.store.db
      .selectFrom('chart_note')
      .select('body_sealed')
      .where('result_id', '=', resultId)
      .execute()
  ).map((row) => desk.store.cipher.open(row.body_sealed, noteBodyAad));
const release = { kind: 'sign-off', decision: 'release' } as const;

describe('S000-56: what goes out is what was signed', () => {
  test('S000-41: the signer’s own words, next step and scheduling link, as secure message and beside the result', async () => {
    const result = await arrived([a1c('7.9')], 'Hemoglobin A1c');
    await desk.decide(result, staff.provider, release);
    const english = await composition(result.id);
    const { body } = await composeSecure(desk.store, english);
    for (const part of [
      'Your sugar needs a new plan.',
      '7.9 % (expected 4.8-5.6), high',
      'Bring your meter to the next visit.',
      'https://book.riverside.example',
      'Dr. Chidi Okafor',
    ])
      expect(body).toContain(part);
    expect(await composePortalNote(desk.store, english)).toBe(
      'Hemoglobin A1c: Your sugar needs a new plan. Next step: Bring your meter to the next visit. Schedule here: https://book.riverside.example. Questions? Call Riverside Family Medicine at 617-555-0142. Dr. Chidi Okafor',
    );
    const spanish = await composePortalNote(desk.store, await composition(result.id, 'spa'));
    expect(spanish).toContain('Su azúcar necesita un plan nuevo. Siguiente paso: Traiga su medidor');
    expect(await composeText(desk.store, english)).toBe(
      'Riverside Family Medicine: new message from your care team: https://results.riverside.example/p/AbCdEf. Questions: 617-555-0142. Reply STOP to opt out.',
    );
  });

  test('who signed in the owner’s place is named and has the word', async () => {
    const result = await arrived([a1c('7.9')], 'Hemoglobin A1c');
    await desk.decide(result, staff.cover, release);
    const { body } = await composeSecure(desk.store, await composition(result.id));
    expect(body).toContain('Words of the cover.');
    expect(body).toContain('message from Dr. Elise Moreau');
  });

  test('the release stands in the chart in the words of its template, with the rules by version', async () => {
    const result = await arrived([a1c('7.9')], 'Hemoglobin A1c');
    await desk.decide(result, staff.provider, release);
    const [note] = await notes(result.id);
    expect(note).toContain('Reviewed and released to the patient, Dr. Chidi Okafor.\n');
    expect(note).toContain(
      'Hemoglobin A1c: outside the expected range. Message released by Dr. Chidi Okafor: summary, next step, scheduling link. Next step: Bring your meter to the next visit. Rules starter v1.',
    );
  });

  test('what the rules did not find is not said: a review that is released has no template', async () => {
    const result = await arrived(
      [{ ...a1c('5.1'), code: null, system: null, name: 'Glyco something' }],
      'Unknown',
    );
    await desk.decide(result, staff.provider, release);
    expect(await notes(result.id)).toEqual([expect.not.stringContaining('expected range')]);
    const note = await composePortalNote(desk.store, await composition(result.id));
    expect(note).toContain('Your provider would like to talk with you about this result.');
  });

  test('normal: S000-50 to the letter as a text, the panel’s words beside the result', async () => {
    const result = await arrived([a1c('5.1')], 'Hemoglobin A1c');
    const of = await composition(result.id);
    expect(await composeText(desk.store, of)).toBe(
      'Hi Dana, your recent lab results are now in your patient portal. View them here: https://results.riverside.example/p/AbCdEf. Reply STOP to opt out.',
    );
    expect(await composePortalNote(desk.store, of)).toMatch(
      /^Hemoglobin A1c: Everything is within the expected range\. Questions\?/,
    );
  });

  test('S000-62, S003-75: a critical one: its words stand in the closing note, once the patient was reached', async () => {
    const result = await arrived([potassium('6.8')], 'Potassium');
    const accepted = await desk.decide(result, staff.provider, { kind: 'accept', task: 'callback' });
    const called = await desk.decide(
      accepted,
      staff.provider,
      { kind: 'attempt', outcome: 'reached', twoIdentifiers: true },
      'told, goes to the emergency room',
    );
    await desk.decide(called, staff.provider, { kind: 'sign-off', decision: 'call-instead' });
    const closing = (await notes(result.id)).find((one) => one.startsWith('Closed '));
    expect(closing).toContain('Patient reached by phone');
    expect(closing).toMatch(
      /critical\. Owner Dr\. Chidi Okafor\. Call, read-back and time as in the call record\./,
    );
  });

  test('L29: of a sensitive test nothing is said anywhere', async () => {
    const result = await arrived([hiv], 'HIV 1/2 Ag/Ab');
    const of = await composition(result.id);
    const all = [
      await composeText(desk.store, of),
      (await composeSecure(desk.store, of)).body,
      await composePortalNote(desk.store, of),
    ];
    for (const body of all) expect(body).not.toMatch(/HIV|normal|range|reactive|test/i);
    const note = async (patient: { birthDate: string | null }) => {
      await upsertPatient(desk.store, desk.practice.id, { ...card(String(chart - 1)), ...patient });
      const about = { resultId: result.id, patientId: of.patientId, personId: null, tier: 'normal' };
      return desk.store.db
        .transaction()
        .execute((tx) => templatedNote(tx, desk.store, of.practice, about, 'normal'));
    };
    expect(await note({ birthDate: '1968-07-19' })).toContain('HIV');
    // Under 18, or perhaps so: not named in notes either.
    for (const birthDate of ['2012-07-19', null])
      expect(await note({ birthDate })).toMatch(/^Laboratory result: /);
  });
});
