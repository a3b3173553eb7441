import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createChartComparison } from '../../src/activities/compare-charts.js';
import { createVendors } from '../../src/activities/vendors.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { createAthenaControl, type AthenaControl } from '../../src/sandbox/athenahealth/control.js';
import { startAthenaSandbox } from '../../src/sandbox/athenahealth/server.js';
import { importPractice } from '../../src/store/practices.js';
import type { ChartComparison } from '../../src/workflows/activity-types.js';
import { DeskPractice, monday9 } from '../starters/desk-practice.js';

const tenant = '195901';
/** So many were here lately. */
const charts = Array.from({ length: 14 }, (_, i) => String(6001 + i));

let desk: DeskPractice;
let control: AthenaControl;
let stop: () => Promise<void>;
beforeAll(async () => {
  const [open, sandbox] = await Promise.all([DeskPractice.open(), startAthenaSandbox()]);
  [desk, stop, control] = [open, sandbox.close, createAthenaControl(sandbox.url)];
  await control.seed(tenant, {
    clientId: 'c',
    clientSecret: 's',
    clock: { segments: [{ real: Date.now(), practice: monday9, factor: 1 }] },
    departments: [{ departmentid: '150', name: 'Main St', timezonename: 'US/Eastern' }],
    patients: charts.map((patientid) => ({ patientid, departmentid: '150' })),
    appointments: charts.map((patientid) => ({
      appointmentid: `9${patientid}`,
      patientid,
      departmentid: '150',
      date: '02/27/2026',
      appointmentstatus: '3',
    })),
  });
  const { practice } = desk;
  await importPractice(desk.store, {
    ...practice,
    connections: {
      ...practice.connections,
      athenahealth: { baseUrl: sandbox.url, clientId: 'c', clientSecret: 's' },
    },
  });
}, 60_000);
afterAll(async () => {
  await stop();
  await desk.close();
});
beforeEach(() => control.clearFaults(tenant));

/** One attempt of a night. @param from Where the one before stopped. */
async function attempt(from?: ChartComparison) {
  const { store } = desk;
  const metrics = createMetrics();
  const vendors = createVendors(store, metrics, () => undefined);
  const log = createLogger('compare', { level: 'silent' });
  // No workflow is told anything: nothing is missing in these charts.
  const { compareCharts } = createChartComparison({ store, metrics, vendors, log, temporal: {} as Client });
  const seen = (await control.journal(tenant)).at(-1)?.seq ?? 0;
  const environment = new MockActivityEnvironment(from && { heartbeatDetails: from }, {
    logger: new DefaultLogger('ERROR'),
  });
  const beats: ChartComparison[] = [];
  environment.on('heartbeat', (beat: ChartComparison) => beats.push(beat));
  const end = await environment
    .run(compareCharts, { practiceId: desk.practice.id })
    .then((done) => ({ done, failure: null }))
    .catch((failure: { type?: string; nextRetryDelay?: unknown }) => ({ done: null, failure }));
  const listed = (await control.journal(tenant, seen)).filter(
    (entry) => entry.kind === 'documents-listed' && entry['class'] === 'LABRESULT',
  );
  return { ...end, last: beats.at(-1) ?? null, listed: listed.map((entry) => entry['patientid']) };
}

async function incomplete(): Promise<boolean> {
  const alarms = await desk.store.db.selectFrom('alarm').selectAll().execute();
  return alarms.some((a) => a.code === 'chart-comparison-incomplete' && a.cleared_at === null);
}

const nothing = { refused: 0, unread: 0, found: 0 };
const lists = (...ids: string[]) => ({
  method: 'get',
  path: `patients/(${ids.join('|')})/documents/labresult$`,
});

test('everybody who was here lately, one after another; the next attempt goes on where the last one stopped', async () => {
  const whole = await attempt();
  expect(whole).toMatchObject({ done: { charts: 14, ...nothing }, listed: charts });
  expect(whole.last).toEqual({ charts: 14, ...nothing });
  const rest = await attempt({ charts: 11, ...nothing });
  expect(rest).toMatchObject({ done: { charts: 14, ...nothing }, listed: charts.slice(11) });
  expect(await incomplete()).toBe(false);
});

test('a limit that is used up ends the attempt at once: the chart is the first of the next', async () => {
  await control.plantFault(tenant, {
    match: lists('6004'),
    fault: { kind: 'status', status: 429, headers: { 'retry-after': '90' } },
  });
  const first = await attempt();
  expect(first.failure).toMatchObject({ type: 'athenahealth/rate-limited' });
  expect(first.last).toEqual({ charts: 3, ...nothing });
  expect(await incomplete()).toBe(true);
  const second = await attempt(first.last ?? undefined);
  expect(second).toMatchObject({ done: { charts: 14, ...nothing }, listed: charts.slice(3) });
  expect(await incomplete()).toBe(false);
});

test('ten in a row that cannot be read are no matter of the charts: the next attempt begins with the first of them', async () => {
  await control.plantFault(tenant, {
    match: lists(...charts.slice(2)),
    fault: { kind: 'status', status: 503 },
    times: 100,
  });
  const first = await attempt();
  expect(first.failure).toMatchObject({ type: 'athenahealth/unavailable' });
  expect(first.last).toEqual({ charts: 2, ...nothing });
  await control.clearFaults(tenant);
  expect((await attempt(first.last ?? undefined)).listed).toEqual(charts.slice(2));
});

test('a chart that is not shown to us is passed over, and nobody is told of it', async () => {
  await control.plantFault(tenant, {
    match: lists('6002'),
    fault: { kind: 'status', status: 403, body: { error: 'The record is restricted.' } },
  });
  expect(await attempt()).toMatchObject({ done: { charts: 14, ...nothing, refused: 1 } });
  expect(await incomplete()).toBe(false);
});

test('where appointments are not part of the contract, the rest is compared', async () => {
  await control.seed(tenant, {
    orders: [{ orderid: '1', patientid: '6009', departmentid: '150' }],
    settings: { disabledEndpoints: ['GET /appointments/booked$'] },
  });
  expect(await attempt()).toMatchObject({ done: { charts: 1, ...nothing }, listed: ['6009'] });
  await control.seed(tenant, { settings: { disabledEndpoints: [] } });
});
