import { afterAll, expect, test } from '@jest/globals';
import { createAthenaClient, eventScopes } from '../../src/clients/athenahealth/index.js';
import { examinePractice } from '../../src/process/doctor/doctor.js';
import { ensurePollSchedule } from '../../src/starters/schedules.js';
import { importPractice, openConnections, readStoredPractice } from '../../src/store/practices.js';
import { workflowIds } from '../../src/workflows/contract.js';
import { runCommand } from '../starters/run-command.js';
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

test('S000-36: the command subscribes, doctor sees it, a signed event wakes the poll, a forged one does not', async () => {
  const p = await openPractice({ factor: 60 });
  const { store, temporal } = p.deps;
  const { athenahealth } = p.practice.connections;
  const scope = ['athena/service/Athenanet.MDP.*', ...eventScopes].join(' ');
  const webhooks = (...args: string[]) =>
    runCommand(engines.env, 'practice', 'webhooks', '--practice', p.practice.id, ...args);
  const said = async () =>
    (await examinePractice({ env: engines.env, practice: p.practice.id })).checks.find(
      (check) => check.id === 'athenahealth.events',
    );
  // Past the cache of this process: the command is another.
  const secrets = async () => {
    const sealed = (await readStoredPractice(store.db, p.practice.id))?.connectionsSealed ?? '';
    return openConnections(store.cipher, sealed).athenahealth.webhookSecrets ?? [];
  };

  expect(await said()).toMatchObject({ state: 'pass', says: expect.stringMatching(/^Not subscribed to/) });
  const refused = webhooks('--events');
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('system/Subscription.write')]);

  const asking = {
    ...p.practice,
    connections: { ...p.practice.connections, athenahealth: { ...athenahealth, scope } },
  };
  await importPractice(store, asking);
  expect(await said()).toMatchObject({
    state: 'fail',
    says: expect.stringMatching(/^No active subscription leads to/),
    todo: expect.stringContaining('practice webhooks --events'),
  });
  expect(webhooks('--events')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/LabResult\.create +active/),
  });
  const [first = ''] = await secrets();
  expect(webhooks('--events').stderr).toBe('');
  // Renewed: one for each topic, and what is still signed with the secret before is heard.
  expect(await secrets()).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), first]);
  await importPractice(store, asking);
  expect(await secrets()).toHaveLength(2);
  expect(await said()).toMatchObject({ state: 'pass', says: 'Subscribed to 8 topics, and active.' });
  await ensurePollSchedule(temporal, p.practice);
  const schedule = temporal.schedule.getHandle(workflowIds.poll(p.practice.id));
  try {
    const client = createAthenaClient({ ...athenahealth, practiceId: p.number, scope });
    expect(await client.events.list()).toHaveLength(8);
    const endpoint = `${engines.web.url}/webhooks/athenahealth/${p.practice.id}`;
    const endsAt = new Date('2030-01-01T00:00:00Z');
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
