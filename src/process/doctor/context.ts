import { Connection } from '@temporalio/client';
import type { z } from 'zod';
import { createVendors, type ConnectedPractice, type Vendors } from '../../activities/vendors.js';
import { closingRecordSchema, type ClosingRecord } from '../../domain/practice/closing.js';
import { toPractice } from '../../domain/calendar/clock-map.js';
import type { Connections, Settings } from '../../domain/practice/settings.js';
import { settingsSchema } from '../../domain/practice/settings.js';
import type { EpochMs } from '../../domain/result/report.js';
import { rosterSchema, type Roster } from '../../domain/routing/roster.js';
import { createMetrics } from '../../observability/metrics.js';
import { BlindIndex } from '../../security/blind-index.js';
import { FieldCipher } from '../../security/field-cipher.js';
import { loadKeyRing, type KeyRing } from '../../security/key-ring.js';
import { openDatabase, type Db } from '../../store/database.js';
import {
  openConnections,
  practiceIds,
  readStoredPractice,
  type StoredPractice,
} from '../../store/practices.js';
import type { Store } from '../../store/store.js';
import { once } from './once.js';

/** Something that doctor was given, or found stored, does not have its form. The message names it and no value of it. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
  constructor(
    readonly code: 'not-set' | 'not-stored' | 'form',
    message: string,
  ) {
    super(message);
  }
}

export interface DoctorOptions {
  /** As of a process: `DATABASE_URL`, `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `RESULTLOOP_KEYS`. */
  readonly env: NodeJS.ProcessEnv;
  /** Default: the only practice. */
  readonly practice?: string;
  /** The machine's clock. */
  readonly realNow?: () => EpochMs;
}

/**
 * What checks ask. Everything is opened at its first use and shared; nothing is brought up to date on the way, or a
 * fault would be mended before it was seen.
 */
export interface DoctorContext {
  readonly realNow: () => EpochMs;
  /** @throws Unusable when it is not configured. */
  db(): Db;
  ring(): KeyRing;
  temporal(): Promise<Connection>;
  readonly namespace: string;
  practice(): Promise<StoredPractice>;
  practiceNow(): Promise<EpochMs>;
  settings(): Promise<Settings>;
  roster(): Promise<Roster>;
  connections(): Promise<Connections>;
  closing(): Promise<ClosingRecord | null>;
  connected(): Promise<ConnectedPractice>;
  /** Clients whose calls are recorded like everybody's. */
  vendors(): Vendors;
  store(): Store;
  close(): Promise<void>;
}

const connectTimeoutMs = 5_000;

export function openContext({ env, practice: wanted, realNow = Date.now }: DoctorOptions): DoctorContext {
  const opened: { db?: Db; ring?: KeyRing; vendors?: Vendors; temporal?: Promise<Connection> } = {};
  const db = () => (opened.db ??= openDatabase(variable(env, 'DATABASE_URL')));
  const ring = () => (opened.ring ??= loadKeyRing(variable(env, 'RESULTLOOP_KEYS')));
  const temporal = () =>
    (opened.temporal ??= (async () => {
      const address = variable(env, 'TEMPORAL_ADDRESS');
      return Connection.connect({ address, connectTimeout: connectTimeoutMs });
    })());
  const store = (): Store => ({
    db: db(),
    ring: ring(),
    cipher: new FieldCipher(ring()),
    index: new BlindIndex(ring()),
    realNow,
  });
  const practice = once(() => findPractice(db(), wanted));
  const connections = once(async () => {
    const { connectionsSealed } = await practice();
    if (connectionsSealed === null) throw notStored('connections');
    return ofForm('connections', () => openConnections(store().cipher, connectionsSealed));
  });
  const settings = once(async () => parsed('settings', settingsSchema, (await practice()).settings));
  const closing = once(async () =>
    parsed('closing', closingRecordSchema.nullable(), (await practice()).closing),
  );
  return {
    realNow,
    db,
    ring,
    temporal,
    namespace: env['TEMPORAL_NAMESPACE'] || 'default',
    practice,
    practiceNow: async () => toPractice((await practice()).clock, realNow()),
    settings,
    roster: once(async () => parsed('roster', rosterSchema, (await practice()).roster)),
    connections,
    closing,
    connected: async () => {
      const { id, athenaPracticeId, clock } = await practice();
      return { id, athenaPracticeId, clock, connections: await connections() };
    },
    vendors: () => (opened.vendors ??= createVendors(store(), createMetrics(), () => undefined)),
    store,
    async close() {
      const connection = await opened.temporal?.catch(() => null);
      await connection?.close();
      await opened.db?.destroy();
    },
  };
}

async function findPractice(db: Db, wanted: string | undefined): Promise<StoredPractice> {
  const ids = (await practiceIds({ db })).sort();
  if (wanted === undefined && ids.length > 1)
    throw new Unusable(
      'not-set',
      `There are several practices: say which with --practice ${ids.join(' | ')}.`,
    );
  const id = wanted ?? ids[0];
  const found = id === undefined ? null : await readStoredPractice(db, id);
  if (found) return found;
  throw new Unusable(
    'not-stored',
    id === undefined
      ? 'There is no practice yet.'
      : `There is no practice "${id}".${ids.length > 0 ? ` Known: ${ids.join(', ')}.` : ''}`,
  );
}

function variable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value) return value;
  throw new Unusable('not-set', `${name} is not set.`);
}

function parsed<T extends z.ZodType>(what: string, schema: T, value: unknown): z.output<T> {
  if (value === undefined) throw notStored(what);
  return ofForm(what, () => schema.parse(value));
}

/** Names fields and what is wrong with them; never what stands in them. */
function ofForm<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (err) {
    const issues = (err as { issues?: readonly { path: readonly PropertyKey[]; message: string }[] }).issues;
    if (!issues) throw err;
    const faults = issues.map(({ path, message }) => `${path.map(String).join('.') || what}: ${message}`);
    throw new Unusable('form', `The ${what} stored do not have their form: ${faults.join('; ')}.`);
  }
}

function notStored(what: string): Unusable {
  return new Unusable('not-stored', `There are no ${what} stored.`);
}
