import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { sql } from 'kysely';
import { openStateDir } from '../../src/embedded/state-dir.js';
import { startTemporal } from '../../src/embedded/temporal-server.js';
import { rotateKeyRing, type KeyRingDocument } from '../../src/security/key-ring.js';
import { ensureSearchAttributes } from '../../src/starters/namespace.js';
import { migrate, openDatabase } from '../../src/store/database.js';
import type { ConfigKind } from '../../src/store/schema.js';
import { searchAttributeTypes } from '../../src/workflows/contract.js';
import { engines, type TestPractice } from './practice.js';

/** A configuration as it is stored, by its first level. */
export type Stored = Record<string, object>;
/** Puts everything back as it was. */
export type Mend = () => Promise<void>;

const sealedAs = 'practice_config.connections';

/** Changes what is stored of a practice past every check of an import. */
export async function tamper(
  { deps: { store }, practice }: TestPractice,
  kind: ConfigKind,
  change: (body: Stored) => object,
): Promise<Mend> {
  const row = await store.db
    .selectFrom('practice_config')
    .select(['body', 'body_sealed'])
    .where('practice_id', '=', practice.id)
    .where('kind', '=', kind)
    .where('active', '=', true)
    .executeTakeFirstOrThrow();
  const put = (body: unknown) =>
    store.db
      .updateTable('practice_config')
      .where('practice_id', '=', practice.id)
      .where('kind', '=', kind)
      .where('active', '=', true)
      .set(
        row.body_sealed === null
          ? { body: JSON.stringify(body) }
          : { body_sealed: store.cipher.sealJson(body, sealedAs) },
      )
      .execute();
  const before = row.body_sealed === null ? row.body : store.cipher.openJson(row.body_sealed, sealedAs);
  await put(change(structuredClone(before) as Stored));
  return async () => void (await put(before));
}

/** A namespace of the test server. */
export async function namespace(
  name: string,
  options: { readonly days: number; readonly withAttributes: boolean },
): Promise<string> {
  const connection = await Connection.connect({ address: engines.env.TEMPORAL_ADDRESS ?? '' });
  try {
    await connection.workflowService.registerNamespace({
      namespace: name,
      workflowExecutionRetentionPeriod: msToTs(`${options.days} days`),
    });
    // Its parts hear of it one after another.
    for (let tries = 0; ; tries += 1) {
      try {
        const client = new Client({ connection, namespace: name });
        if (options.withAttributes) await ensureSearchAttributes(client);
        await client.workflow.start('nobody', { taskQueue: 'nobody', workflowId: 'ready' });
        await client.workflow.getHandle('ready').terminate();
        return name;
      } catch (err) {
        if (tries > 120) throw err;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  } finally {
    await connection.close();
  }
}

/** A Temporal server of its own that shares nothing out fairly. */
export async function unfairTemporal(): Promise<{ readonly address: string; readonly stop: Mend }> {
  const stateDir = await openStateDir();
  const { address } = await startTemporal({
    stateDir,
    headless: true,
    searchAttributes: searchAttributeTypes,
    dynamicConfig: ['matching.enableFairness=false'],
  });
  return { address, stop: () => stateDir.close() };
}

/** A database on the same server whose newest migration was never applied. */
export async function databaseBehind(): Promise<{
  readonly url: string;
  readonly missing: string;
  readonly drop: Mend;
}> {
  const name = `behind_${Date.now()}`;
  const admin = openDatabase(engines.env.DATABASE_URL ?? '');
  await sql`create database ${sql.id(name)}`.execute(admin);
  const url = new URL(engines.env.DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  const db = openDatabase(url.toString());
  await migrate(db);
  const { rows } = await sql<{ name: string }>`
    delete from kysely_migration where name = (select max(name) from kysely_migration) returning name`.execute(
    db,
  );
  await db.destroy();
  return {
    url: url.toString(),
    missing: rows[0]?.name ?? '',
    drop: async () => {
      await sql`drop database ${sql.id(name)} with (force)`.execute(admin);
      await admin.destroy();
    },
  };
}

/** A ring whose active key is new, and that has lost the key of everything stored. */
export function ringWithoutOldKey(): string {
  const ring = JSON.parse(engines.env.RESULTLOOP_KEYS ?? '') as KeyRingDocument;
  const next = rotateKeyRing(ring);
  const { [ring.active]: _lost, ...keys } = next.keys;
  return JSON.stringify({ ...next, keys });
}
