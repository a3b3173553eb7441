import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { EngineError } from './engine-error.js';
import { nodeArguments, projectRoot } from './project-command.js';
import type { StateDir } from './state-dir.js';

const READY_WITHIN_MS = 60_000;
const LINES_SHOWN = 15;

export interface PartOptions {
  /** Ends the part should this process end in any way. */
  stateDir: StateDir;
  args?: string[];
  /** Each line the part writes, but not the readiness line. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Default 60 s. */
  readyWithinMs?: number;
}

export interface ExitOfPart {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunningPart {
  pid: number;
  /** What the part said on its readiness line: `{ "ready": true, … }`. */
  ready: Record<string, unknown>;
  /** Settles when the part has ended, for whatever reason. */
  exited: Promise<ExitOfPart>;
  /** SIGTERM, and SIGKILL after 10 s. Returns when it is gone. */
  stop(): Promise<void>;
  /** Ends the part at once (SIGKILL); to try out crashes. */
  kill(): Promise<void>;
}

/**
 * Runs one of the project's own files as a process, e.g. `worker` for `src/worker.ts`, and waits until it writes
 * a JSON line `{ "ready": true, … }` to its standard output. `env` is added to ours; `undefined` removes.
 *
 * @throws {EngineError} `part-not-ready` with the last lines the part wrote.
 */
export async function spawnPart(
  entry: string,
  env: NodeJS.ProcessEnv,
  options: PartOptions,
): Promise<RunningPart> {
  const { stateDir, args = [], onLine, readyWithinMs = READY_WITHIN_MS } = options;
  const child = spawn(process.execPath, [...nodeArguments(entry), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: projectRoot,
    env: { ...process.env, ...env },
    detached: true, // Ctrl-C reaches us first; we end the parts in order
  });
  const { pid } = child;
  if (pid !== undefined) stateDir.registerChild({ pid, name: entry });
  const exited = new Promise<ExitOfPart>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    // Not "exit": only now has everything it wrote been read.
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).finally(() => pid !== undefined && stateDir.forgetChild(pid));

  const lastLines: string[] = [];
  const ready = new Promise<Record<string, unknown>>((resolve) => {
    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[stream] }).on('line', (line) => {
        const answer = stream === 'stdout' ? parseReadiness(line) : null;
        if (answer) return resolve(answer);
        lastLines.push(line);
        if (lastLines.length > LINES_SHOWN) lastLines.shift();
        onLine?.(line, stream);
      });
    }
  });

  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, readyWithinMs, 'late')));
  const first = await Promise.race([ready, late, exited.then(() => 'ended' as const)]);
  clearTimeout(timer);
  if (pid === undefined || typeof first === 'string') {
    if (pid !== undefined) await stateDir.stopChild(pid);
    const why =
      first === 'late' ? `was not ready within ${readyWithinMs / 1000} s` : 'ended before it was ready';
    throw new EngineError('part-not-ready', `${entry} ${why}. Its last lines:\n${lastLines.join('\n')}`);
  }
  return {
    pid,
    ready: first,
    exited,
    stop: async () => {
      await stateDir.stopChild(pid);
      await exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function parseReadiness(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{') || !line.includes('"ready"')) return null;
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    return value.ready === true ? value : null;
  } catch {
    return null;
  }
}
