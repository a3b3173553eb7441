import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { identityOf, isSameProcess } from './process-identity.js';

const Owner = z.object({ pid: z.number().int().positive(), identity: z.string() });

const POLL_MS = 250;
const SETTLE_MS = 100;

/**
 * Runs `work` while no other process does the same under this lock file; a lock whose owner has died is taken
 * over. `onWait` hears the owner's pid each time the lock is found taken. Two takers at the very same moment
 * could both win after all: `work` must bear being done twice, it only should not.
 */
export async function underLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: (pid: number) => void,
): Promise<T> {
  const id = randomUUID();
  const mine = JSON.stringify({ pid: process.pid, identity: identityOf(process.pid), id });
  const draft = `${file}.${id}`;
  writeFileSync(draft, mine);
  try {
    while (!(await take(file, draft, mine))) {
      const owner = ownerOf(file);
      if (owner) onWait(owner.pid);
      await delay(POLL_MS);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    return await work();
  } finally {
    if (read(file) === mine) rmSync(file, { force: true });
  }
}

async function take(file: string, draft: string, mine: string): Promise<boolean> {
  try {
    linkSync(draft, file); // fails when there is one, and shows a whole file when not
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = ownerOf(file);
  if (owner && isSameProcess(owner.pid, owner.identity)) return false;
  writeFileSync(`${draft}.over`, mine);
  renameSync(`${draft}.over`, file);
  await delay(SETTLE_MS); // another process may have taken it over in the same moment: the last one keeps it
  return read(file) === mine;
}

function ownerOf(file: string): { pid: number; identity: string } | null {
  try {
    return Owner.parse(JSON.parse(read(file) ?? ''));
  } catch {
    return null; // gone, or written by something else: free to take
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
