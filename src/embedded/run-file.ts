import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const RunFile = z.object({
  pid: z.number().int().positive(),
  identity: z.string(),
  children: z.array(
    z.object({
      pid: z.number().int().positive(),
      name: z.string(),
      identity: z.string(),
      stopSignal: z.enum(['SIGTERM', 'SIGINT']),
    }),
  ),
});

/** Who uses a state directory and which processes it started there. */
export type RunFile = z.infer<typeof RunFile>;
export type RunFileChild = RunFile['children'][number];

/** Reads the run file of a state directory; `null` when there is none or it is not one of ours. */
export function readRunFile(dir: string): RunFile | null {
  try {
    return RunFile.parse(JSON.parse(readFileSync(runFilePath(dir), 'utf8')));
  } catch {
    return null;
  }
}

/** Writes the run file in one step, so that a crash never leaves half of it. Synchronous: a pid must not get lost. */
export function writeRunFile(dir: string, run: RunFile): void {
  const next = `${runFilePath(dir)}.next`;
  writeFileSync(next, JSON.stringify(run), { mode: 0o600 });
  renameSync(next, runFilePath(dir));
}

/** Where the run file of a state directory is. */
export function runFilePath(dir: string): string {
  return join(dir, 'run.json');
}
