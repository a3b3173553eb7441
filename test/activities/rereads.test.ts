import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAthenaActivities } from '../../src/activities/athena.js';
import type { ActivityDeps } from '../../src/activities/deps.js';
import { TextArena, type ArenaPractice, type ToldPatient } from './text-arena.js';

const minute = 60_000;
let arena: TextArena;
beforeAll(async () => void (arena = await TextArena.open()), 60_000);
afterAll(() => arena.close());

/** A chart that still has the patient, and no document any more: filed elsewhere, or deleted. */
function withoutDocument(patient: ToldPatient, status = 'active') {
  const asked: string[] = [];
  const raw = (patientid: string) => ({
    patientid,
    departmentid: '150',
    firstname: 'Dana',
    lastname: 'Quillfeather',
    dob: '07/19/1968',
    sex: 'F',
    language6392code: 'eng',
    mobilephone: patient.mobile,
    consenttotext: 'true',
    portalaccessgiven: 'true',
    status,
  });
  const athena = {
    labResult: (_chartId: string, id: string) => {
      asked.push(id);
      return Promise.resolve(null);
    },
    patient: (id: string) => Promise.resolve({ patientId: id, previousPatientIds: [], raw: raw(id) }),
  };
  const { vendors } = arena.deps;
  const deps = { ...arena.deps, vendors: { ...vendors, athena: () => athena } } as unknown as ActivityDeps;
  const activities = createAthenaActivities(deps);
  return {
    asked,
    forNotice: (p: ArenaPractice) =>
      new MockActivityEnvironment().run(activities.rereadForNotice, {
        practiceId: p.id,
        noticeId: patient.noticeId,
      }),
    forStaff: (p: ArenaPractice) =>
      new MockActivityEnvironment().run(activities.reread, {
        practiceId: p.id,
        resultId: patient.resultId,
      }),
  };
}

test('L23: a document that is not in the chart any more was not read: nothing leaves, it is asked for again', async () => {
  const p = await arena.practice();
  const patient = await p.normal();
  const chart = withoutDocument(patient);
  const reread = { do: 'reread', noticeId: patient.noticeId };
  for (const _round of [1, 2]) {
    expect(await p.step(patient)).toEqual(reread);
    await chart.forNotice(p);
    expect(await p.step(patient)).toEqual({ do: 'wait', until: p.now + 5 * minute });
    expect(await p.notice(patient.noticeId)).toMatchObject({
      state: 'waiting',
      waits_for: 'document-not-found',
    });
    p.goTo(p.now + 5 * minute);
  }
  expect(chart.asked).toHaveLength(2);
  expect(await p.step(patient)).toEqual(reread);
});

test('L23: meanwhile the patient’s other notices go on', async () => {
  const p = await arena.practice();
  const [patient, other] = [await p.normal(), await p.normal()];
  await p.store.db
    .updateTable('notice')
    .set({ patient_id: patient.patientId, reread_real_at: p.now })
    .where('id', '=', other.noticeId)
    .execute();
  await withoutDocument(patient).forNotice(p);
  expect(await p.step(patient)).toMatchObject({ do: 'send', noticeId: other.noticeId });
});

test('L23: what the chart says of the patient counts all the same', async () => {
  const p = await arena.practice();
  const patient = await p.normal();
  const chart = withoutDocument(patient, 'inactive');
  await chart.forNotice(p);
  expect(await p.step(patient)).toEqual({ do: 'rest' });
  expect(p.heard(patient)).toEqual(['needs-person/follow-up']);
  expect(await chart.forStaff(p)).toEqual({ outcome: 'unreadable', patientStatus: 'inactive' });
});
