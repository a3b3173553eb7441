import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createAthenaClient,
  parseAthenaEvents,
  verifyAthenaSignature,
} from '../../src/clients/athenahealth/index.js';
import type { AthenaSettingsSeed } from '../../src/sandbox/athenahealth/control.js';
import { openSandbox, potassium, requestToken, secret, type Practice } from './athenahealth-practice.js';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
beforeAll(async () => void (sandbox = await openSandbox()));
afterAll(() => sandbox.close());

const shared = 'random-shared-secret';

/** A practice whose events of lab results are delivered to a receiver that answers as told. */
async function delivering(settings: AthenaSettingsSeed['eventDelivery'], answers: readonly number[] = []) {
  const received: { rawBody: Buffer; header: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const header = request.headers['x-hub-signature'];
      received.push({
        rawBody: Buffer.concat(chunks),
        header: typeof header === 'string' ? header : undefined,
      });
      response.statusCode = answers[received.length - 1] ?? 200;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const practice = await sandbox.practice({ settings: { eventDelivery: settings } });
  const client = createAthenaClient({
    baseUrl: practice.url,
    practiceId: practice.id,
    clientId: practice.clientId,
    clientSecret: secret,
    scope: 'system/Subscription.write system/Subscription.read',
  });
  const { id } = await client.events.subscribe({
    topic: 'LabResult.create',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/athena`,
    secret: shared,
    endsAt: new Date('2030-01-01T00:00:00Z'),
  });
  const until = async (kind: string, count: number) => {
    let journal = await practice.control.journal(practice.id);
    while (journal.filter((entry) => entry.kind === kind).length < count)
      journal = journal.concat(await practice.control.journal(practice.id, journal.at(-1)?.seq ?? 0, 10_000));
    return journal.filter((entry) => entry.kind === kind);
  };
  return { ...practice, client, subscriptionId: id, received, until, stop: () => server.close() };
}

const eventsIn = ({ rawBody }: { rawBody: Buffer }) => parseAthenaEvents(rawBody.toString('utf8')) ?? [];

describe('the event platform (reference §10)', () => {
  test('a delivery is signed, names the record and its patient, and holds nothing else of it', async () => {
    const { id, control, received, until, stop } = await delivering({});
    const [labResultId] = await control.postLabResults(id, [potassium]);
    await until('event-delivered', 1);
    stop();
    const [delivery] = received;
    if (!delivery) throw new Error('nothing came');
    expect(verifyAthenaSignature({ secrets: [shared], ...delivery })).toBe(true);
    expect(eventsIn(delivery)).toMatchObject([
      {
        topic: 'LabResult.create',
        focus: { type: 'labresult', id: String(labResultId) },
        patientId: '4102',
        departmentId: '150',
        practiceId: id,
      },
    ]);
    expect(delivery.rawBody.toString('utf8')).not.toMatch(/potassium|6\.4|Okonkwo/);
  });

  test('several in one bundle, doubled with the same ids, forged, or dropped', async () => {
    const batched = await delivering({ batchMs: 200, copies: 2 });
    await batched.control.postLabResults(batched.id, [potassium, potassium, potassium]);
    await batched.until('event-delivered', 2);
    batched.stop();
    const [first, second] = batched.received.map(eventsIn);
    expect(first).toHaveLength(3);
    expect(second).toEqual(first);

    const forged = await delivering({ badSignature: true });
    await forged.control.postLabResults(forged.id, [potassium]);
    await forged.until('event-delivered', 1);
    forged.stop();
    expect(forged.received.map((one) => verifyAthenaSignature({ secrets: [shared], ...one }))).toEqual([
      false,
    ]);

    const dropping = await delivering({ dropEvery: 1 });
    await dropping.control.postLabResults(dropping.id, [potassium]);
    await dropping.until('event-dropped', 1);
    dropping.stop();
    expect(dropping.received).toEqual([]);
  });

  test('refused ones come again with the same id, until somebody takes them', async () => {
    const { id, control, received, until, stop } = await delivering({}, [500, 200]);
    await control.postLabResults(id, [potassium]);
    await until('event-delivered', 2);
    stop();
    const [first, again] = received.map(eventsIn);
    expect(again).toEqual(first);
  });

  test('subscriptions are listed and removed; without the scope there are none', async () => {
    const { client, subscriptionId, stop } = await delivering({});
    stop();
    expect(await client.events.list()).toMatchObject([
      { id: subscriptionId, topic: 'LabResult.create', status: 'active' },
    ]);
    await client.events.remove(subscriptionId);
    expect(await client.events.list()).toEqual([]);
    await expect(client.events.topics()).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('faults of this vendor', () => {
  const form = { departmentid: '150', documentsubclass: 'CLINICALDOCUMENT', internalnote: 'told' };
  const path = '/patients/4102/documents/clinicaldocument';

  test('a token issued without writing reads and does not write, until a new one is issued after the fix', async () => {
    const { id, call, control, login } = await sandbox.practice({ settings: { grants: 'read-only' } });
    const refused = await call('POST', path, form);
    expect([refused.status, refused.json().error]).toEqual([403, 'Incorrect permissions.']);
    expect((await call('GET', '/patients/4102')).status).toBe(200);
    await control.seed(id, { settings: { grants: 'all' } });
    expect((await call('POST', path, form)).status).toBe(403);
    await login();
    expect((await call('POST', path, form)).status).toBe(200);
    await control.seed(id, { settings: { refuseWrites: true } });
    expect((await call('POST', path, form)).status).toBe(403);
  });

  test('with token extras the answer says what it grants', async () => {
    const { id, url, clientId, control } = await sandbox.practice({ settings: { tokenExtras: true } });
    const scope = async () => (await requestToken(url, clientId)).json().scope;
    expect(await scope()).toBe('athena/service/Athenanet.MDP.*');
    await control.seed(id, { settings: { grants: 'read-only' } });
    expect(await scope()).toBe('system/DiagnosticReport.read');
  });

  test('a token ends after so many calls; a written document may not be listed for a while', async () => {
    const { call, login } = await sandbox.practice({ settings: { tokenCalls: 2, listLagMs: 600_000 } });
    const written = await call('POST', path, form);
    expect((await call('GET', '/ping')).status).toBe(200);
    expect((await call('GET', '/ping')).status).toBe(401);
    await login();
    expect((await call('GET', `${path}?departmentid=150`)).json().clinicaldocuments).toEqual([]);
    expect((await call('GET', `${path}/${written.json().clinicaldocumentid}`)).status).toBe(200);
  });

  test('rows are lost after they were read by somebody: HOLD rows too, for ever or until the replay', async () => {
    const practice: Practice = await sandbox.practice({ settings: { typing: 'native' } });
    const { id, call, control } = practice;
    await call('POST', '/labresults/changed/subscription', {});
    const posted = await control.postLabResults(id, [
      potassium,
      { ...potassium, patientid: null },
      potassium,
    ]);
    expect(await control.loseFeedRows(id)).toEqual([posted[0]]);
    expect(await control.loseFeedRows(id, { replayable: true })).toEqual([posted[1]]);
    const rows = (await call('GET', '/labresults/changed')).json().labresults;
    expect(rows.map((row: { labresultid: number }) => row.labresultid)).toEqual([posted[2]]);
    const replay = (
      await call('GET', '/labresults/changed?showprocessedstartdatetime=01/01/2020 00:00:00')
    ).json();
    expect(replay.labresults.map((row: { labresultid: number }) => row.labresultid)).toEqual(posted.slice(1));
  });

  test('a merge moves the chart, shows in both feeds, and the lost id is gone', async () => {
    const { id, call, control } = await sandbox.practice({ settings: { typing: 'native' } });
    await control.addPatients(id, [{ patientid: '4199', departmentid: '150' }]);
    for (const feed of ['labresults', 'patients']) await call('POST', `/${feed}/changed/subscription`, {});
    const [labResultId] = await control.postLabResults(id, [{ ...potassium, patientid: '4199' }]);
    await call('GET', '/labresults/changed');
    await control.changePatient(id, '4199', { mergedinto: '4102' });
    expect((await call('GET', '/labresults/changed')).json().labresults).toMatchObject([
      { labresultid: labResultId, patientid: 4102 },
    ]);
    const { patients } = (await call('GET', '/patients/changed?showpreviouspatientids=true')).json();
    expect(patients).toMatchObject([{ patientid: '4102', previouspatientids: ['4199'] }]);
    expect((await call('GET', '/patients/4199')).status).toBe(404);
  });

  test('staff touch the old document after its amendment arrived: two rows, each the current state', async () => {
    const { id, call, control } = await sandbox.practice({ settings: { typing: 'native' } });
    await call('POST', '/labresults/changed/subscription', {});
    const [old = 0] = await control.postLabResults(id, [potassium]);
    const [amended] = await control.postLabResults(id, [{ amends: old }]);
    await call('GET', '/labresults/changed');
    await control.changeLabResult(id, old, { internalnote: 'seen', user: 'mokafor2' });
    const rows = (await call('GET', '/labresults/changed')).json().labresults;
    expect(rows).toMatchObject([{ labresultid: old, internalnote: 'seen' }]);
    expect(amended).not.toBe(old);
  });
});
