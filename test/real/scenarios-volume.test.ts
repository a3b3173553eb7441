import { afterAll, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { clockThrough, closeDeps, minute, openPractice, staff } from './practice.js';
import { peakWithin } from './sliding.js';

afterAll(closeDeps);

test('S000-T15, 77: 250 texts wait for the window to open: never above 8 in any sliding second, all accounted for', async () => {
  // Quickly up to 09:00, when texts may leave; from there on in real time.
  const p = await openPractice({
    clock: clockThrough('2026-03-02T08:40', { factor: 60, until: '2026-03-02T09:00' }, { factor: 1 }),
    settings: { noticeSettleMs: 0 },
  });
  const patients = await p.patients(250);
  await p.arrive(...patients.map(({ id }) => bmp(id)));
  await p.until('all told', async () => (await p.counts('told_version'))['1'] === 250, 150_000);

  const created = await p.journal('twilio', 'message-created');
  expect(new Set(created.map((e) => e.to)).size).toBe(250);
  expect(created).toHaveLength(250);
  const peak = peakWithin(
    created.map((e) => e.at),
    1_000,
  );
  process.stdout.write(`S000-T15: at most ${peak} texts in a sliding second\n`);
  expect(peak).toBeLessThanOrEqual(8);
  await p.until('every text delivered', async () => (await p.texts()).every((t) => t.status === 'delivered'));
}, 180_000);

test('S000-T17, 15, 76, 104: the poll reads 100 rows and asks for more: 142 documents are all found', async () => {
  // In the evening: nothing leaves before the morning.
  const p = await openPractice({ start: '2026-03-02T21:00', factor: 1 });
  const patients = await p.patients(142);
  await p.arrive(...patients.map(({ id }) => bmp(id)));
  const found = await p.results();
  expect(found).toHaveLength(142);
  expect(new Set(found.map((r) => r.patient_id)).size).toBe(142);
  const reads = (await p.journal('athena', 'feed-read')).map((e) => (e.rows as unknown[]).length);
  expect(reads.filter((rows) => rows > 0)).toEqual([100, 42]);
  await p.until('all classified', async () => (await p.counts('tier')).normal === 142);
});

test('S000-T19, 79, 108: 100 notes at once: at most 30 chart writes in any sliding minute, each written once', async () => {
  // After hours: nothing is due but the notes of the sign-offs.
  const p = await openPractice({ start: '2026-03-02T18:00', factor: 20 });
  const patients = await p.patients(100);
  await p.arrive(...patients.map(({ id }) => bmp(id, { glucose: '156' })));
  await p.until('all wait for sign-off', async () => (await p.counts('phase'))['sign-off'] === 100);
  const waiting = await p.results();
  const answers = await Promise.all(
    waiting.map(({ id }) => p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' })),
  );
  expect(answers.filter((a) => a.refusal !== null)).toEqual([]);
  const written = await p.until('all written', async () => {
    const writes = await p.journal('athena', 'chart-write');
    return writes.length >= 100 && writes;
  });

  const peak = peakWithin(
    written.map((e) => e.practiceAt),
    minute,
  );
  process.stdout.write(`S000-T19: at most ${peak} chart writes in a sliding minute\n`);
  expect(peak).toBeLessThanOrEqual(30);
  await p.until('all read back', async () => {
    const notes = await p.deps.store.db
      .selectFrom('chart_note')
      .select('state')
      .where('practice_id', '=', p.practice.id)
      .execute();
    return notes.every((n) => n.state === 'confirmed');
  });
  for (const patient of patients) expect(await p.chartNotes(patient)).toHaveLength(1);
  expect(await p.journal('athena', 'chart-write')).toHaveLength(100);
});
