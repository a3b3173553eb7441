/**
 * Measures how texts of three practices leave when each has a backlog: with the pacer alone, and with the server's limit
 * per practice beside it. Real Temporal, PostgreSQL and Twilio sandbox; about 3 minutes:
 * `node --import tsx tools/measure-pacing.ts [TEXTS]`.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const texts = Number(process.argv[2] ?? 120);
const practices = 3;
const child = spawn(process.execPath, ['--import', 'tsx', 'test/real/engines.ts'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
process.env.RESULTLOOP_TEST_ENGINES = await new Promise<string>((resolve) => {
  createInterface({ input: child.stdout! }).on('line', (line) => line.startsWith('{') && resolve(line));
});
const { clockThrough, closeDeps, deps, openPractice } = await import('../test/real/practice.js');
const { bmp } = await import('../test/real/panels.js');
const { peakWithin } = await import('../test/real/sliding.js');
const { ensureTextLimits, serviceOf, textQueue } = await import('../src/starters/queue-limits.js');
const { workflowIds } = await import('../src/workflows/contract.js');
type Practice = Awaited<ReturnType<typeof openPractice>>;

/** The limit that the server holds now, per second and practice; `null` = none. */
async function textLimit(): Promise<number | null> {
  const { temporal } = await deps();
  const { taskQueue, ...queue } = textQueue(temporal);
  const { config } = await serviceOf(temporal).describeTaskQueue({
    ...queue,
    taskQueue: { name: taskQueue },
    reportConfig: true,
  });
  return config?.fairnessKeysRateLimitDefault?.rateLimit?.requestsPerSecond ?? null;
}

async function removeTextLimit(): Promise<void> {
  const { temporal } = await deps();
  await serviceOf(temporal).updateTaskQueueConfig({
    ...textQueue(temporal),
    updateFairnessKeyRateLimitDefault: { reason: 'measuring' },
  });
}

/** All backlogs stand when the window opens at 09:00, real seconds from now. */
async function fill(): Promise<Practice> {
  const p = await openPractice({
    clock: clockThrough('2026-03-02T08:30', { factor: 30, until: '2026-03-02T09:00' }, { factor: 1 }),
    settings: { noticeSettleMs: 0 },
  });
  const patients = await p.patients(texts);
  await p.arrive(...patients.map(({ id }) => bmp(id)));
  return p;
}

/** Tries that the server handed out per text. */
async function triesOf(p: Practice): Promise<number> {
  const ids = new Set((await p.results()).map((r) => r.patient_id ?? ''));
  let tries = 0;
  for (const id of ids) {
    const { events } = await p.deps.temporal.workflow.getHandle(workflowIds.notice(id)).fetchHistory();
    const texted = new Set(
      (events ?? [])
        .filter((e) => e.activityTaskScheduledEventAttributes?.activityType?.name === 'sendText')
        .map((e) => String(e.eventId)),
    );
    for (const e of events ?? []) {
      const started = e.activityTaskStartedEventAttributes;
      if (started && texted.has(String(started.scheduledEventId))) tries += started.attempt ?? 0;
    }
  }
  return tries / texts;
}

async function measure(name: string): Promise<string> {
  const filled = await Promise.all(Array.from({ length: practices }, fill));
  // A practice takes its limit along when it opens; the pacer alone means: without it.
  if (name === 'pacer alone') await removeTextLimit();
  else await ensureTextLimits((await deps()).temporal, []);
  const limit = await textLimit();
  await Promise.all(
    filled.map((p) =>
      p.until('all told', async () => (await p.counts('told_version'))['1'] === texts, 300_000),
    ),
  );
  const cells = await Promise.all(
    filled.map(async (p) => {
      const at = (await p.journal('twilio', 'message-created')).map((e) => e.at).sort((a, b) => a - b);
      const seconds = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 1_000;
      return { rate: (at.length - 1) / seconds, peak: peakWithin(at, 1_000), tries: await triesOf(p) };
    }),
  );
  const list = (pick: (cell: (typeof cells)[number]) => string) => cells.map(pick).join(' / ');
  return [
    `| ${name} (server limit ${limit ?? 'none'})`,
    list((c) => c.rate.toFixed(2)),
    list((c) => String(c.peak)),
    `${list((c) => c.tries.toFixed(2))} |`,
  ].join(' | ');
}

try {
  const rows = [await measure('pacer alone'), await measure('pacer and server')];
  process.stdout.write(
    ['', `| ${practices} practices, ${texts} texts each | texts/s | most in a second | tries per text |`]
      .concat('| --- | --- | --- | --- |', rows, '')
      .join('\n'),
  );
} finally {
  await closeDeps();
  child.kill('SIGTERM');
}
