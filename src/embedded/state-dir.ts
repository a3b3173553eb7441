import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endProcess, killProcess } from './end-process.js';
import { EngineError } from './engine-error.js';
import type { OnProgress } from './engine-error.js';
import { startGuard } from './guard.js';
import { closedAlready, closeOnExit } from './on-exit.js';
import { identityOf } from './process-identity.js';
import { readRunFile, runFilePath, writeRunFile } from './run-file.js';
import type { RunFileChild } from './run-file.js';
import { endChildren, isAbandoned, sweepLeftovers } from './sweep.js';
import { isTraversable, obstacle } from './traversable.js';

const GRACE_MS = 10_000;

export interface StateDirOptions {
  /** Keep the data here from run to run; without it a fresh directory is made and deleted at the end. */
  keepAt?: string;
  onProgress?: OnProgress;
}

export interface Child {
  pid: number;
  name: string;
  /** Default SIGTERM. */
  stopSignal?: 'SIGTERM' | 'SIGINT';
}

/** The directory in which one run on one machine keeps its engines' data and the list of its processes. */
export interface StateDir {
  readonly path: string;
  /** True when the data outlives the run: engines then write durably. */
  readonly isKept: boolean;
  /** Records a process to end with this run. Call it at once after the spawn. */
  registerChild(child: Child): void;
  /** Ends a registered process: its stop signal, SIGKILL after 10 s. Returns when it is gone. */
  stopChild(pid: number): Promise<void>;
  /** Forgets a process that has ended by itself. */
  forgetChild(pid: number): void;
  /** Ends all registered processes, the youngest first, and deletes the directory unless kept. */
  close(): Promise<void>;
}

/**
 * Opens a state directory for this run, after clearing up what crashed earlier runs of this user left. It is
 * cleared up on `close()`, on SIGINT, SIGTERM and SIGHUP, after an uncaught error, and by a guard after kill -9.
 *
 * @throws {EngineError} `state-dir-in-use` when another run uses `keepAt`; `state-dir-unreachable` when, run by
 * root, the database's own user could not get there.
 */
export async function openStateDir({ keepAt, onProgress }: StateDirOptions = {}): Promise<StateDir> {
  const path = keepAt ? await reopen(resolve(keepAt)) : await makeFresh(onProgress);
  const isKept = keepAt !== undefined;
  const children: RunFileChild[] = [];
  const self = { pid: process.pid, identity: identityOf(process.pid) ?? '' };
  const record = () => writeRunFile(path, { ...self, children });
  record();
  const guard = startGuard(path, isKept);

  const forgetChild = (pid: number): void => {
    const at = children.findIndex((child) => child.pid === pid);
    if (at < 0) return;
    children.splice(at, 1);
    record();
  };
  const stopChild = async (pid: number): Promise<void> => {
    const child = children.find((candidate) => candidate.pid === pid);
    if (!child) return;
    await endProcess(child, GRACE_MS);
    forgetChild(pid);
  };
  const remove = (): void => {
    closedAlready(closable);
    guard.dismiss();
    rmSync(isKept ? runFilePath(path) : path, { recursive: true, force: true });
  };
  let closing: Promise<void> | undefined;
  const closable = {
    close: () =>
      (closing ??= (async () => {
        for (let child = children.at(-1); child; child = children.at(-1)) await stopChild(child.pid);
        remove();
      })()),
    closeNow: () => {
      for (const child of children) killProcess(child);
      remove();
    },
  };
  closeOnExit(closable);

  return {
    path,
    isKept,
    registerChild: ({ pid, name, stopSignal = 'SIGTERM' }) => {
      const identity = identityOf(pid);
      if (identity === null) return; // ended already: nothing to clear up
      children.push({ pid, name, identity, stopSignal });
      record();
    },
    stopChild,
    forgetChild,
    close: closable.close,
  };
}

async function makeFresh(onProgress?: OnProgress): Promise<string> {
  const base = findBase();
  const prefix = `resultloop-${process.getuid?.() ?? 'user'}-`;
  await sweepLeftovers(base, prefix, onProgress);
  const dir = mkdtempSync(join(base, prefix));
  if (isRoot()) chmodSync(dir, 0o711);
  return dir;
}

async function reopen(dir: string): Promise<string> {
  mkdirSync(dir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
  const run = readRunFile(dir);
  if (run && !isAbandoned(dir)) {
    throw new EngineError(
      'state-dir-in-use',
      `${dir} is used by process ${run.pid}. Stop that run first, or choose another directory.`,
    );
  }
  await endChildren(dir);
  const blocked = isRoot() ? obstacle(dir) : null;
  if (blocked) {
    throw new EngineError(
      'state-dir-unreachable',
      `${dir} cannot be reached by the unprivileged user that runs PostgreSQL when you are root: ${blocked} is ` +
        `closed to others. Choose a directory under /var/lib or /tmp, run as an ordinary user, or set DATABASE_URL.`,
    );
  }
  return dir;
}

/** The temporary folder to use; when root, one that PostgreSQL's unprivileged user can reach. */
function findBase(): string {
  const candidates = [tmpdir(), '/tmp', '/var/tmp'];
  const base = candidates.find((dir) => isWritable(dir) && (!isRoot() || isTraversable(dir)));
  if (base) return base;
  throw new EngineError(
    'state-dir-unreachable',
    `No temporary folder can be used (tried ${candidates.join(', ')}). Set TMPDIR to a folder that you may ` +
      `write to${isRoot() ? ' and that other users may enter' : ''}.`,
  );
}

function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
