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

const environment = z.object({
  DATABASE_URL: z.string({
    error: 'set DATABASE_URL to the PostgreSQL database, e.g. postgres://user@host/resultloop',
  }),
  TEMPORAL_ADDRESS: z.string({ error: 'set TEMPORAL_ADDRESS to the Temporal server, e.g. 127.0.0.1:7233' }),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  RESULTLOOP_KEYS: z.string({
    error: 'set RESULTLOOP_KEYS to a key ring (make one with: resultloop keys new)',
  }),
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
  const parsed = environment.safeParse(env);
  if (!parsed.success)
    throw new ConfigurationError(
      `resultloop cannot start: ${parsed.error.issues.map((i) => i.message).join('; ')}.`,
    );
  const log = createLogger(name);
  const ring = loadKeyRing(parsed.data.RESULTLOOP_KEYS);
  const db = openDatabase(parsed.data.DATABASE_URL);
  await migrate(db);
  const connection = await Connection.connect({ address: parsed.data.TEMPORAL_ADDRESS });
  const namespace = parsed.data.TEMPORAL_NAMESPACE;
  const store: Store = {
    db,
    ring,
    cipher: new FieldCipher(ring),
    index: new BlindIndex(ring),
    realNow: Date.now,
  };
  return {
    store,
    ring,
    temporal: new Client({ connection, namespace, dataConverter: dataConverter(ring) }),
    temporalAddress: parsed.data.TEMPORAL_ADDRESS,
    namespace,
    metrics: createMetrics(),
    log,
    async close() {
      await connection.close();
      await db.destroy();
    },
  };
}
