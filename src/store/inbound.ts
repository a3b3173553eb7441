import { sql } from 'kysely';
import { newId } from '../security/tokens.js';
import type { Tx } from './database.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

const bodyAad = 'inbound.body';
/** A row that failed this often raises an alarm; it is tried again all the same. */
const triesBeforeAlarm = 10;
/** Real ms after the first failure; doubled with each, up to the longest. */
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

export interface InboundMessage {
  readonly vendor: 'twilio' | 'spruce' | 'athenahealth' | 'patient-page';
  readonly kind:
    | 'text-status'
    | 'text'
    | 'link-event'
    | 'call-status'
    | 'call-answer'
    | 'spruce-event'
    | 'spruce-read'
    | 'athena-event'
    | 'page-opened'
    | 'page-answered';
  /** The same delivery has the same key: a repeat is one row. No PHI. */
  readonly dedupeKey: string;
  readonly body: unknown;
}

/** Keeps what came in before anything is done with it. @returns the row's id, or `null` for a repeat. */
export async function keepInbound(
  store: Store,
  practice: Practice,
  message: InboundMessage,
): Promise<string | null> {
  const now = store.realNow();
  const row = await store.db
    .insertInto('inbound')
    .values({
      id: newId(),
      practice_id: practice.id,
      vendor: message.vendor,
      kind: message.kind,
      dedupe_key: message.dedupeKey,
      body_sealed: store.cipher.sealJson(message.body, bodyAad),
      received_at: practiceNow(store, practice),
      received_real_at: now,
      next_real_at: now,
      processed_real_at: null,
      outcome: null,
    })
    .onConflict((c) => c.columns(['practice_id', 'vendor', 'dedupe_key']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Which of these deliveries were never kept. */
export async function unknownInbound(
  store: Store,
  practiceId: string,
  vendor: InboundMessage['vendor'],
  dedupeKeys: readonly string[],
): Promise<string[]> {
  if (dedupeKeys.length === 0) return [];
  const rows = await store.db
    .selectFrom('inbound')
    .select('dedupe_key')
    .where('practice_id', '=', practiceId)
    .where('vendor', '=', vendor)
    .where('dedupe_key', 'in', [...dedupeKeys])
    .execute();
  const known = new Set(rows.map((r) => r.dedupe_key));
  return dedupeKeys.filter((key) => !known.has(key));
}

export interface OpenInbound {
  readonly id: string;
  readonly practiceId: string;
  readonly kind: string;
  readonly body: unknown;
  readonly receivedAt: number;
  readonly receivedRealAt: number;
}

/** Rows that are due, at most `limit`, in the order in which they came. Processing one twice is harmless. */
export async function openInbound(store: Store, limit: number): Promise<OpenInbound[]> {
  const rows = await store.db
    .selectFrom('inbound')
    .selectAll()
    .where('processed_real_at', 'is', null)
    .where('next_real_at', '<=', store.realNow())
    .orderBy('next_real_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((r) => ({
    id: r.id,
    practiceId: r.practice_id,
    kind: r.kind,
    body: store.cipher.openJson(r.body_sealed, bodyAad),
    receivedAt: r.received_at,
    receivedRealAt: r.received_real_at,
  }));
}

/** Makes due what waits for a message or conversation that has become known meanwhile. */
export async function releaseInbound(store: Store): Promise<void> {
  await store.db
    .updateTable('inbound')
    .set((e) => ({ waits_for: null, next_real_at: e.ref('received_real_at') }))
    .where('processed_real_at', 'is', null)
    .where('waits_for', 'is not', null)
    .where((e) =>
      e.or([
        e.exists(
          e
            .selectFrom('effect')
            .select('effect.id')
            .whereRef('effect.practice_id', '=', 'inbound.practice_id')
            .whereRef('effect.vendor_ref', '=', 'inbound.waits_for'),
        ),
        e.exists(
          e
            .selectFrom('notice')
            .select('notice.id')
            .whereRef('notice.practice_id', '=', 'inbound.practice_id')
            .whereRef('notice.vendor_conversation_id', '=', 'inbound.waits_for'),
        ),
      ]),
    )
    .execute();
}

export async function finishInbound(store: Store, id: string, outcome: string): Promise<void> {
  await store.db
    .updateTable('inbound')
    .set({ processed_real_at: store.realNow(), outcome })
    .where('id', '=', id)
    .execute();
}

/** What a message said. PHI. */
export function openInboundBody(store: Store, sealed: string): unknown {
  return store.cipher.openJson(sealed, bodyAad);
}

/** Drops what a message said and keeps its hash, which is its key: it speaks of something that is not ours. */
export async function dropInboundBody(store: Store, id: string): Promise<void> {
  await store.db
    .updateTable('inbound')
    .set({ body_sealed: store.cipher.sealJson(null, bodyAad) })
    .where('id', '=', id)
    .execute();
}

/**
 * The record does not know the vendor's id yet: {@link releaseInbound} makes it due as soon as it does, time at
 * `untilRealAt`.
 */
export async function letInboundWait(
  store: Store,
  id: string,
  waitsFor: string,
  untilRealAt: number,
): Promise<void> {
  await store.db
    .updateTable('inbound')
    .set({ waits_for: waitsFor, next_real_at: untilRealAt })
    .where('id', '=', id)
    .execute();
}

/**
 * Counts a failed try and puts the next one off, longer each time: an hour without Temporal must cost no message.
 * After several an alarm is raised, and it is tried on.
 */
export async function failInbound(store: Store, practice: Practice, id: string): Promise<void> {
  const row = await store.db
    .updateTable('inbound')
    .set({
      tries: sql`tries + 1`,
      next_real_at: sql`${store.realNow()}::bigint + least(${firstPauseMs} * (1 << least(tries, 16)), ${longestPauseMs})`,
    })
    .where('id', '=', id)
    .returning('tries')
    .executeTakeFirst();
  if (row?.tries === triesBeforeAlarm)
    await raiseAlarm(store, practice, `inbound/${id}`, 'inbound-not-processed');
}

/** A row of the alarm list (L49), once per key. */
export async function raiseAlarm(store: Store, practice: Practice, key: string, code: string): Promise<void> {
  await addAlarm(store.db, store, practice, key, code);
}

/** {@link raiseAlarm} beside something else. @returns whether it is new. */
export async function addAlarm(
  tx: Tx | Store['db'],
  store: Store,
  practice: Practice,
  key: string,
  code: string,
): Promise<boolean> {
  const added = await tx
    .insertInto('alarm')
    .values({
      id: newId(),
      practice_id: practice.id,
      key,
      code,
      result_id: null,
      raised_at: practiceNow(store, practice),
      raised_real_at: store.realNow(),
      cleared_at: null,
    })
    .onConflict((c) => c.column('key').doNothing())
    .executeTakeFirst();
  return (added.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Ends what was raised under a prefix about an earlier occurrence; the one named by `key` stands. */
export async function clearEarlierAlarms(
  store: Store,
  practice: Practice,
  prefix: string,
  key: string,
): Promise<void> {
  await store.db
    .updateTable('alarm')
    .set({ cleared_at: practiceNow(store, practice) })
    .where('practice_id', '=', practice.id)
    .where('key', 'like', `${prefix}%`)
    .where('key', '<>', key)
    .where('cleared_at', 'is', null)
    .execute();
}
