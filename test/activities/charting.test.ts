import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createChartActivities } from '../../src/activities/charting.js';
import { monday9, potassium, staff } from '../starters/desk-practice.js';
import { ChartDesk } from './chart-desk.js';

const minute = 60_000;
const lease = 30_000;
const chartId = '4102';

let on: ChartDesk;
beforeAll(async () => void (on = await ChartDesk.open({ leaseMs: lease })), 60_000);
afterAll(() => on.close());

/** A voicemail was left: one touch note is queued. */
async function attempted(): Promise<string> {
  const observations = [potassium('5.4')];
  const result = await on.desk.deliver({ familyName: 'Okonkwo', chartId, observations, at: monday9 });
  await on.desk.decide(result, staff.provider, {
    kind: 'attempt',
    outcome: 'voicemail',
    twoIdentifiers: false,
  });
  return result.id;
}

/** @returns when the queue wants to be looked at again. */
async function drain(): Promise<number | null> {
  return (await on.run(createChartActivities(on.deps).drainNotes, {})).nextRealAt;
}

const noteOf = (resultId: string) =>
  on.desk.store.db
    .selectFrom('chart_note')
    .select(['marker', 'state', 'document_id', 'code'])
    .where('result_id', '=', resultId)
    .executeTakeFirstOrThrow();

/** The documents in the chart that carry the note's marker. */
async function documentsWith(marker: string): Promise<string[]> {
  const all = await on.chart.control.chart(on.chart.id, chartId);
  return all.filter((d) => d.internalnote.includes(marker)).map((d) => String(d.documentid));
}

const settings = (more: object) => on.chart.control.seed(on.chart.id, { settings: more });

test('L44: a note that the chart took is never written again while its list lags; it is told after 10 min, and still confirmed', async () => {
  await settings({ listLagMs: 600_000 });
  const id = await attempted();
  for (let at = monday9; at < monday9 + 10 * minute; at += lease + 1_000) {
    on.desk.goTo(at);
    // Looked for again soon: notes that are queued meanwhile do not wait for it.
    expect(await drain()).toBeLessThanOrEqual(at + minute);
  }
  const { marker } = await noteOf(id);
  const [documentId, ...more] = await documentsWith(marker);
  expect(more).toEqual([]);
  expect(await noteOf(id)).toMatchObject({ state: 'called', document_id: documentId });
  expect(on.told).toEqual([]);

  for (const minutes of [11, 22]) {
    on.desk.goTo(monday9 + minutes * minute);
    await drain();
  }
  expect(on.told).toMatchObject([{ workflowId: `result/${id}`, fact: { state: 'unread' } }]);
  expect(await noteOf(id)).toMatchObject({ state: 'unknown', code: 'not-read-back' });

  await settings({ listLagMs: 0 });
  on.desk.goTo(monday9 + 33 * minute);
  expect(await drain()).toBeNull();
  expect(await noteOf(id)).toEqual({ marker, state: 'confirmed', document_id: documentId, code: null });
  expect(await documentsWith(marker)).toEqual([documentId]);
});

test('L44: a note whose writing had no answer is written anew only when its list had the time to show it', async () => {
  await settings({ listLagMs: 600_000 });
  await on.chart.control.plantFault(on.chart.id, {
    match: { method: 'POST', path: '/documents/clinicaldocument' },
    times: 1,
    fault: { kind: 'reset-after' },
  });
  const id = await attempted();
  await drain();
  const { marker } = await noteOf(id);
  on.desk.goTo(monday9 + 2 * minute);
  await drain();
  expect(await documentsWith(marker)).toHaveLength(1);
  await settings({ listLagMs: 0 });
  on.desk.goTo(monday9 + 4 * minute);
  await drain();
  expect(await documentsWith(marker)).toHaveLength(1);
  expect(await noteOf(id)).toMatchObject({ state: 'confirmed' });

  // This one never reached the chart.
  await on.chart.control.plantFault(on.chart.id, {
    match: { method: 'POST', path: '/documents/clinicaldocument' },
    times: 1,
    fault: { kind: 'status', status: 500 },
  });
  const other = await attempted();
  for (const minutes of [0, 5, 11]) {
    on.desk.goTo(monday9 + minutes * minute);
    await drain();
  }
  expect(await noteOf(other)).toMatchObject({ state: 'confirmed' });
  expect(await documentsWith((await noteOf(other)).marker)).toHaveLength(1);
});
