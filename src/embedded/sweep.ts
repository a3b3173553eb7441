import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess } from './end-process.js';
import type { OnProgress } from './engine-error.js';
import { isSameProcess } from './process-identity.js';
import { readRunFile } from './run-file.js';

const GRACE_MS = 5_000;
/** A directory without run file is being made right now, or its maker died in that very moment. */
const UNCLAIMED_AFTER_MS = 60_000;

/**
 * Ends what crashed earlier runs left behind: for each state directory of this user whose run is dead, ends the
 * recorded children that are still the same processes, then deletes the directory. Other pids, other users'
 * directories and runs that are alive are never touched.
 */
export async function sweepLeftovers(base: string, prefix: string, onProgress?: OnProgress): Promise<void> {
  for (const name of readdirSync(base).filter((entry) => entry.startsWith(prefix))) {
    const dir = join(base, name);
    if (!isOurDirectory(dir) || !isAbandoned(dir)) continue;
    onProgress?.(`Clearing up after an earlier run that ended without doing so (${name}) …`);
    await endChildren(dir);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Ends the children recorded in this directory that are still the processes they were. */
export async function endChildren(dir: string): Promise<void> {
  const children = readRunFile(dir)?.children ?? [];
  await Promise.all(children.map((child) => endProcess(child, GRACE_MS)));
}

/** True when the run that owns this directory has ended (or never got as far as writing its name). */
export function isAbandoned(dir: string): boolean {
  const run = readRunFile(dir);
  if (run) return !isSameProcess(run.pid, run.identity);
  const age = lstatSync(dir, { throwIfNoEntry: false })?.mtimeMs;
  return age !== undefined && Date.now() - age > UNCLAIMED_AFTER_MS;
}

/** The folder is shared by all users of the machine: trust only real directories that we own. */
function isOurDirectory(dir: string): boolean {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  return stat !== undefined && stat.isDirectory() && stat.uid === process.getuid?.();
}
