import { timingSafeEqual } from 'node:crypto';
import { isSilent, sourceSchema, type SourceConfig } from '../domain/practice/source.js';
import type { EpochMs } from '../domain/result/report.js';
import { newLinkToken } from '../security/tokens.js';
import { clearEarlierAlarms, raiseAlarm } from './inbound.js';
import { practiceNow, type Practice } from './practices.js';
import type { SourceTable } from './schema.js';
import type { Store } from './store.js';

/** A configured source with its traffic. */
export interface Source {
  readonly practiceId: string;
  readonly config: SourceConfig;
  readonly hasToken: boolean;
  readonly createdAt: EpochMs;
  /** Practice time; `null` = nothing has ever come. */
  readonly lastSeenAt: EpochMs | null;
  readonly lastSeenRealAt: EpochMs | null;
  readonly received: number;
}

/**
 * Stores a source or a newer configuration of it. Its token and its traffic stay.
 * @throws a zod error naming the field that does not fit.
 */
export async function putSource(store: Store, practice: Practice, input: unknown): Promise<SourceConfig> {
  const config = sourceSchema.parse(input);
  const body = JSON.stringify(config);
  await store.db
    .insertInto('source')
    .values({
      practice_id: practice.id,
      id: config.id,
      config: body,
      token_index: null,
      created_at: practiceNow(store, practice),
      last_seen_at: null,
      last_seen_real_at: null,
    })
    .onConflict((c) => c.columns(['practice_id', 'id']).doUpdateSet({ config: body }))
    .execute();
  return config;
}

/** The sources of a practice, or of all. */
export async function listSources(store: Store, practiceId?: string): Promise<Source[]> {
  let query = store.db.selectFrom('source').selectAll().orderBy('practice_id').orderBy('id');
  if (practiceId !== undefined) query = query.where('practice_id', '=', practiceId);
  return (await query.execute()).map(sourceOf);
}

/** @returns `null` when there is no such source. */
export async function findSource(store: Store, practiceId: string, id: string): Promise<Source | null> {
  const row = await store.db
    .selectFrom('source')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? sourceOf(row) : null;
}

const tokenPrefix = 'rl_';
const tokenPattern = /^rl_[0-9A-Za-z]{32}$/;

/** A new token for a source that comes over HTTP; the old one ends. Only its keyed hash is kept. */
export async function renewToken(store: Store, practiceId: string, id: string): Promise<string> {
  const token = `${tokenPrefix}${newLinkToken()}${newLinkToken()}`;
  await store.db
    .updateTable('source')
    .set({ token_index: indexOf(store, token) })
    .where('practice_id', '=', practiceId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return token;
}

/** The source that this token belongs to, if it may send. */
export async function sourceOfToken(store: Store, token: string): Promise<Source | null> {
  if (!tokenPattern.test(token)) return null;
  const wanted = indexOf(store, token);
  const row = await store.db
    .selectFrom('source')
    .selectAll()
    .where('token_index', '=', wanted)
    .executeTakeFirst();
  if (!row?.token_index) return null;
  const source = sourceOf(row);
  const isEqual = timingSafeEqual(Buffer.from(row.token_index), Buffer.from(wanted));
  return isEqual && source.config.active && source.config.receiver.via === 'http' ? source : null;
}

/** Alarms for every source of the practice that is silent for longer than expected; ended when it speaks again. */
export async function watchSilence(store: Store, practice: Practice): Promise<string[]> {
  const now = practiceNow(store, practice);
  const silent: string[] = [];
  for (const source of await listSources(store, practice.id)) {
    const { config, lastSeenAt, createdAt } = source;
    const since = lastSeenAt ?? createdAt;
    // One alarm per silence: the moment it began is part of its key.
    const prefix = `silent/${practice.id}/${config.id}/`;
    const key = `${prefix}${since}`;
    await clearEarlierAlarms(store, practice, prefix, key);
    if (!isSilent(config, since, now)) continue;
    silent.push(config.id);
    await raiseAlarm(store, practice, key, 'source-silent');
  }
  return silent;
}

function indexOf(store: Store, token: string): string {
  return store.index.index('source-token', token);
}

function sourceOf(
  row: Omit<SourceTable, 'config' | 'received'> & { config: unknown; received: number },
): Source {
  return {
    practiceId: row.practice_id,
    config: sourceSchema.parse(row.config),
    hasToken: row.token_index !== null,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    lastSeenRealAt: row.last_seen_real_at,
    received: row.received,
  };
}
