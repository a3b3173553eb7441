import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AthenaClient } from '../../src/clients/athenahealth/index.js';
import { createAthenaClient, neededEndpoints } from '../../src/clients/athenahealth/index.js';
import type { AthenaTenantSeed } from '../../src/sandbox/athenahealth/control.js';
import { openSandbox, potassium, secret, type Practice } from '../sandbox/athenahealth-practice.js';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
beforeAll(async () => void (sandbox = await openSandbox()));
afterAll(() => sandbox.close());

async function connected(
  seed: Partial<AthenaTenantSeed> = {},
  options: { scope?: string; mayClose?: boolean; practiceId?: string } = {},
): Promise<Practice & { client: AthenaClient }> {
  const practice = await sandbox.practice(seed);
  const client = createAthenaClient({
    baseUrl: practice.url,
    practiceId: practice.id,
    clientId: practice.clientId,
    clientSecret: secret,
    ...options,
  });
  return { ...practice, client };
}

describe('S000-21: which endpoints answer', () => {
  const verdicts = async (client: AthenaClient) =>
    Object.fromEntries(
      (await client.checkEndpoints()).map((one) => [`${one.method} ${one.endpoint}`, one.verdict]),
    );

  test('all of a healthy practice, without reading a row of a feed or writing a document', async () => {
    const { id, client, control } = await connected();
    await client.ensureLabSubscription();
    await client.imaging.ensureSubscription();
    await control.postLabResults(id, [potassium]);
    const found = await verdicts(client);
    expect(Object.keys(found)).toHaveLength(neededEndpoints.length);
    expect(new Set(Object.values(found))).toEqual(new Set(['answers']));
    expect((await control.journal(id)).filter((e) => e.kind === 'chart-write')).toEqual([]);
    expect((await client.changedLabResults()).rows).toHaveLength(1);
  });

  test.each(neededEndpoints.map(({ method, endpoint }) => [method, endpoint] as const))(
    '%s %s is not enabled: exactly that one is named',
    async (method, endpoint) => {
      const { client } = await connected({
        settings: { disabledEndpoints: [`${method} ^/v1/\\d+${endpoint.replace(/\{\w+\}/g, '\\d+')}$`] },
      });
      await client.ensureLabSubscription().catch(() => undefined);
      await client.imaging.ensureSubscription().catch(() => undefined);
      const refused = (await client.checkEndpoints()).filter((one) => one.verdict !== 'answers');
      expect(refused).toMatchObject([{ method, endpoint, verdict: 'refused', status: 403 }]);
      expect(refused[0]?.neededFor).not.toBe('');
    },
  );

  test('a feed without subscription needs setup; a token without writing is refused for every write', async () => {
    const { client } = await connected();
    expect((await verdicts(client))['GET /labresults/changed']).toBe('needs-setup');
    const readOnly = await connected({ settings: { grants: 'read-only' } });
    const found = await readOnly.client.checkEndpoints();
    for (const { method, verdict } of found.filter((one) => !one.endpoint.endsWith('/changed')))
      expect(verdict).toBe(method === 'GET' ? 'answers' : 'refused');
  });

  test('a wrong practice number is told apart; a vendor that is down: no verdict', async () => {
    const { id, client, control } = await connected();
    const stranger = createAthenaClient({
      baseUrl: sandbox.url,
      practiceId: '1',
      clientId: (await sandbox.practice()).clientId,
      clientSecret: secret,
    });
    expect(new Set(Object.values(await verdicts(stranger)))).toEqual(new Set(['unknown-endpoint']));
    await control.plantFault(id, {
      match: { path: '/v1/' },
      times: 100,
      fault: { kind: 'html', status: 502 },
    });
    expect(new Set(Object.values(await verdicts(client)))).toEqual(new Set(['no-answer']));
  });
});

test('what is written can be read back, or it is said that it cannot', async () => {
  const input = { patientId: '4102', departmentId: '150', marker: '[ref 7K3Q]' };
  const { client } = await connected();
  expect(await client.writeAndReadBack(input)).toMatchObject({ isReadBack: true });
  const slow = await connected({ settings: { listLagMs: 600_000 } });
  expect(await slow.client.writeAndReadBack(input)).toMatchObject({ isReadBack: false });
});

describe('L22: closing', () => {
  test('is off unless a practice switched it on, and says what to do', async () => {
    const { id, client, control } = await connected();
    const [labResultId] = await control.postLabResults(id, [potassium]);
    await expect(client.closing.close({ labResultId: String(labResultId) })).rejects.toMatchObject({
      code: 'closing-is-off',
      message: expect.stringContaining('resultloop doctor'),
    });
    expect((await control.chart(id))[0]?.status).toBe('REVIEW');
    const on = createAthenaClient({
      baseUrl: sandbox.url,
      practiceId: id,
      clientId: (await control.journal(id)).find((e) => e.kind === 'token-issued')?.clientId as string,
      clientSecret: secret,
      mayClose: true,
    });
    await on.closing.close({ labResultId: String(labResultId), note: 'Done' });
    expect((await control.chart(id))[0]?.status).toBe('CLOSED');
  });

  test.each([
    ['arrival', 'no-test-result'],
    ['close', true],
    ['never', false],
  ] as const)('what it triggers where results are published on %s', async (publish, expected) => {
    const { id, client, control } = await connected({ settings: { publish } });
    const [labResultId] = await control.postLabResults(id, [potassium]);
    const seen = client.closing.observe({ patientId: '4102', labResultId: String(labResultId) });
    if (typeof expected === 'string') return expect(seen).rejects.toMatchObject({ code: expected });
    return expect(await seen).toEqual({
      isClosed: true,
      countsAsReviewed: false,
      publishes: expected,
      startsResultsCall: false,
    });
  });
});

