import { sql } from 'kysely';
import type { Store } from './store.js';

/**
 * Strict pacing of a vendor's limit across all processes. The server's fairness limits only order the backlog: alone
 * they were measured at twice the limit (docs/architecture.md). One row per limit, in its own short transaction,
 * before the effect is `called`.
 */
export interface Pace {
  /** Vendor and account whose limit it is, e.g. `twilio/<practice>`. */
  readonly key: string;
  /** Calls per real second. */
  readonly perSecond: number;
}

/** Turn taken: wait this many real milliseconds, then call. Or the queue is too long: come back later. */
export type Turn = { readonly waitMs: number } | { readonly comeBackMs: number };

const safety = 1.05;

export async function takeTurn(store: Store, pace: Pace): Promise<Turn> {
  const spacing = (safety * 1000) / pace.perSecond;
  const horizon = Math.max(2_000, 5 * spacing);
  const { rows } = await sql<{ wait_ms: number }>`
    insert into pace as p (key, next_at) values (${pace.key}, clock_timestamp() + ${spacing} * interval '1 ms')
    on conflict (key) do update set next_at = greatest(p.next_at, clock_timestamp()) + ${spacing} * interval '1 ms'
      where p.next_at < clock_timestamp() + ${horizon} * interval '1 ms'
    returning greatest(0, extract(epoch from next_at - clock_timestamp()) * 1000 - ${spacing})::float8 as wait_ms
  `.execute(store.db);
  const row = rows[0];
  return row ? { waitMs: row.wait_ms } : { comeBackMs: horizon * (0.5 + Math.random()) };
}
