import { resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { spawnPart, type RunningPart } from '../embedded/child.js';
import { choosePort } from '../embedded/free-port.js';
import { startPostgres } from '../embedded/postgres.js';
import { openStateDir, type StateDir } from '../embedded/state-dir.js';
import { startTemporal } from '../embedded/temporal-server.js';
import { openDeps } from '../process/deps.js';
import { loadPractice, practiceIds } from '../store/practices.js';
import { searchAttributeTypes } from '../workflows/contract.js';
import { keysKeptIn, stateFolder, writeConnection, type ConnectionHere } from './here.js';
import { ensureSearchAttributes } from './namespace.js';
import { ensureTextLimits } from './queue-limits.js';
import { CommandFailed, say, tell } from './outcome.js';
import { ensurePollSchedule, ensureRoundsSchedule, ensureTextSchedule } from './schedules.js';

/**
 * `resultloop start`: worker and web, on the given engines or on embedded ones, until Ctrl-C. Should one of the two
 * end by itself, the other is ended too and the command fails: half of it running would look like all of it.
 */
export async function startCommand(options: { data?: string }): Promise<void> {
  const isEmbedded = !process.env.DATABASE_URL || !process.env.TEMPORAL_ADDRESS;
  const folder = resolve(options.data ?? stateFolder(process.env));
  const stateDir = await openStateDir({ ...(isEmbedded && { keepAt: folder }), onProgress: tell });
  try {
    const { connection, uiUrl, webPort } = await startEngines(stateDir, isEmbedded);
    if (isEmbedded) writeConnection(folder, connection);
    const env = {
      ...connection,
      PORT: String(webPort),
      ...(uiUrl && { CODEC_ALLOWED_ORIGIN: originsOf(uiUrl) }),
    };
    const onLine = (line: string) => tell(line);
    const web = await spawnPart('web', env, { stateDir, onLine });
    const worker = await spawnPart('worker', { ...env, PORT: undefined }, { stateDir, onLine });
    await prepareTemporal(connection);
    say(`resultloop runs. Web: ${String(web.ready.url ?? `http://127.0.0.1:${webPort}`)}`);
    if (uiUrl) say(`Temporal UI: ${uiUrl}`);
    if (isEmbedded)
      say(
        options.data
          ? `Data: ${folder}. Other commands find it with RESULTLOOP_DATA=${folder}.`
          : `Data: ${folder}. Other commands find it by themselves.`,
      );
    say('Stop it with Ctrl-C.');
    throw await firstEnded({ web, worker });
  } finally {
    await stateDir.close();
  }
}

async function startEngines(
  stateDir: StateDir,
  isEmbedded: boolean,
): Promise<{ connection: ConnectionHere; uiUrl: string | undefined; webPort: number }> {
  const webPort = await choosePort(portFrom(process.env.PORT));
  const postgres = await startPostgres({ stateDir, onProgress: tell });
  const temporal = await startTemporal({
    stateDir,
    searchAttributes: searchAttributeTypes,
    uiCodecEndpoint: `http://127.0.0.1:${webPort}/codec`,
    onProgress: tell,
  });
  const keys = process.env.RESULTLOOP_KEYS ?? (isEmbedded ? keysKeptIn(stateDir.path) : '');
  if (!keys)
    throw new CommandFailed(
      'keys-missing',
      'Set RESULTLOOP_KEYS to the key ring of this database (make one with: resultloop keys new).',
    );
  const connection = {
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    RESULTLOOP_KEYS: keys,
  };
  return { connection, uiUrl: temporal.uiUrl, webPort };
}

/** What Temporal must know before the first result: search attributes, and a Schedule per practice. */
async function prepareTemporal(here: ConnectionHere): Promise<void> {
  const connection = await Connection.connect({ address: here.TEMPORAL_ADDRESS });
  try {
    await ensureSearchAttributes(new Client({ connection, namespace: here.TEMPORAL_NAMESPACE }));
  } finally {
    await connection.close();
  }
  const deps = await openDeps({ ...process.env, ...here }, 'start');
  try {
    const ids = await practiceIds(deps.store);
    const practices = await Promise.all(ids.map((id) => loadPractice(deps.store, id)));
    for (const practice of practices) {
      await ensurePollSchedule(deps.temporal, practice);
      await ensureTextSchedule(deps.temporal, practice);
      await ensureRoundsSchedule(deps.temporal, practice);
    }
    await ensureTextLimits(deps.temporal, practices);
    tell(
      ids.length > 0
        ? `Polled every 5 min: ${ids.join(', ')}.`
        : 'No practice yet. Import one: resultloop practice import FOLDER (an example is config/example).',
    );
  } finally {
    await deps.close();
  }
}

async function firstEnded(parts: Record<string, RunningPart>): Promise<CommandFailed> {
  const endings = Object.entries(parts).map(async ([name, part]) => {
    const { code, signal } = await part.exited;
    return new CommandFailed(
      'part-ended',
      `${name} ended by itself (${signal ?? `code ${String(code)}`}), so everything is stopped. Its last lines are above.`,
    );
  });
  return Promise.race(endings);
}

/** A browser may have been sent to either name of this machine. */
function originsOf(url: string): string {
  return [url, url.replace('127.0.0.1', 'localhost')].join(',');
}

function portFrom(text: string | undefined): number | undefined {
  return text && text !== '0' ? Number(text) : undefined;
}
