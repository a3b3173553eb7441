import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Runs the command in an empty folder, with nothing in its environment but what is given. */
export function runCommand(env: Readonly<Record<string, string>>, ...args: string[]) {
  const cwd = mkdtempSync(join(tmpdir(), 'resultloop-cli-'));
  try {
    const run = spawnSync(process.execPath, [resolve('bin/resultloop.js'), ...args], {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status: run.status, stdout: run.stdout, stderr: run.stderr };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
