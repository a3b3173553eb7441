import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runFilePath } from '../embedded/run-file.js';
import { isAbandoned } from '../embedded/sweep.js';
import { generateKeyRing } from '../security/key-ring.js';
import { CommandFailed, tell } from './outcome.js';

/** Where `resultloop start` keeps its engines' data and keys: `RESULTLOOP_DATA`, else a folder where one stands. */
export function stateFolder(env: NodeJS.ProcessEnv): string {
  return env.RESULTLOOP_DATA || '.resultloop';
}
const connectionFile = 'connection.json';
const keysFile = 'keys.json';

const connectionSchema = z.object({
  DATABASE_URL: z.string(),
  TEMPORAL_ADDRESS: z.string(),
  TEMPORAL_NAMESPACE: z.string(),
  RESULTLOOP_KEYS: z.string(),
});

/** What other commands on this machine need to reach what `start` has started. Holds secrets. */
export type ConnectionHere = z.infer<typeof connectionSchema>;

/** Leaves the way to a running `start` for other commands, readable by this user only. */
export function writeConnection(folder: string, connection: ConnectionHere): void {
  writeFileSync(join(folder, connectionFile), JSON.stringify(connection), { mode: 0o600 });
}

/**
 * Fills in, from what runs in this folder, the settings that the environment does not have. An environment with a
 * database of its own is left alone.
 * @throws CommandFailed `not-running` when `start` was used here and does not run now.
 */
export function useWhatRunsHere(env: NodeJS.ProcessEnv, folder: string = stateFolder(env)): void {
  if (env.DATABASE_URL || env.TEMPORAL_ADDRESS) return;
  const file = join(folder, connectionFile);
  if (!existsSync(file)) return;
  if (!existsSync(runFilePath(folder)) || isAbandoned(folder))
    throw new CommandFailed(
      'not-running',
      'resultloop does not run here. Start it in another terminal: resultloop start',
    );
  const parsed = connectionSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) return;
  for (const [name, value] of Object.entries(parsed.data)) env[name] ??= value;
}

/** The key ring kept in this folder, made at the first start. @returns the path of its file. */
export function keysKeptIn(folder: string): string {
  const file = join(folder, keysFile);
  if (!existsSync(file)) {
    writeFileSync(file, JSON.stringify(generateKeyRing()), { mode: 0o600, flag: 'wx' });
    tell(`A new key ring is in ${file}. Keep a copy apart from the database: without it nothing opens.`);
  }
  return file;
}
