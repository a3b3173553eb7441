import { constants } from 'node:os';

/** Something that must be cleared up before the process may end. */
export interface Closable {
  /** In good order; called on SIGINT, SIGTERM and SIGHUP. */
  close(): Promise<void>;
  /** At once and without waiting; called when the process is already on its way out. */
  closeNow(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const open = new Set<Closable>();
let isClosing = false;

/** Clears this up at the end of the process, also on a signal and after an uncaught error. */
export function closeOnExit(closable: Closable): void {
  if (open.size === 0) {
    for (const name of SIGNALS) process.on(name, closeAndLeave);
    process.on('exit', closeAllNow);
  }
  open.add(closable);
}

/** Forgets a thing that has been cleared up. */
export function closedAlready(closable: Closable): void {
  open.delete(closable);
  if (open.size === 0) stopListening();
}

function closeAndLeave(name: NodeJS.Signals): void {
  if (isClosing) process.exit(1); // asked twice: the user does not want to wait
  isClosing = true;
  const closing = [...open].reverse().map((closable) => closable.close());
  void Promise.allSettled(closing).then(() => {
    stopListening();
    // Ending by the signal itself tells a shell the truth, but works only when nobody else listens to it.
    if (process.listenerCount(name) === 0) process.kill(process.pid, name);
    else process.exit(128 + constants.signals[name]);
  });
}

function closeAllNow(): void {
  for (const closable of open) closable.closeNow();
}

function stopListening(): void {
  for (const name of SIGNALS) process.off(name, closeAndLeave);
  process.off('exit', closeAllNow);
}
