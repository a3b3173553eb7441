import { spawn } from 'node:child_process';
import { nodeArguments, projectRoot } from './project-command.js';

/** Sleeps on a pipe from us; the pipe ends when we die, by whatever means. A shell needs 1 MB for that, Node 40. */
const WAIT_THEN_SWEEP = 'while read -r word; do [ "$word" = closed ] && exit 0; done; exec "$@"';

/** Watches over one state directory while this process lives. */
export interface Guard {
  /** Everything is cleared up: the guard may go. */
  dismiss(): void;
}

/**
 * Starts a small watcher that ends this directory's children and deletes it (unless kept) should this process
 * be killed so hard that it cannot do so itself. Where no shell can be started, the next run's sweep does it.
 */
export function startGuard(dir: string, isKept: boolean): Guard {
  const sweep = [...nodeArguments('embedded/guard-main'), dir, isKept ? 'keep' : 'delete'];
  const guard = spawn('/bin/sh', ['-c', WAIT_THEN_SWEEP, 'resultloop-guard', process.execPath, ...sweep], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: projectRoot,
    detached: true, // Ctrl-C reaches the whole foreground group; the guard must outlive us
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  return { dismiss: () => guard.stdin.end('closed\n') };
}
