import { Kysely, Migrator, PostgresDialect, sql, type Migration, type Transaction } from 'kysely';
import pg from 'pg';
import type { Database } from './schema.js';
import * as foundation from './migrations/0001-foundation.js';
import * as pageTries from './migrations/0002-page-tries.js';
import * as identity from './migrations/0003-identity.js';
import * as intake from './migrations/0004-intake.js';
import * as withdrawnMembers from './migrations/0005-withdrawn-members.js';
import * as inboundAgain from './migrations/0006-inbound-again.js';
import * as numbersForTexts from './migrations/0007-numbers-for-texts.js';
import * as spruce from './migrations/0008-spruce.js';
import * as athenaFeeds from './migrations/0009-athena-feeds.js';
import * as whatDecided from './migrations/0010-what-decided.js';
import * as resultsCall from './migrations/0011-resultscall.js';
import * as noteText from './migrations/0012-note-text.js';
import * as noteCalled from './migrations/0013-note-called.js';
import * as readAgain from './migrations/0014-read-again.js';
import * as joinedEpoch from './migrations/0015-joined-epoch.js';
import * as rereadAgain from './migrations/0016-reread-again.js';
import * as answeredTasks from './migrations/0017-answered-tasks.js';

export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;

// Milliseconds and counters stay far below 2^53, so bigint columns are read as numbers.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/**
 * Opens the record.
 * @param url PostgreSQL URL (`DATABASE_URL`).
 * @param options.max Connections at most (default 10).
 */
export function openDatabase(url: string, options: { max?: number } = {}): Db {
  const pool = new pg.Pool({ connectionString: url, max: options.max ?? 10 });
  // A broken idle connection is replaced on next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  // The same for one that is in use between two statements: its next statement says so.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

const migrations: Record<string, Migration> = {
  '0001-foundation': foundation,
  '0002-page-tries': pageTries,
  '0003-identity': identity,
  '0004-intake': intake,
  '0005-withdrawn-members': withdrawnMembers,
  '0006-inbound-again': inboundAgain,
  '0007-numbers-for-texts': numbersForTexts,
  '0008-spruce': spruce,
  '0009-athena-feeds': athenaFeeds,
  '0010-what-decided': whatDecided,
  '0011-resultscall': resultsCall,
  '0012-note-text': noteText,
  '0013-note-called': noteCalled,
  '0014-read-again': readAgain,
  '0015-joined-epoch': joinedEpoch,
  '0016-reread-again': rereadAgain,
  '0017-answered-tasks': answeredTasks,
};

/**
 * Brings the schema up to date. Safe to call from several processes at once: Kysely holds a lock meanwhile.
 * @throws Error naming the migration that failed.
 */
export async function migrate(db: Db): Promise<void> {
  const { error, results } = await migratorOf(db).migrateToLatest();
  if (!error) return;
  const failed = results?.find((r) => r.status === 'Error')?.migrationName ?? 'start';
  throw new Error(
    `Database migration ${failed} failed. Check that the database is reachable and owned by resultloop.`,
    {
      cause: error,
    },
  );
}

function migratorOf(db: Db): Migrator {
  return new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
}

/** Migrations that this program knows and the database lacks, and the other way round. Changes nothing. */
export async function migrationGap(
  db: Db,
): Promise<{ readonly missing: readonly string[]; readonly unknown: readonly string[] }> {
  const all = await migratorOf(db).getMigrations();
  const done = all.some((one) => one.executedAt !== undefined)
    ? (await sql<{ name: string }>`select name from kysely_migration`.execute(db)).rows
    : [];
  return {
    missing: all.filter((one) => one.executedAt === undefined).map((one) => one.name),
    unknown: done.filter(({ name }) => !Object.hasOwn(migrations, name)).map(({ name }) => name),
  };
}

/** True when the database answers. */
export async function databaseAnswers(db: Db): Promise<boolean> {
  return sql`select 1`
    .execute(db)
    .then(() => true)
    .catch(() => false);
}

/**
 * Takes the patient lock until the end of the transaction. Storing a version, inserting a command and moving a
 * notice to `called` all take it, so that they see each other's outcome (architecture §5, L39).
 */
export async function lockPatient(tx: Tx, patientKey: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`patient/${patientKey}`}, 0))`.execute(tx);
}

/** Takes a named lock until the end of the transaction. */
export async function lockNamed(tx: Tx, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx);
}
