import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from './engine-error.js';
import type { EngineErrorCode } from './engine-error.js';
import type { StateDir } from './state-dir.js';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;
const LINES_SHOWN = 15;

export interface EngineCommand {
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** The user to run as, when we are root and the engine refuses that. */
  runAs?: { uid: number; gid: number };
  stopSignal?: 'SIGTERM' | 'SIGINT';
  /** Throws until the engine answers. */
  probe: () => Promise<void>;
  notReady: EngineErrorCode;
}

/** Starts an engine in the background, writes its output to a file in the state directory, waits for its answer. */
export async function startEngine(stateDir: StateDir, engine: EngineCommand): Promise<{ pid: number }> {
  const logFile = join(stateDir.path, `${engine.name}.log`);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(engine.command, engine.args, {
    // A file, not a pipe: the engine must neither wait for a reader nor die with one.
    stdio: ['ignore', log, log],
    cwd: stateDir.path,
    env: engine.env ?? process.env,
    detached: true, // Ctrl-C must reach us first, or the database goes before those who write to it
    ...engine.runAs,
  });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => {
    ended = signal ? `it was ended by ${signal}` : `it ended with code ${code}`;
    if (child.pid !== undefined) stateDir.forgetChild(child.pid);
  });
  child.unref();
  if (child.pid !== undefined) {
    stateDir.registerChild({ pid: child.pid, name: engine.name, stopSignal: engine.stopSignal });
  }

  const giveUpAt = Date.now() + READY_WITHIN_MS;
  for (let failure: unknown; ;) {
    if (ended === undefined) {
      try {
        await engine.probe();
        if (child.pid !== undefined) return { pid: child.pid };
      } catch (error) {
        failure = error;
      }
    }
    if (ended !== undefined || Date.now() > giveUpAt) {
      if (child.pid !== undefined) await stateDir.stopChild(child.pid);
      throw new EngineError(
        engine.notReady,
        `${basename(engine.command)} did not start: ${ended ?? `no answer within ${READY_WITHIN_MS / 1000} s`}. ` +
          `Its last lines:\n${tail(logFile)}`,
        { cause: failure },
      );
    }
    await delay(POLL_MS);
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LINES_SHOWN).join('\n');
}