describe('limits and scopes', () => {
  test('budgets come from the headers; a quota that is used up says how long to wait', async () => {
    const { id, client, control } = await connected({ settings: { callsPerDay: 3 } });
    expect(client.budgets().proprietary).toBeNull();
    await client.department('150');
    expect(client.budgets()).toMatchObject({
      tokens: { limit: 1000 },
      proprietary: { limit: 3, remaining: 2 },
      fhir: null,
    });
    await client.department('150');
    await client.department('150');
    const refused = await client.department('150').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'rate-limited', outcome: 'not-done', status: 429 });
    const wait = (refused as { retryAfterMs: number }).retryAfterMs;
    expect(wait).toBeGreaterThanOrEqual(1_000);
    expect(wait).toBeLessThanOrEqual(15 * 60_000);
    // Not a day's quota but a moment: a moment.
    await control.seed(id, { settings: { callsPerDay: 1_000_000 } });
    await control.plantFault(id, { fault: { kind: 'status', status: 429 } });
    await client.department('150').catch(() => undefined);
    await control.plantFault(id, {
      fault: {
        kind: 'status',
        status: 429,
        headers: { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '7' },
      },
    });
    await expect(client.department('150')).rejects.toMatchObject({ retryAfterMs: 2_000 });
  });

  test('FHIR: a missing scope is named as such; NOPAT and what superseded what are read; pages follow the cursor', async () => {
    const without = await connected();
    await expect(without.client.fhir.reports('4102')).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('scope'),
    });
    const scope = 'system/DiagnosticReport.read system/Observation.read system/Patient.read';
    const { id, client, control } = await connected({}, { scope });
    const [first = 0] = await control.postLabResults(id, [{ ...potassium, isconfidential: true }]);
    await control.postLabResults(id, [
      { amends: first, observations: [{ analytename: 'potassium', value: '4.6' }] },
    ]);
    await control.postLabResults(
      id,
      Array.from({ length: 60 }, () => potassium),
    );
    const [confidential, amended, ...others] = await client.fhir.reports('4102');
    expect(confidential).toMatchObject({ isNotForPatient: true, supersedes: [] });
    expect(amended?.supersedes).toEqual([confidential?.id]);
    expect(others).toHaveLength(60);
    expect((await client.fhir.observations('4102')).length).toBeGreaterThan(120);
    expect(client.budgets().fhir).toMatchObject({ limit: 500 });
    expect(await client.fhir.patient('999')).toBeNull();
  });

  test('the list of a patient shows what a feed lost; a survivor names the chart that was merged into it', async () => {
    const { id, client, control } = await connected({ settings: { typing: 'native' } });
    await client.ensureLabSubscription();
    await client.feeds.ensureSubscription('patients');
    const [lost] = await control.postLabResults(id, [potassium, { ...potassium, patientid: null }]);
    await control.loseFeedRows(id, { rows: 2 });
    expect((await client.changedLabResults()).rows).toEqual([]);
    const now = Date.now();
    const replayed = await client.changedLabResults({ replay: { from: now - 60_000, to: now + 60_000 } });
    expect(replayed.rows).toEqual([]);
    const listed = await client.chart.documents('4102', '150', { documentClass: 'LABRESULT' });
    expect(listed.map((one) => [one.documentId, one.documentClass])).toEqual([[String(lost), 'LABRESULT']]);

    await control.addPatients(id, [{ patientid: '4199', departmentid: '150' }]);
    await control.changePatient(id, '4199', { mergedinto: '4102' });
    const { patients } = await client.changedPatients();
    expect(patients.find((one) => one.patientId === '4102')?.previousPatientIds).toEqual(['4199']);
    expect(await client.patient('4199')).toBeNull();
  });

  test('previous values come with flag and Eastern wall time; what is outstanding leaves with its result', async () => {
    const { id, client, control } = await connected({
      orders: [{ orderid: '1090300', patientid: '4102', departmentid: '150', description: 'BMP' }],
    });
    expect((await client.orders.outstanding({ patientId: '4102' })).map((one) => one.orderId)).toEqual([
      '1090300',
    ]);
    const observationdatetime = Date.parse('2026-07-01T13:05:00Z');
    await control.postLabResults(id, [{ ...potassium, observationdatetime }]);
    expect(await client.orders.outstanding({ patientId: '4102' })).toEqual([]);
    const [value] = await client.chart.labResultAnalytes('4102', '150');
    expect(value).toMatchObject({
      name: 'potassium',
      value: '6.4',
      flag: 'critical high',
      takenAt: observationdatetime,
      timeKnown: true,
    });
    // The HL7 translation beside it lost the criticality.
    expect(value?.raw['abnormalhl7code']).toBe('H');
    expect((await client.inbox.ofProvider('71'))[0]).toMatchObject({ patientId: '4102', state: 'REVIEW' });
  });
});
