import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { identityOf } from '../../src/embedded/process-identity.js';
import { nodeArguments } from '../../src/embedded/project-command.js';
import { writeRunFile } from '../../src/embedded/run-file.js';
import { openStateDir } from '../../src/embedded/state-dir.js';
import { waitUntil } from './wait-until.js';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function startSleep(): number {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  started.push(child);
  return child.pid ?? 0;
}

/** What a run leaves behind that was killed together with its guard. */
function leftover(run: { pid: number; identity: string }, child: { pid: number; identity: string }): string {
  const dir = mkdtempSync(join(tmpdir(), `resultloop-${process.getuid?.()}-`));
  writeRunFile(dir, { ...run, children: [{ ...child, name: 'sleep', stopSignal: 'SIGTERM' }] });
  return dir;
}

const deadRun = { pid: 2 ** 22 + 1, identity: 'a process that is gone' };
const identify = (pid: number) => ({ pid, identity: identityOf(pid) ?? '' });

describe('clearing up after a crashed run', () => {
  test('ends its recorded children and deletes its directory', async () => {
    const orphan = startSleep();
    const dir = leftover(deadRun, identify(orphan));
    const stateDir = await openStateDir();
    expect({ orphan: identityOf(orphan), dir: existsSync(dir) }).toEqual({ orphan: null, dir: false });
    await stateDir.close();
    expect(existsSync(stateDir.path)).toBe(false);
  });

  test('leaves a stranger alone who got the pid of a former child', async () => {
    const stranger = startSleep();
    const dir = leftover(deadRun, { pid: stranger, identity: 'what had this pid before' });
    await (await openStateDir()).close();
    expect(identityOf(stranger)).not.toBeNull();
    expect(existsSync(dir)).toBe(false);
  });

  test('takes a run for dead whose pid now belongs to a stranger', async () => {
    const stranger = startSleep();
    const dir = leftover({ pid: stranger, identity: 'the run that crashed' }, identify(startSleep()));
    await (await openStateDir()).close();
    expect(existsSync(dir)).toBe(false);
    expect(identityOf(stranger)).not.toBeNull();
  });

  test('leaves a run alone that is alive', async () => {
    const [run, child] = [startSleep(), startSleep()];
    const dir = leftover(identify(run), identify(child));
    await (await openStateDir()).close();
    expect(existsSync(dir)).toBe(true);
    expect(identityOf(child)).not.toBeNull();
    process.kill(run, 'SIGKILL');
    await waitUntil(() => identityOf(run) === null);
    await (await openStateDir()).close();
    expect(existsSync(dir)).toBe(false);
  });

  test('leaves a directory alone that is just being made, and deletes one that was never finished', async () => {
    const [fresh, old] = [0, 1].map(() => mkdtempSync(join(tmpdir(), `resultloop-${process.getuid?.()}-`)));
    utimesSync(old ?? '', new Date(0), new Date(0));
    await (await openStateDir()).close();
    expect([existsSync(fresh ?? ''), existsSync(old ?? '')]).toEqual([true, false]);
    utimesSync(fresh ?? '', new Date(0), new Date(0));
    await (await openStateDir()).close();
  });
});

describe('a run that ends takes its children with it', () => {
  async function startRun(env: NodeJS.ProcessEnv = {}) {
    const run = spawn(process.execPath, nodeArguments('../test/embedded/parts/run-part'), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    started.push(run);
    const exit = new Promise((resolve) => run.once('exit', (code, signal) => resolve(signal ?? code)));
    const line = await new Promise<string>((resolve) => run.stdout.once('data', (d) => resolve(String(d))));
    return { run, exit, ...(JSON.parse(line) as { dir: string; child: number }) };
  }

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)('on %s', async (signal) => {
    const { run, exit, dir, child } = await startRun();
    run.kill(signal);
    expect(await exit).toBe(signal);
    await waitUntil(() => identityOf(child) === null && !existsSync(dir));
  });

  test('on an error nobody caught', async () => {
    const { exit, dir, child } = await startRun({ PART_THROWS: 'yes' });
    expect(await exit).toBe(1);
    await waitUntil(() => identityOf(child) === null && !existsSync(dir));
  });
});

describe('a directory that is kept', () => {
  test('is refused to a second run while the first uses it, and is still there afterwards', async () => {
    const parent = await openStateDir();
    const path = join(parent.path, 'kept');
    const first = await openStateDir({ keepAt: path });
    await expect(openStateDir({ keepAt: path })).rejects.toMatchObject({ code: 'state-dir-in-use' });
    await first.close();
    const second = await openStateDir({ keepAt: path });
    expect(second.isKept).toBe(true);
    await second.close();
    expect(existsSync(path)).toBe(true);
    await parent.close();
  });
});
