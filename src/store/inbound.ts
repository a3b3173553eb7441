import { sql } from 'kysely';
import { newId } from '../security/tokens.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

const bodyAad = 'inbound.body';
/** A row that failed this often waits for a person; it is never dropped. */
const triesAtMost = 10;

export interface InboundMessage {
  readonly vendor: 'twilio' | 'spruce';
  readonly kind: 'text-status' | 'text' | 'link-event' | 'call-status' | 'call-answer' | 'spruce-event';
  /** The same delivery has the same key: a repeat is one row (L40 of webhooks). */
  readonly dedupeKey: string;
  readonly body: unknown;
}

/** Keeps what came in before anything is done with it. @returns the row's id, or `null` for a repeat. */
export async function keepInbound(
  store: Store,
  practice: Practice,
  message: InboundMessage,
): Promise<string | null> {
  const id = newId();
  const row = await store.db
    .insertInto('inbound')
    .values({
      id,
      practice_id: practice.id,
      vendor: message.vendor,
      kind: message.kind,
      dedupe_key: message.dedupeKey,
      body_sealed: store.cipher.sealJson(message.body, bodyAad),
      received_at: practiceNow(store, practice),
      received_real_at: store.realNow(),
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
}

/** The oldest rows that nobody has finished, at most `limit`. Processing one twice is harmless. */
export async function openInbound(store: Store, limit: number): Promise<OpenInbound[]> {
  const rows = await store.db
    .selectFrom('inbound')
    .selectAll()
    .where('processed_real_at', 'is', null)
    .where('tries', '<', triesAtMost)
    .orderBy('received_real_at')
    .limit(limit)
    .execute();
  return rows.map((r) => ({
    id: r.id,
    practiceId: r.practice_id,
    kind: r.kind,
    body: store.cipher.openJson(r.body_sealed, bodyAad),
    receivedAt: r.received_at,
  }));
}

export async function finishInbound(store: Store, id: string, outcome: string): Promise<void> {
  await store.db
    .updateTable('inbound')
    .set({ processed_real_at: store.realNow(), outcome })
    .where('id', '=', id)
    .execute();
}

/** Counts a failed try; the last one raises an alarm and leaves the row for a person. */
export async function failInbound(store: Store, practice: Practice, id: string): Promise<void> {
  const row = await store.db
    .updateTable('inbound')
    .set({ tries: sql`tries + 1` })
    .where('id', '=', id)
    .returning('tries')
    .executeTakeFirst();
  if ((row?.tries ?? 0) >= triesAtMost)
    await raiseAlarm(store, practice, `inbound/${id}`, 'inbound-not-processed');
}

/** A row of the alarm list (L49), once per key. */
export async function raiseAlarm(store: Store, practice: Practice, key: string, code: string): Promise<void> {
  await store.db
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
    .execute();
}
