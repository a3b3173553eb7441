import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Verdict } from './checker.js';
import { clinic } from './clinic.js';
import { demoClock, describeClock } from './clock.js';
import { gather } from './gather.js';
import { inventMorning } from './morning.js';
import { readOptions, type DemoOptions } from './options.js';
import { ProgressView } from './progress.js';
import { playDays } from './run.js';
import { openPractice, startEngines } from './start-everything.js';
import { summarise, verdictLines } from './summary.js';
import { say } from '../outcome.js';

/** From here to 07:55 on the practice clock: everybody is there, nothing has happened. */
// The doors of the laboratories open within two seconds of their first line in the inventory.
const leadMs = 3_500;

/** `npm run demo`: a morning of lab results from athenahealth to acknowledged and charted, and the checker's verdict. */
async function main(options: DemoOptions): Promise<number> {
  const morning = inventMorning(options);
  const { normal, abnormal, critical } = morning.counts;
  say(
    `${options.results} lab results for ${clinic.name}: ${normal} normal, ${abnormal} abnormal, ${critical} critical, ${morning.patients.length} invented patients, seed ${options.seed}.`,
  );
  say('Starting PostgreSQL, Temporal and three vendor sandboxes on this machine …');
  const engines = await startEngines({
    ...(options.state !== undefined && { state: options.state }),
    onProgress: say,
  });
  try {
    for (const [name, url] of Object.entries(engines.urls)) say(`  ${name}: ${url}`);
    say('The practice clock, practice time per real time:');
    for (const line of describeClock(options.results)) say(`  ${line}`);
    const clock = demoClock(options.results, Date.now() + leadMs);
    const open = await openPractice(engines, morning, clock);
    const view = new ProgressView(process.stdout);
    const trouble: string[] = [];
    await playDays(engines, open, morning, {
      seed: options.seed,
      killWorker: options.killWorker,
      view,
      onTrouble: (line) => {
        trouble.push(line);
        appendFileSync(join(engines.logs, 'demo.log'), `${new Date().toISOString()} ${line}\n`);
      },
    });
    view.end();
    const verdict = await judge(engines, open, options);
    if (verdict.violations.length > 0 || verdict.open > 0) for (const line of trouble) say(`  ${line}`);
    if (options.stay) await stay(engines.urls, engines.logs);
    return verdict.violations.length === 0 && verdict.open === 0 ? 0 : 1;
  } finally {
    await engines.close();
  }
}

async function judge(
  engines: Awaited<ReturnType<typeof startEngines>>,
  { practice, laboratories }: Awaited<ReturnType<typeof openPractice>>,
  { killWorker, json }: DemoOptions,
): Promise<Verdict> {
  const { deps, tenant } = engines;
  const evidence = await gather({
    store: deps.store,
    practiceId: practice.id,
    clock: practice.clock,
    zone: clinic.zone,
    athena: { control: engines.athena, tenantId: tenant.athena },
    laboratories: Object.values(laboratories).map((one) => one.journal()),
    twilio: { control: engines.twilio, tenantId: tenant.twilio },
    spruce: { control: engines.spruce, tenantId: tenant.spruce },
  });
  const verdict = check(evidence, { killed: killWorker });
  say('');
  say(summarise(evidence, verdict));
  say('');
  say(verdictLines(verdict));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(verdict, null, 2)}\n`);
  return verdict;
}

/** Until Ctrl-C; then everything is taken down in order. */
async function stay(urls: Readonly<Record<string, string>>, logs: string): Promise<void> {
  say('Everything stays up until Ctrl-C:');
  for (const [name, url] of Object.entries(urls)) say(`  ${name}: ${url}`);
  say(`  logs: ${logs}`);
  await new Promise(() => setInterval(() => undefined, 2 ** 30));
}

process.exitCode = await main(readOptions(process.argv));
