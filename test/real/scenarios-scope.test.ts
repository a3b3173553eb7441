import { afterAll, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { closeDeps, openPractice, staff, type TestPatient, type TestPractice } from './practice.js';

afterAll(closeDeps);

const code = 'chart-writes-paused';
const isOpen = (alarm: { code: string; cleared_at: number | null }) =>
  alarm.code === code && alarm.cleared_at === null;

/** Abnormal results that wait for sign-off; each decision on one owes the chart a note. */
async function waiting(p: TestPractice, count: number): Promise<{ patients: TestPatient[]; ids: string[] }> {
  const patients = await p.patients(count);
  await p.arrive(...patients.map(({ id }) => bmp(id, { glucose: '156' })));
  const ids: string[] = [];
  for (const patient of patients) ids.push((await p.result(patient, 'sign-off')).id);
  return { patients, ids };
}

/** The grant changes at athenahealth, and every token is issued anew. */
async function grant(p: TestPractice, grants: 'all' | 'read-only'): Promise<void> {
  await p.control.athena.seed(p.number, { settings: { grants } });
  await p.control.athena.expireTokens(p.number);
}

const callEach = async (p: TestPractice, ids: readonly string[]) => {
  for (const id of ids) await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'call-instead' });
};

const notes = (p: TestPractice) =>
  p.deps.store.db
    .selectFrom('chart_note')
    .select(['id', 'state'])
    .where('practice_id', '=', p.practice.id)
    .execute();

/** Document writes that reached the vendor: done ones, and refused ones that were no probe. */
async function writes(p: TestPractice): Promise<{ done: number; refused: number }> {
  const journal = await p.journal('athena');
  const refused = journal.filter((e) => e.kind === 'refused' && e.status === 403 && e.patientid !== '0');
  return { done: journal.filter((e) => e.kind === 'chart-write').length, refused: refused.length };
}

async function everyNoteOnce(p: TestPractice, patients: readonly TestPatient[]): Promise<void> {
  await p.until('every note confirmed', async () => {
    const all = await notes(p);
    return all.length >= patients.length && all.every((n) => n.state === 'confirmed');
  });
  const all = (await notes(p)).map((n) => n.id);
  const chart = (await Promise.all(patients.map((patient) => p.chartNotes(patient)))).flat().join('\n');
  for (const id of all) expect(chart.split(`[ref ${id}]`)).toHaveLength(2);
  for (const patient of patients) expect(await p.chartNotes(patient)).not.toEqual([]);
}

test('S000-T18: a token renewed without the document-write scope: writes pause with an alarm and resume after the fix, nothing lost', async () => {
  const p = await openPractice({
    factor: 60,
    settings: { chartRecheckMs: 1_000 },
    athena: { tokenExtras: true },
  });
  const { patients, ids } = await waiting(p, 3);
  await grant(p, 'read-only');
  await callEach(p, ids);
  await p.until('the alarm', async () => (await p.alarms()).some(isOpen));
  await p.poll();
  await p.until('a page to the administrator', async () => (await p.pages(staff.administrator)).length > 0);
  // The scopes said so: not one write was tried, and every note waits.
  expect(await writes(p)).toEqual({ done: 0, refused: 0 });
  expect((await notes(p)).every((n) => n.state === 'queued')).toBe(true);
  // Everything else goes on: reading, classifying, paging, and the callbacks of the results themselves.
  const late = await p.patient();
  await p.arrive(bmp(late.id, { potassium: '6.8' }));
  await p.result(late, 'callback');
  for (const id of ids) await p.task(id, 'callback');

  await grant(p, 'all');
  await p.until('the end of the alarm', async () => !(await p.alarms()).some(isOpen));
  await everyNoteOnce(p, patients);
  expect((await p.alarms()).filter((a) => a.code === code)).toHaveLength(1);
});

test('S000-T18: the token does not say what it grants: the first refused write pauses, the rest of the batch is not tried', async () => {
  const p = await openPractice({ factor: 60, settings: { chartRecheckMs: 1_000 } });
  const { patients, ids } = await waiting(p, 4);
  await grant(p, 'read-only');
  await callEach(p, ids);
  await p.until('the alarm', async () => (await p.alarms()).some(isOpen));
  expect(await writes(p)).toEqual({ done: 0, refused: 1 });
  expect((await notes(p)).every((n) => n.state === 'queued')).toBe(true);

  // A second renewal, still without: no second alarm, nothing given up.
  await p.poll();
  expect((await p.alarms()).filter((a) => a.code === code)).toHaveLength(1);
  await grant(p, 'all');
  await p.until('the end of the alarm', async () => !(await p.alarms()).some(isOpen));
  await everyNoteOnce(p, patients);
  // It can happen again, and is told again.
  await grant(p, 'read-only');
  const again = await waiting(p, 1);
  await callEach(p, again.ids);
  await p.until('another alarm', async () => (await p.alarms()).filter((a) => a.code === code).length === 2);
  await grant(p, 'all');
  await everyNoteOnce(p, [...patients, ...again.patients]);
});
