import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { createVendors } from '../../src/activities/vendors.js';
import { taskQueues, workflowIds } from '../../src/workflows/contract.js';
import type { practiceRounds } from '../../src/workflows/practice-rounds.js';
import { bmp } from './panels.js';
import { closeDeps, engines, hour, openPractice, staff, type TestPractice } from './practice.js';

afterAll(closeDeps);

/** One hour a second: what is younger than an hour is left to the feed. */
const fast = { factor: 3600 };

/** The daily round, as its Schedule starts it. */
function round(p: TestPractice) {
  return p.deps.temporal.workflow.execute<typeof practiceRounds>('practiceRounds', {
    workflowId: `${workflowIds.rounds(p.practice.id)}-${randomBytes(4).toString('hex')}`,
    taskQueue: taskQueues.results,
    args: [{ practiceId: p.practice.id }],
  });
}

/** Rows of the feed that were posted are gone, nobody has them; and so much time goes by that they are overdue. */
async function lose(p: TestPractice, rows: number, feed: 'labresults' | 'imagingresults' = 'labresults') {
  expect(await p.control.athena.loseFeedRows(p.number, { rows, feed })).toHaveLength(rows);
  await p.untilPractice(p.now() + hour + hour / 10);
}

const standing = async (p: TestPractice, code: string) =>
  (await p.alarms()).filter((a) => a.code === code && a.cleared_at === null);

test('G38: a result whose feed row was lost is found the next night, has an owner, and is there once', async () => {
  const p = await openPractice(fast);
  const [open, ordered, seen] = await p.patients(3);
  const [openId, orderedId, seenId] = [open?.id ?? '', ordered?.id ?? '', seen?.id ?? ''];
  await p.control.athena.seed(p.number, {
    orders: [{ orderid: '880001', patientid: orderedId, departmentid: '150' }],
    appointments: [
      {
        appointmentid: '990001',
        patientid: seenId,
        departmentid: '150',
        date: '03/01/2026',
        appointmentstatus: '3',
      },
    ],
  });
  await p.arrive(bmp(openId, { glucose: '156' }));
  await p.result({ id: openId });
  const lost = await p.post(bmp(openId, { potassium: '6.8' }), bmp(orderedId), bmp(seenId));
  await lose(p, 3);
  await p.poll();
  expect(await p.results()).toHaveLength(1);

  await round(p);
  await p.until('four results', async () => {
    const rows = await p.results();
    return rows.length === 4 && rows.every((r) => r.tier !== null);
  });
  expect((await p.results()).map((r) => [r.tier, r.owner_id, r.current_version]).sort()).toEqual([
    ['abnormal', staff.okafor, 1],
    ['critical', staff.okafor, 1],
    ['normal', staff.okafor, 1],
    ['normal', staff.okafor, 1],
  ]);
  await p.until('the page', async () => (await p.pages(staff.okafor)).length > 0);
  expect(await standing(p, 'feed-lost-results')).toHaveLength(1);
  expect(await standing(p, 'chart-comparison-incomplete')).toEqual([]);
  const said = readFileSync(join(engines.logs, 'worker.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes(p.practice.id) && line.includes('found in the chart'));
  expect(said.map((line) => (JSON.parse(line) as { count: number }).count).sort()).toEqual([1, 1, 1]);
  for (const id of [openId, orderedId, seenId, ...lost.map(String)])
    expect(said.join('\n')).not.toContain(`"${id}"`);

  await p.poll();
  await round(p);
  expect(await p.results()).toHaveLength(4);
  expect((await p.results()).map((r) => r.current_version)).toEqual([1, 1, 1, 1]);
  expect(await standing(p, 'feed-lost-results')).toHaveLength(1);
});

test('L40: a correction whose feed row was lost becomes the next version; what is only touched by staff is nothing new', async () => {
  const p = await openPractice(fast);
  const [one, other] = await p.patients(2);
  const [corrected = 0, touched = 0] = await p.arrive(
    bmp(one?.id ?? '', { glucose: '156' }),
    bmp(other?.id ?? '', { glucose: '156' }),
  );
  await p.result({ id: one?.id ?? '' });
  await p.result({ id: other?.id ?? '' });
  await p.control.athena.changeLabResult(p.number, corrected, {
    resultstatus: 'Corrected',
    observations: bmp('', { glucose: '161' }).observations ?? [],
  });
  await p.control.athena.changeLabResult(p.number, touched, { internalnote: 'looked at' });
  await lose(p, 2);
  await round(p);
  await p.until('the corrected version', async () =>
    (await p.results()).some((r) => r.current_version === 2),
  );
  expect((await p.results()).map((r) => r.current_version).sort()).toEqual([1, 2]);
  expect(await standing(p, 'feed-lost-results')).toHaveLength(1);
});

test('L5b: so is an imaging result', async () => {
  const p = await openPractice(fast);
  const patient = await p.patient();
  await p.arrive(bmp(patient.id, { glucose: '156' }));
  await p.result(patient);
  await p.control.athena.postImagingResults(p.number, [
    {
      patientid: patient.id,
      departmentid: '150',
      providerid: 71,
      description: 'XR, chest, 2 views',
      resultstatus: 'Final',
      resultnotes: 'No acute disease.',
    },
  ]);
  await lose(p, 1, 'imagingresults');
  await round(p);
  await p.until('the image', async () => (await p.results()).some((r) => r.tier === 'review'));
  expect(await p.results()).toHaveLength(2);
});

test('a chart that cannot be read is told, holds up no other and no examination, and is read the next night', async () => {
  const p = await openPractice(fast);
  const [ill, well] = await p.patients(2);
  const [illId, wellId] = [ill?.id ?? '', well?.id ?? ''];
  await p.arrive(bmp(illId, { glucose: '156' }), bmp(wellId, { glucose: '156' }));
  await p.until('two results', async () => (await p.results()).filter((r) => r.tier !== null).length === 2);
  await p.post(bmp(illId), bmp(wellId));
  await lose(p, 2);
  await p.control.athena.plantFault(p.number, {
    match: { method: 'get', path: `patients/${illId}/documents/labresult$` },
    fault: { kind: 'status', status: 500 },
    times: 100,
  });
  const before = await round(p);
  expect((await p.resultsOf({ id: wellId })).length).toBe(2);
  expect((await p.resultsOf({ id: illId })).length).toBe(1);
  expect(await standing(p, 'chart-comparison-incomplete')).toHaveLength(1);
  await p.control.athena.clearFaults(p.number);
  expect(await round(p)).toEqual(before);
  expect((await p.resultsOf({ id: illId })).length).toBe(2);
  expect(await standing(p, 'chart-comparison-incomplete')).toEqual([]);
});

test('half of the calls of a day is left to the day', async () => {
  const p = await openPractice({ ...fast, athena: { callsPerDay: 300 } });
  const patient = await p.patient();
  await p.arrive(bmp(patient.id, { glucose: '156' }));
  await p.result(patient);
  const { store, metrics } = p.deps;
  const athena = createVendors(store, metrics, () => undefined).athena(p.practice);
  for (let i = 0; i < 150; i += 1) await athena.departments();
  const listed = async () => (await p.journal('athena', 'documents-listed')).length;
  const before = await listed();
  await round(p);
  expect(await standing(p, 'chart-comparison-incomplete')).toHaveLength(1);
  // Lists of the probes are of nobody's chart.
  expect(await listed()).toBe(before);
});
