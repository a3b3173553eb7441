import { afterAll, expect, test } from '@jest/globals';
import { createAthenaClient } from '../../src/clients/athenahealth/index.js';
import { ensurePollSchedule } from '../../src/starters/schedules.js';
import { importPractice } from '../../src/store/practices.js';
import { workflowIds } from '../../src/workflows/contract.js';
import { bmp } from './panels.js';
import { closeDeps, engines, openPractice } from './practice.js';

afterAll(closeDeps);

const scan = (patientid: string) => ({
  patientid,
  departmentid: '150',
  providerid: 71,
  description: 'XR, chest, 2 views',
  resultstatus: 'Final',
  resultnotes: 'No acute disease.',
  observationdatetime: Date.parse('2026-03-01T14:40:00Z'),
});

test('L5b, S003-93: an imaging result is found beside the lab results and is never normal by itself; a correction reopens it', async () => {
  const p = await openPractice({ factor: 60 });
  const [ill, well] = await p.patients(2);
  const [image = 0] = await p.control.athena.postImagingResults(p.number, [scan(ill?.id ?? '')]);
  await p.arrive(bmp(well?.id ?? ''));
  const imaging = await p.result({ id: ill?.id ?? '' });
  const lab = await p.result({ id: well?.id ?? '' });
  expect([imaging.tier, lab.tier]).toEqual(['review', 'normal']);
  await p.task(imaging.id, 'review');

  await p.control.athena.changeImagingResult(p.number, image, {
    resultstatus: 'Corrected',
    reportstatus: 'abnormal',
    resultnotes: 'Nodule in the right upper lobe.',
  });
  await p.poll();
  await p.until(
    'the corrected version',
    async () => (await p.resultsOf({ id: ill?.id ?? '' }))[0]?.tier === 'abnormal',
  );
  expect(await p.results()).toHaveLength(2);
});

test('the feed of imaging results is refused: an alarm, and no lab result waits for it', async () => {
  const p = await openPractice({ factor: 60 });
  const isOpen = async () =>
    (await p.alarms()).some((a) => a.code === 'imaging-feed-refused' && a.cleared_at === null);
  await p.control.athena.seed(p.number, {
    settings: { disabledEndpoints: ['GET /imagingresults/changed$'] },
  });
  const patient = await p.patient();
  await p.arrive(bmp(patient.id));
  await p.result(patient);
  expect(await isOpen()).toBe(true);
  await p.control.athena.seed(p.number, { settings: { disabledEndpoints: [] } });
  await p.poll();
  expect(await isOpen()).toBe(false);
});

test('a new department does not go silent: its results come in, and the administrator is told once', async () => {
  const p = await openPractice({ factor: 60 });
  const told = async () => (await p.alarms()).filter((a) => a.code === 'department-new');
  expect(await told()).toEqual([]);
  await p.control.athena.seed(p.number, { departments: [{ departmentid: '151', name: 'Harbor East' }] });
  const patient = await p.patient({ departmentid: '151' });
  await p.arrive({ ...bmp(patient.id), departmentid: '151' });
  await p.result(patient);
  await p.poll();
  expect((await told()).map((a) => a.key)).toEqual([expect.stringContaining('/151/')]);
});

test('a token that ends in the middle of a batch: renewed, everything found once', async () => {
  const p = await openPractice({ factor: 60, athena: { tokenCalls: 15 } });
  const patients = await p.patients(25);
  await p.arrive(...patients.map(({ id }) => bmp(id)));
  await p.until('all found', async () => (await p.results()).length === 25);
  expect((await p.journal('athena', 'token-issued')).length).toBeGreaterThan(3);
  expect(new Set((await p.results()).map((r) => r.patient_id)).size).toBe(25);
});

test('S000-36: a signed event wakes the poll, a forged one does not', async () => {
  const p = await openPractice({ factor: 60 });
  const { store, temporal } = p.deps;
  const { athenahealth } = p.practice.connections;
  const secret = 'random-shared-secret';
  await importPractice(store, {
    ...p.practice,
    connections: { ...p.practice.connections, athenahealth: { ...athenahealth, webhookSecrets: [secret] } },
  });
  await ensurePollSchedule(temporal, p.practice);
  const schedule = temporal.schedule.getHandle(workflowIds.poll(p.practice.id));
  try {
    const client = createAthenaClient({
      ...athenahealth,
      practiceId: p.number,
      scope: 'athena/service/Athenanet.MDP.* system/Subscription.write',
    });
    const endpoint = `${engines.web.url}/webhooks/athenahealth/${p.practice.id}`;
    const endsAt = new Date('2030-01-01T00:00:00Z');
    await client.events.subscribe({ topic: 'LabResult.create', endpoint, secret, endsAt });
    await client.events.subscribe({ topic: 'Patient.create', endpoint, secret: 'forged', endsAt });
    const patient = await p.patient();
    await p.post(bmp(patient.id));
    // Nobody polls here but whom the event woke.
    await p.result(patient);
    const rows = await store.db
      .selectFrom('inbound')
      .select(['kind', 'outcome'])
      .where('practice_id', '=', p.practice.id)
      .execute();
    expect(rows).toEqual([{ kind: 'athena-event', outcome: 'poll-woken' }]);
    const statuses = (await p.journal('athena', 'event-delivered')).map((e) => e.status);
    expect(new Set(statuses)).toEqual(new Set([200, 403]));
  } finally {
    await schedule.delete();
  }
});
