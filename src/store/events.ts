import { createHash } from 'node:crypto';
import type { EventData } from '../domain/lifecycle/decisions.js';
import type { EpochMs } from '../domain/result/report.js';
import type { Tx } from './database.js';
import type { Store } from './store.js';

export interface NewEvent {
  readonly at: EpochMs;
  readonly actor: string;
  readonly kind: string;
  /** Codes only; free text goes into `text`, which is sealed. */
  readonly data: EventData;
  readonly text?: string | null;
}

/** Hash before the first event of a result. */
export const chainStart = '0'.repeat(64);
export const eventTextAad = 'event.text';

/**
 * Appends to a result's timeline. Each line carries the hash of the one before, so that none can be changed or
 * removed unseen. Runs in the caller's transaction: if it fails, so does the action (audit first).
 */
export async function appendEvents(
  tx: Tx,
  store: Store,
  practiceId: string,
  resultId: string,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  // The result's row orders writers of one timeline.
  await tx.selectFrom('result').select('id').where('id', '=', resultId).forUpdate().executeTakeFirstOrThrow();
  const last = await tx
    .selectFrom('event')
    .select(['seq', 'hash'])
    .where('result_id', '=', resultId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  let seq = last?.seq ?? 0;
  let prev = last?.hash ?? chainStart;
  const realAt = store.realNow();
  const rows = events.map((e) => {
    seq += 1;
    const text = e.text ? store.cipher.seal(e.text, eventTextAad) : null;
    const row = {
      result_id: resultId,
      seq,
      practice_id: practiceId,
      at: e.at,
      real_at: realAt,
      actor: e.actor,
      kind: e.kind,
      data: JSON.stringify(e.data),
      text_sealed: text,
      prev_hash: prev,
    };
    const hash = eventHash({ ...row, data: e.data });
    prev = hash;
    return { ...row, hash };
  });
  await tx.insertInto('event').values(rows).execute();
}

/** The hash that a timeline line must have. Keys of `data` are sorted: JSON columns do not keep their order. */
export function eventHash(row: {
  result_id: string;
  seq: number;
  at: number;
  real_at: number;
  actor: string;
  kind: string;
  data: object;
  text_sealed: string | null;
  prev_hash: string;
}): string {
  const data = Object.entries(row.data).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [
    row.prev_hash,
    row.result_id,
    row.seq,
    row.at,
    row.real_at,
    row.actor,
    row.kind,
    data,
    row.text_sealed,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** First broken line of a result's timeline, or `null` when the chain holds. */
export async function brokenEvent(db: Store['db'], resultId: string): Promise<number | null> {
  const rows = await db
    .selectFrom('event')
    .selectAll()
    .where('result_id', '=', resultId)
    .orderBy('seq')
    .execute();
  let prev = chainStart;
  for (const [i, row] of rows.entries()) {
    if (row.seq !== i + 1 || row.prev_hash !== prev || row.hash !== eventHash(row)) return row.seq;
    prev = row.hash;
  }
  return null;
}
