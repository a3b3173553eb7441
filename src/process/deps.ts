import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { createLogger, type Logger } from '../observability/log.js';
import { createMetrics, type Metrics } from '../observability/metrics.js';
import { BlindIndex } from '../security/blind-index.js';
import { dataConverter } from '../security/data-converter.js';
import { FieldCipher } from '../security/field-cipher.js';
import { loadKeyRing, type KeyRing } from '../security/key-ring.js';
import { migrate, openDatabase } from '../store/database.js';
import type { Store } from '../store/store.js';

const recordEnvironment = z.object({
  DATABASE_URL: z.string({
    error: 'set DATABASE_URL to the PostgreSQL database, e.g. postgres://user@host/resultloop',
  }),
  RESULTLOOP_KEYS: z.string({
    error: 'set RESULTLOOP_KEYS to a key ring (make one with: resultloop keys new)',
  }),
});
const environment = recordEnvironment.extend({
  TEMPORAL_ADDRESS: z.string({ error: 'set TEMPORAL_ADDRESS to the Temporal server, e.g. 127.0.0.1:7233' }),
  TEMPORAL_NAMESPACE: z.string().default('default'),
});

/** What every process of resultloop is built from. */
export interface ProcessDeps {
  readonly store: Store;
  readonly ring: KeyRing;
  readonly temporal: Client;
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly metrics: Metrics;
  readonly log: Logger;
  close(): Promise<void>;
}

/** The environment lacks something; the message names each variable and what to set it to. */
export class ConfigurationError extends Error {
  readonly code = 'configuration';
}

/**
 * Opens the record (and brings its schema up to date) and connects to Temporal.
 * @throws ConfigurationError, KeyRingError, or the connection's own error.
 */
export async function openDeps(env: NodeJS.ProcessEnv, name: string): Promise<ProcessDeps> {
  const parsed = parse(environment, env);
  const log = createLogger(name);
  const store = await openRecord(parsed);
  const { db, ring } = store;
  const connection = await Connection.connect({ address: parsed.TEMPORAL_ADDRESS });
  const namespace = parsed.TEMPORAL_NAMESPACE;
  return {
    store,
    ring,
    temporal: new Client({ connection, namespace, dataConverter: dataConverter(ring) }),
    temporalAddress: parsed.TEMPORAL_ADDRESS,
    namespace,
    metrics: createMetrics(),
    log,
    async close() {
      await connection.close();
      await db.destroy();
    },
  };
}

/**
 * Opens the record alone, for commands that need no workflow.
 * @throws ConfigurationError, KeyRingError, or the connection's own error.
 */
export async function openStore(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly store: Store; close(): Promise<void> }> {
  const store = await openRecord(parse(recordEnvironment, env));
  return { store, close: () => store.db.destroy() };
}

async function openRecord(env: z.output<typeof recordEnvironment>): Promise<Store> {
  const ring = loadKeyRing(env.RESULTLOOP_KEYS);
  const db = openDatabase(env.DATABASE_URL);
  await migrate(db);
  return { db, ring, cipher: new FieldCipher(ring), index: new BlindIndex(ring), realNow: Date.now };
}

function parse<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv): z.output<T> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    `resultloop cannot start: ${parsed.error.issues.map((i) => i.message).join('; ')}.`,
  );
}
