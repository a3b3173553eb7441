/**
 * The engines of the real-server tests, as one process: started once, used by every test file, each test in a
 * practice of its own. Prints one JSON line when everything answers.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../../src/embedded/postgres.js';
import { openStateDir } from '../../src/embedded/state-dir.js';
import { startTemporal } from '../../src/embedded/temporal-server.js';
import { spawnPart } from '../../src/embedded/child.js';
import { generateKeyRing } from '../../src/security/key-ring.js';
import { searchAttributeTypes } from '../../src/workflows/contract.js';

const progress = (line: string) => process.stderr.write(`${line}\n`);
const stateDir = await openStateDir({ onProgress: progress });
const postgres = await startPostgres({ stateDir, onProgress: progress });
const temporal = await startTemporal({
  stateDir,
  searchAttributes: searchAttributeTypes,
  headless: true,
  onProgress: progress,
});
const env = {
  DATABASE_URL: postgres.url,
  TEMPORAL_ADDRESS: temporal.address,
  RESULTLOOP_KEYS: JSON.stringify(generateKeyRing()),
  LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
  PORT: '0',
};
const logs = join(stateDir.path, 'logs');
mkdirSync(logs);
/** Every line of a part goes to its log, which the PHI test searches; what it complains of is shown too. */
const keep = (name: string) => (line: string, stream: string) => {
  appendFileSync(join(logs, `${name}.log`), `${line}\n`);
  if (stream === 'stderr' && /"level":"(error|fatal)"/.test(line)) process.stderr.write(`${line}\n`);
};
const sandboxes = await spawnPart('sandbox/main', env, { stateDir, onLine: keep('sandboxes') });
// As talkative as it gets: a leak at any level is a leak.
const talkative = { ...env, LOG_LEVEL: 'debug' };
const web = await spawnPart('web', talkative, { stateDir, onLine: keep('web') });
const worker = await spawnPart('worker', talkative, { stateDir, onLine: keep('worker') });
const stop = async () => {
  await stateDir.close();
  process.exit(0);
};
process.once('SIGTERM', () => void stop()).once('SIGINT', () => void stop());
// Whoever started it is gone, however that ended: nothing may live on.
process.once('disconnect', () => void stop());
process.stdout.write(
  `${JSON.stringify({ env, sandboxes: sandboxes.ready, web: web.ready, workerPid: worker.pid, stateDir: stateDir.path, logs })}\n`,
);
