import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { EngineError } from './engine-error.js';
import type { OnProgress } from './engine-error.js';
import { startEngine } from './engine-process.js';
import { choosePort } from './free-port.js';
import { findPostgresBinaries } from './postgres-binaries.js';
import { identityOf } from './process-identity.js';
import type { StateDir } from './state-dir.js';
import { unprivilegedUser } from './unprivileged-user.js';
import type { UserIds } from './unprivileged-user.js';

const LOOPBACK = '127.0.0.1';
const USER = 'resultloop';
const PROBE_MS = 2_000;

export interface PostgresOptions {
  stateDir: StateDir;
  /** Default: a free one. */
  port?: number;
  /** Created when missing. Default `resultloop`. */
  database?: string;
  /** Default 200: one machine runs all processes of resultloop, and tests several at once. */
  maxConnections?: number;
  /**
   * True: a commit is on disk before it is answered (fsync). False: data survives any crash of a process, but not
   * one of the machine. Default: true when the state directory is kept, for then somebody wants the data.
   */
  durable?: boolean;
  onProgress?: OnProgress;
}

export interface RunningPostgres {
  /** Holds the password: never log it. */
  url: string;
  port: number;
  /** Missing when the server is not ours. */
  pid?: number;
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL to work with: the one in `DATABASE_URL` when set, then nothing is started; else one of our
 * own, reachable on loopback only, with a random password, UTF-8 and the C locale. Works as root, too.
 *
 * @throws {EngineError} `postgres-unsupported-platform`, `postgres-unusable`, `postgres-not-ready`, `port-taken`
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { stateDir, database = 'resultloop', onProgress } = options;
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, port: portOf(given), stop: () => Promise.resolve() };

  const runAs = unprivilegedUser();
  const { initdb, postgres } = findPostgresBinaries(
    join(stateDir.path, 'postgres-program'),
    runAs,
    onProgress,
  );
  const dataDir = join(stateDir.path, 'postgres');
  const password = loadPassword(join(stateDir.path, 'postgres-password'));
  const durable = options.durable ?? stateDir.isKept;
  if (existsSync(dataDir)) removeStaleLock(dataDir);
  else initialise(initdb, dataDir, password, durable, runAs);

  const port = await choosePort(options.port);
  const urlOf = (name: string) =>
    `postgres://${USER}:${password}@${LOOPBACK}:${port}/${encodeURIComponent(name)}`;
  const { pid } = await startEngine(stateDir, {
    name: 'postgres',
    command: postgres,
    args: serverArguments(dataDir, port, durable, options.maxConnections),
    env: databaseEnvironment(),
    runAs,
    stopSignal: 'SIGINT', // "fast shutdown": does not wait for clients to leave
    probe: () => query(urlOf('postgres'), 'select 1').then(() => undefined),
    notReady: 'postgres-not-ready',
  });
  await createDatabase(urlOf('postgres'), database);
  return { url: urlOf(database), port, pid, stop: () => stateDir.stopChild(pid) };
}

function serverArguments(dataDir: string, port: number, durable: boolean, maxConnections = 200): string[] {
  const settings = {
    listen_addresses: LOOPBACK,
    unix_socket_directories: '',
    max_connections: maxConnections,
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return [
    ...['-D', dataDir, '-p', String(port)],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** Makes the data directory in one step: one that was interrupted half-way would look finished. */
function initialise(
  initdb: string,
  dataDir: string,
  password: string,
  durable: boolean,
  runAs?: UserIds,
): void {
  const fresh = `${dataDir}-new`;
  const passwordFile = `${dataDir}-password-once`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (runAs) for (const path of [fresh, passwordFile]) chownSync(path, runAs.uid, runAs.gid);
  const { error, status, stderr } = spawnSync(
    initdb,
    [
      ...['-D', fresh, '--username', USER, '--auth=scram-sha-256', '--pwfile', passwordFile],
      ...['--encoding=UTF8', '--locale=C', ...(durable ? [] : ['--no-sync'])],
    ],
    { encoding: 'utf8', env: databaseEnvironment(), cwd: '/', ...runAs },
  );
  rmSync(passwordFile);
  if (error || status !== 0) {
    throw new EngineError(
      'postgres-unusable',
      `PostgreSQL could not make its data directory: ${error?.message ?? stderr.trim()}`,
      { cause: error },
    );
  }
  renameSync(fresh, dataDir);
}

/**
 * PostgreSQL refuses to start when the pid in its lock file lives, even as another program (a reboot hands out
 * low pids anew). Our own earlier server has been ended by the sweep, so a stranger's pid means a stale file.
 */
function removeStaleLock(dataDir: string): void {
  const lock = join(dataDir, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const owner = identityOf(Number.parseInt(readFileSync(lock, 'utf8'), 10));
  if (!owner?.includes(dataDir)) rmSync(lock, { force: true });
}

/** initdb and postgres read PG* variables and locales; a user's settings for other servers must not reach them. */
function databaseEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(own), LC_ALL: 'C' };
}

function loadPassword(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

async function createDatabase(url: string, name: string): Promise<void> {
  if ((await query(url, 'select from pg_database where datname = $1', [name])) > 0) return;
  await query(url, `create database ${pg.escapeIdentifier(name)}`);
}

async function query(url: string, text: string, values: string[] = []): Promise<number> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PROBE_MS });
  client.on('error', () => undefined); // the server may go while we probe; the query itself reports it
  await client.connect();
  try {
    return (await client.query(text, values)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port || 5432);
}
