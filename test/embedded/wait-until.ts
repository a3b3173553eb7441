import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition; the test's own time limit ends a wait that is in vain. */
export async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(20);
}
