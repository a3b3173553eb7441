import { spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { callNotices } from '../test/http/called-notices.js';
import { Loopback, type HttpCall } from '../test/http/loopback.js';
import { planStorm } from '../test/http/storm-plan.js';
import { spruceCall, twilioCall } from '../test/http/vendor-calls.js';
import { openOwnPractice } from '../test/intake/own-practice.js';

/*
 * Reported, not asserted: how long vendors wait for the answer to a webhook that was checked and stored, at a fixed rate
 * on loopback, while what was stored is worked on; beside it bare doors that check the same signatures and store
 * nothing, in turns of five seconds. `node --import tsx tools/benchmark-webhooks.ts [SECONDS] [RATE] [SEED]`
 */
const seconds = Number(process.argv[2] ?? 30);
const perSecond = Number(process.argv[3] ?? 100);
const seed = Number(process.argv[4] ?? 1);
const turnSeconds = 5;

const own = await openOwnPractice();
const total = seconds * perSecond;
const storm = planStorm(total, seed);
const ids = await callNotices(own.store, storm.notices);
const real = storm.calls.map(({ call }) => call((label) => ids.get(label)?.effect ?? ''));
const bare = real.map(toBareDoor);
const { http, stop } = await startWeb();

// Both doors warm, so that neither pays for the first compilation.
for (const call of bare.slice(0, 200)) await http.send(call);
for (const call of [...real.slice(0, 200)]) await http.send({ ...call, headers: {} });

const waits = { stored: [] as number[], bare: [] as number[] };
const refused = { stored: 0, bare: 0 };
const perTurn = turnSeconds * perSecond;
const load = loadavg()[0] ?? 0;
for (let from = 0; from < total; from += perTurn) {
  await run('bare', bare.slice(from, from + perTurn));
  await run('stored', real.slice(from, from + perTurn));
}
const lastSent = performance.now();
while ((await openRows()) > 0) await pause(100);
const behindMs = performance.now() - lastSent;

print(
  `webhooks at ${perSecond}/s for ${seconds} s (${total} requests to each door, load average ${load.toFixed(1)}):`,
);
print(`  checked and stored: ${report(waits.stored)}, ${refused.stored} not taken`);
print(`  only checked:       ${report(waits.bare)}, ${refused.bare} not taken`);
print(`  the last of them was worked on ${(behindMs / 1_000).toFixed(1)} s after it was sent`);

await http.close();
stop();
await own.close();

/** Counted from when a request was due: a sender that waits for an answer must not hide how late it is. */
async function run(door: 'stored' | 'bare', calls: readonly HttpCall[]): Promise<void> {
  const started = performance.now();
  const pending: Promise<void>[] = [];
  for (const [i, call] of calls.entries()) {
    const due = started + (i * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await pause(early);
    pending.push(
      http.send(call).then(({ status }) => {
        waits[door].push(performance.now() - due);
        if (status !== 200 && status !== 204) refused[door] += 1;
      }),
    );
  }
  await Promise.all(pending);
}

function toBareDoor(call: HttpCall): HttpCall {
  const payload = call.payload ?? '';
  if (call.url.includes('/spruce/')) return spruceCall(payload, { path: '/bare/spruce' });
  return twilioCall('/bare/twilio', Object.fromEntries(new URLSearchParams(payload)));
}

/** Rows that are not finished and do not wait for anything. */
async function openRows(): Promise<number> {
  const rows = await own.store.db
    .selectFrom('inbound')
    .select('id')
    .where('processed_real_at', 'is', null)
    .where('waits_for', 'is', null)
    .execute();
  return rows.length;
}

async function startWeb(): Promise<{ http: Loopback; stop: () => void }> {
  const part = join(import.meta.dirname, '../test/http/web-part.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', part], {
    env: { ...process.env, LOG_LEVEL: 'silent', ...own.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { port } = JSON.parse(line) as { port: number };
    return { http: Loopback.to(port), stop: () => child.kill('SIGTERM') };
  }
  throw new Error('the web process did not start');
}

function report(ms: readonly number[]): string {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
