import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startPostgres } from '../../src/embedded/postgres.js';
import { identityOf } from '../../src/embedded/process-identity.js';
import { readRunFile, writeRunFile } from '../../src/embedded/run-file.js';
import { openStateDir } from '../../src/embedded/state-dir.js';
import type { StateDir } from '../../src/embedded/state-dir.js';
import { unprivilegedUser } from '../../src/embedded/unprivileged-user.js';
import { waitUntil } from './wait-until.js';

const open: StateDir[] = [];
const openDir = async (keepAt?: string): Promise<StateDir> => {
  const stateDir = await openStateDir({ keepAt });
  open.unshift(stateDir);
  return stateDir;
};
const configured = process.env.DATABASE_URL;
afterEach(async () => {
  process.env.DATABASE_URL = configured ?? '';
  for (const stateDir of open.splice(0)) await stateDir.close();
});

async function ask<T>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T & pg.QueryResultRow>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('PostgreSQL on this machine', () => {
  test('starts twice in a row, on loopback only, in UTF-8, with a password', async () => {
    process.env.DATABASE_URL = '';
    for (const _run of ['first', 'second']) {
      const stateDir = await openDir();
      const postgres = await startPostgres({ stateDir });
      expect(
        await ask(
          postgres.url,
          `select current_setting('listen_addresses') as listens, current_setting('server_encoding') as encoding,
                  current_setting('unix_socket_directories') as sockets, current_database() as database`,
        ),
      ).toEqual([{ listens: '127.0.0.1', encoding: 'UTF8', sockets: '', database: 'resultloop' }]);
      const withoutPassword = postgres.url.replace(/:[0-9a-f]+@/, ':wrong@');
      await expect(ask(withoutPassword, 'select 1')).rejects.toThrow('password authentication failed');
      await postgres.stop();
      expect(identityOf(postgres.pid ?? 0)).toBeNull();
    }
  });

  test('two runs at once get a server each', async () => {
    process.env.DATABASE_URL = '';
    const [one, two] = await Promise.all([openDir(), openDir()]);
    const [first, second] = await Promise.all([one, two].map((stateDir) => startPostgres({ stateDir })));
    expect(first?.port).not.toBe(second?.port);
  });

  test('kept data is there again after server and run were killed and strangers got both their pids', async () => {
    process.env.DATABASE_URL = '';
    const parent = await openDir();
    const keepAt = join(parent.path, 'kept');
    const first = await openDir(keepAt);
    const before = await startPostgres({ stateDir: first });
    await ask(before.url, 'create table kept as select 42 as answer');
    const recorded = readRunFile(keepAt)?.children ?? [];
    process.kill(before.pid ?? 0, 'SIGKILL');
    await waitUntil(() => identityOf(before.pid ?? 0) === null);

    // As the database's own user: PostgreSQL takes a pid it may not signal for stale by itself.
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore', ...unprivilegedUser() });
    const strangersPid = stranger.pid ?? 0;
    const lock = join(keepAt, 'postgres', 'postmaster.pid');
    writeFileSync(lock, readFileSync(lock, 'utf8').replace(/^\d+/, String(strangersPid)));
    writeRunFile(keepAt, {
      pid: strangersPid,
      identity: 'the run that crashed',
      children: recorded.map((child) => ({ ...child, pid: strangersPid })),
    });

    const second = await openDir(keepAt);
    const after = await startPostgres({ stateDir: second });
    expect(await ask(after.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(identityOf(strangersPid)).not.toBeNull();
    stranger.kill();
  });

  test('a port that is taken is refused', async () => {
    process.env.DATABASE_URL = '';
    const taken = await startPostgres({ stateDir: await openDir() });
    await expect(startPostgres({ stateDir: await openDir(), port: taken.port })).rejects.toMatchObject({
      code: 'port-taken',
    });
  });

  test('a server that cannot start is reported with its last lines', async () => {
    process.env.DATABASE_URL = '';
    const failed = startPostgres({ stateDir: await openDir(), maxConnections: -1 });
    await expect(failed).rejects.toMatchObject({ code: 'postgres-not-ready' });
    await expect(failed).rejects.toThrow('max_connections');
  });

  test('DATABASE_URL takes its place: nothing is started', async () => {
    process.env.DATABASE_URL = 'postgres://someone@db.example.invalid:6432/practice';
    const stateDir = await openDir();
    const postgres = await startPostgres({ stateDir });
    expect(postgres).toMatchObject({ url: process.env.DATABASE_URL, port: 6432 });
    expect(readRunFile(stateDir.path)?.children).toEqual([]);
    await postgres.stop();
  });
});
