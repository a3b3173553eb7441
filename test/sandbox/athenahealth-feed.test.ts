import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSandbox, potassium, secret } from './athenahealth-practice.js';
import type { Practice } from './athenahealth-practice.js';

const changed = '/labresults/changed';
const hour = 3_600_000;
/** 2026-03-04 08:00:00 Eastern, standard time. */
const winterMorning = Date.parse('2026-03-04T13:00:00Z');

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
beforeAll(async () => void (sandbox = await openSandbox()));
afterAll(() => sandbox.close());

/** A practice whose clock stands still at a practice time. */
async function standingAt(practice: Practice, at: number): Promise<void> {
  await practice.control.setClock(practice.id, {
    segments: [{ real: Date.now(), practice: at, factor: 1e-9 }],
  });
}

async function subscribed(settings = {}): Promise<Practice> {
  const practice = await sandbox.practice({ settings: { typing: 'native', ...settings } });
  expect((await practice.call('POST', `${changed}/subscription`, {})).json()).toEqual({ success: true });
  return practice;
}

describe('labresults/changed (reference §4)', () => {
  test('403 before the subscription, and for a while after it', async () => {
    const practice = await sandbox.practice({ settings: { feedSetupMs: hour } });
    await standingAt(practice, winterMorning);
    const refused = await practice.call('GET', changed);
    expect([refused.status, refused.json().error]).toEqual([
      403,
      'Changed messages require setup (subscription) that has not been done.',
    ]);
    await practice.call('POST', `${changed}/subscription`, {});
    expect((await practice.call('GET', changed)).status).toBe(403);
    await standingAt(practice, winterMorning + hour);
    expect((await practice.call('GET', changed)).json()).toEqual({ labresults: [], totalcount: '0' });
  });

  test('one event makes the subscription PARTIAL, all make it ACTIVE, deleting them INACTIVE', async () => {
    const { call } = await sandbox.practice();
    const status = async () => (await call('GET', `${changed}/subscription`)).json().status;
    const { subscriptions } = (await call('GET', `${changed}/subscription/events`)).json();
    expect(await status()).toBe('INACTIVE');
    await call('POST', `${changed}/subscription`, { eventname: subscriptions[0].eventname });
    expect(await status()).toBe('PARTIAL');
    await call('POST', `${changed}/subscription`, {});
    expect(await status()).toBe('ACTIVE');
    await call('DELETE', `${changed}/subscription`);
    expect(await status()).toBe('INACTIVE');
    expect((await call('POST', `${changed}/subscription`, { eventname: 'Nothing' })).status).toBe(400);
  });

  test('142 rows drain in pages of 100 until totalcount is 0, none twice', async () => {
    const { id, call, control } = await subscribed();
    const posted = await control.postLabResults(
      id,
      Array.from({ length: 142 }, () => potassium),
    );
    const pages = [];
    do pages.push((await call('GET', `${changed}?limit=100`)).json());
    while (pages.at(-1).totalcount > 0);
    expect(pages.map((page) => [page.labresults.length, page.totalcount])).toEqual([
      [100, 142],
      [42, 42],
      [0, 0],
    ]);
    expect(pages.flatMap((page) => page.labresults).map((row) => row.labresultid)).toEqual(posted);
    const reads = (await control.journal(id)).filter((entry) => entry.kind === 'feed-read');
    expect(reads.flatMap((entry) => entry.rows)).toEqual(posted);
  });

  test('a row is the current state and several changes are one row; values are not in it', async () => {
    const { id, call, control } = await subscribed();
    const [labResultId = 0] = await control.postLabResults(id, [potassium]);
    await control.changeLabResult(id, labResultId, { status: 'CLOSED', isreviewedbyprovider: true });
    const { labresults } = (await call('GET', changed)).json();
    expect(labresults).toHaveLength(1);
    expect(labresults[0]).toMatchObject({ labresultid: labResultId, patientid: 4102, status: 'CLOSED' });
    expect(labresults[0]).not.toHaveProperty('observations');
    await control.changeLabResult(id, labResultId, {});
    expect((await call('GET', changed)).json().totalcount).toBe(1);
  });

  test('a crash after the read is mended by the replay window, in Eastern wall time of the practice', async () => {
    const practice = await subscribed();
    const { id, call, control } = practice;
    await standingAt(practice, winterMorning);
    const posted = await control.postLabResults(id, [potassium, potassium, potassium]);
    await call('GET', changed);
    await standingAt(practice, winterMorning + hour);
    expect((await call('GET', changed)).json().totalcount).toBe(0);
    const window = (from: string, to: string) =>
      call(
        'GET',
        `${changed}?${new URLSearchParams({ showprocessedstartdatetime: from, showprocessedenddatetime: to }).toString()}`,
      );
    const replay = (await window('03/04/2026 07:59:00', '03/04/2026 08:01:00')).json();
    expect(replay.labresults.map((row: { labresultid: number }) => row.labresultid)).toEqual(posted);
    expect((await window('03/04/2026 08:30:00', '03/04/2026 09:00:00')).json().totalcount).toBe(0);
    expect((await window('2026-03-04T08:00', '')).json().error).toBe('The data provided is invalid.');
  });

  test('leaveunprocessed looks without taking', async () => {
    const { id, call, control } = await subscribed();
    await control.postLabResults(id, [potassium]);
    expect((await call('GET', `${changed}?leaveunprocessed=true`)).json().totalcount).toBe(1);
    expect((await call('GET', changed)).json().totalcount).toBe(1);
    expect((await call('GET', changed)).json().totalcount).toBe(0);
  });

  test('two credentials have a queue each; one credential shares its queue', async () => {
    const practice = await subscribed();
    const { id, call, control } = practice;
    await control.seed(id, { moreCredentials: [{ clientId: `second-${id}`, clientSecret: secret }] });
    await practice.login(`second-${id}`);
    await call('POST', `${changed}/subscription`, {});
    await control.postLabResults(id, [potassium]);
    expect((await call('GET', changed)).json().totalcount).toBe(1);
    await practice.login();
    expect((await call('GET', changed)).json().totalcount).toBe(1);
    await practice.login();
    expect((await call('GET', changed)).json().totalcount).toBe(0);
  });

  test('rows come with the configured lag, for the subscribed departments only', async () => {
    const practice = await sandbox.practice({
      settings: { feedLagMs: hour },
      departments: [
        { departmentid: '150', name: 'Main St' },
        { departmentid: '151', name: 'Elm St' },
      ],
    });
    const { id, call, control } = practice;
    await standingAt(practice, winterMorning);
    await call('POST', `${changed}/subscription`, { departmentids: '[150]' });
    await control.postLabResults(id, [potassium, { ...potassium, departmentid: '151' }]);
    expect((await call('GET', changed)).json().totalcount).toBe('0');
    await standingAt(practice, winterMorning + hour);
    expect((await call('GET', changed)).json().totalcount).toBe('1');
  });

  test('own writes come back under API-<n>, unless the tenant spares them', async () => {
    for (const [ownWritesReturn, rows] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const { id, call, control } = await subscribed({ ownWritesReturn });
      const [labResultId] = await control.postLabResults(id, [potassium]);
      await call('GET', changed);
      await call('PUT', `/patients/4102/documents/labresult/${labResultId}`, { internalnote: 'x' });
      expect((await call('GET', changed)).json().totalcount).toBe(rows);
      const [document] = (await call('GET', `/patients/4102/documents/labresult/${labResultId}`)).json();
      expect(document.lastmodifieduser).toMatch(/^API-\d+$/);
    }
  });

  test('a HOLD row has no patient; matching it makes it REVIEW and brings a new row', async () => {
    const { id, call, control } = await subscribed();
    const [labResultId = 0] = await control.postLabResults(id, [{ ...potassium, patientid: null }]);
    const [row] = (await call('GET', changed)).json().labresults;
    expect(row).toMatchObject({ labresultid: labResultId, status: 'HOLD' });
    expect(row).not.toHaveProperty('patientid');
    await control.changeLabResult(id, labResultId, { patientid: '4102' });
    expect((await call('GET', changed)).json().labresults[0]).toMatchObject({
      patientid: 4102,
      status: 'REVIEW',
    });
  });

  test('times carry the Eastern offset of their date, in practice time', async () => {
    const practice = await subscribed();
    const { id, call, control } = practice;
    const observed = Date.parse('2026-07-03T13:40:00Z');
    await standingAt(practice, winterMorning);
    await control.postLabResults(id, [{ ...potassium, observationdatetime: observed }]);
    expect((await call('GET', changed)).json().labresults[0]).toMatchObject({
      createddate: '03/04/2026',
      createddatetime: '2026-03-04T08:00:00-05:00',
      observationdatetime: '2026-07-03T09:40:00-04:00',
    });
  });
});
