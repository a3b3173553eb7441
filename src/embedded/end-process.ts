import { setTimeout as delay } from 'node:timers/promises';
import { isSameProcess } from './process-identity.js';

const POLL_MS = 25;

/** A process we started, as it was recorded when it started. */
export interface KnownProcess {
  pid: number;
  name: string;
  identity: string;
  /** What asks this program to end in good order; PostgreSQL wants SIGINT ("fast shutdown"). */
  stopSignal: NodeJS.Signals;
}

/**
 * Ends exactly this process: its stop signal, and SIGKILL after `graceMs`. A pid that meanwhile belongs to
 * another program is left alone.
 */
export async function endProcess(known: KnownProcess, graceMs: number): Promise<void> {
  if (!signal(known, known.stopSignal)) return;
  const giveUpAt = Date.now() + graceMs;
  while (isSameProcess(known.pid, known.identity)) {
    if (Date.now() > giveUpAt) signal(known, 'SIGKILL');
    await delay(POLL_MS);
  }
}

/** Ends this process at once; for exit handlers, which cannot wait. */
export function killProcess(known: KnownProcess): void {
  signal(known, 'SIGKILL');
}

function signal(known: KnownProcess, name: NodeJS.Signals): boolean {
  if (!isSameProcess(known.pid, known.identity)) return false;
  try {
    process.kill(known.pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false; // ended between check and signal
    throw error;
  }
}
