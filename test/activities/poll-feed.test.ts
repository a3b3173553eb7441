import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAthenaActivities } from '../../src/activities/athena.js';
import type { ActivityDeps } from '../../src/activities/deps.js';
import { VendorError, type VendorErrorFields } from '../../src/clients/http/index.js';
import { newId } from '../../src/security/tokens.js';
import { holdFeedRow } from '../../src/store/feed.js';
import { loadRecord } from '../../src/store/record.js';
import { potassium } from '../sandbox/athenahealth-practice.js';
import { monday9 } from '../starters/desk-practice.js';
import { ChartDesk } from './chart-desk.js';

const minute = 60_000;

let on: ChartDesk;
/** Documents that athenahealth does not let be read. */
const unreadable = new Set<string>();
let reads: string[];
let deps: ActivityDeps;

beforeAll(async () => {
  on = await ChartDesk.open();
  const { vendors } = on.deps;
  deps = {
    ...on.deps,
    vendors: {
      ...vendors,
      athena: (practice) => {
        const athena = vendors.athena(practice);
        const labResult: typeof athena.labResult = (chartId, id) => {
          reads.push(id);
          return unreadable.has(id) ? Promise.reject(unavailable()) : athena.labResult(chartId, id);
        };
        return { ...athena, labResult };
      },
    },
  };
  reads = [];
  await poll();
}, 60_000);
afterAll(() => on.close());

const unavailable = () =>
  new VendorError('athenahealth answered 503.', {
    vendor: 'athenahealth',
    code: 'unavailable',
    outcome: 'not-done',
    requestId: 'r',
  } satisfies VendorErrorFields);

const poll = () => on.run(createAthenaActivities(deps).pollFeed, {});

/** Two polls of five and three attempts, as the workflow makes them while athenahealth does not answer. */
async function failedPolls(from: number): Promise<number> {
  for (let i = 0; i < 8; i += 1) {
    on.desk.goTo(from + (i < 5 ? 0 : 5 * minute) + i * 10_000);
    await expect(poll()).rejects.toThrow('503');
  }
  return on.desk.store.realNow();
}

async function post(value: string): Promise<string> {
  const observations = [{ analytename: 'potassium', value, units: 'mmol/L', loinc: '2823-3' }];
  const [id] = await on.chart.control.postLabResults(on.chart.id, [
    { ...potassium, tietoorderid: undefined, externalaccessionid: `A-${value}`, observations },
  ]);
  return String(id);
}

const resultOf = (documentId: string) =>
  on.desk.store.db
    .selectFrom('report')
    .innerJoin('result', 'result.id', 'report.result_id')
    .select(['result.id', 'result.current_version', 'result.patient_id', 'report.state', 'report.reason'])
    .where('report.document_id', '=', documentId)
    .executeTakeFirstOrThrow();

test('S003-91: a document that could not be read for a while is the keeper’s, and its result goes on as soon as it can be read', async () => {
  const documentId = await post('7.9');
  unreadable.add(documentId);
  const heldAt = await failedPolls(monday9);
  const waiting = await resultOf(documentId);
  expect(waiting).toMatchObject({ current_version: 0, state: 'held', reason: 'unavailable' });
  expect(on.told).toMatchObject([{ workflowId: `result/${waiting.id}`, signal: 'resumeFromRecord' }]);
  const record = await loadRecord(on.desk.store, on.desk.practice.id, waiting.id);
  expect(record.waiting).toMatchObject({ keeperId: on.desk.practice.roster.keeper, why: 'unavailable' });

  // Still not: it fails no poll, and is asked for less and less often.
  reads = [];
  const minutesOfReads: number[] = [];
  for (let minutes = 1; minutes <= 100; minutes += 1) {
    on.desk.goTo(heldAt + minutes * minute);
    expect(await poll()).toEqual({ rows: 0, started: 0, held: 0 });
    if (reads.length > minutesOfReads.length) minutesOfReads.push(minutes);
  }
  expect(minutesOfReads).toEqual([5, 15, 35, 65, 95]);

  unreadable.clear();
  on.desk.goTo(heldAt + 125 * minute);
  expect(await poll()).toEqual({ rows: 0, started: 1, held: 0 });
  const found = await resultOf(documentId);
  expect(found).toMatchObject({ id: waiting.id, current_version: 1, state: 'stored' });
  expect(found.patient_id).not.toBeNull();
  expect(on.told.at(-1)).toMatchObject({ workflowId: `result/${waiting.id}`, signal: 'versionArrived' });

  // An attempt that hung meanwhile fails now: what another has taken in stays taken in.
  const { store, practice } = on.desk;
  const { id } = await store.db
    .selectFrom('report')
    .select('id')
    .where('document_id', '=', documentId)
    .executeTakeFirstOrThrow();
  expect(await holdFeedRow(store, practice, id, 'unavailable')).toBeNull();
  expect(await holdFeedRow(store, practice, newId(), 'unavailable')).toBeNull();
  expect(await resultOf(documentId)).toMatchObject({ id: waiting.id, state: 'stored' });
});

test('L14: what the keeper ended is not read any more; when the feed announces it again it is work again', async () => {
  const documentId = await post('4.1');
  unreadable.add(documentId);
  const heldAt = await failedPolls(monday9 + 600 * minute);
  const ended = await resultOf(documentId);
  const { db } = on.desk.store;
  await db.updateTable('result').set({ closure: 'superseded' }).where('id', '=', ended.id).execute();
  reads = [];
  on.desk.goTo(heldAt + 60 * minute);
  await poll();
  expect(reads).toEqual([]);

  await on.chart.control.changeLabResult(on.chart.id, Number(documentId), {});
  await failedPolls(heldAt + 120 * minute);
  const open = await db
    .selectFrom('report')
    .innerJoin('result', 'result.id', 'report.result_id')
    .select('result.id')
    .where('report.document_id', '=', documentId)
    .where('result.closure', 'is', null)
    .execute();
  expect(open).toHaveLength(1);
});
