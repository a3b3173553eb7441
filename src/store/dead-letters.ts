import { sql } from 'kysely';
import type { EpochMs } from '../domain/result/report.js';
import { practiceNow, type Practice } from './practices.js';
import type { TransmissionState } from './schema.js';
import type { Store } from './store.js';

export interface DeadLetter {
  readonly id: string;
  readonly sourceId: string;
  readonly reason: string;
  /** What is wrong and what to do; no PHI. */
  readonly words: string;
  readonly bytes: number;
  readonly receivedAt: EpochMs;
  readonly repeats: number;
}

/** Messages that nothing could be made of, newest first. */
export async function listDeadLetters(store: Store, practice: Practice, limit = 200): Promise<DeadLetter[]> {
  const rows = await store.db
    .selectFrom('transmission')
    .select(['id', 'source_id', 'reason', 'words', 'bytes', 'received_at', 'repeats'])
    .where('practice_id', '=', practice.id)
    .where('state', '=', 'dead-letter')
    .orderBy('received_real_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map((r) => ({
    id: r.id,
    sourceId: r.source_id,
    reason: r.reason ?? 'unknown',
    words: r.words ?? '',
    bytes: r.bytes,
    receivedAt: r.received_at,
    repeats: r.repeats,
  }));
}

/**
 * Puts dead letters back among the received: of one id (whole, or its last 8 characters or more), or all.
 * @returns their ids; empty when none fits.
 */
export async function retryDeadLetters(
  store: Store,
  practice: Practice,
  which: { readonly id: string } | 'all',
): Promise<string[]> {
  const rows = await store.db
    .updateTable('transmission')
    .set({
      state: 'received',
      reason: null,
      words: null,
      tries: 0,
      next_real_at: 0,
      settled_at: null,
      settled_real_at: null,
    })
    .where('practice_id', '=', practice.id)
    .where('state', '=', 'dead-letter')
    .$if(which !== 'all', (q) => q.where('id', 'like', `%${which === 'all' ? '' : which.id}`))
    .returning('id')
    .execute();
  for (const { id } of rows)
    await store.db
      .updateTable('alarm')
      .set({ cleared_at: sql`coalesce(cleared_at, ${practiceNow(store, practice)})` })
      .where('key', '=', deadLetterAlarm(id))
      .execute();
  return rows.map((r) => r.id);
}

export function deadLetterAlarm(transmissionId: string): string {
  return `dead-letter/${transmissionId}`;
}

/** Where everything that was ever received has gone: nothing is dropped silently. */
export async function countTransmissions(
  store: Store,
  practiceId: string,
): Promise<{ state: TransmissionState; outcome: string | null; count: number }[]> {
  const rows = await store.db
    .selectFrom('transmission')
    .leftJoin('transmission_item', 'transmission_item.transmission_id', 'transmission.id')
    .select((e) => ['transmission.state', 'transmission_item.outcome', e.fn.countAll<number>().as('count')])
    .where('transmission.practice_id', '=', practiceId)
    .groupBy(['transmission.state', 'transmission_item.outcome'])
    .execute();
  return rows.map((r) => ({ ...r, count: Number(r.count) }));
}
