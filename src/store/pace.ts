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

/** At most `seats` calls in any sliding window, whatever delays a call on its way. */
export interface SeatLimit {
  /** As {@link Pace.key}. */
  readonly key: string;
  readonly seats: number;
  /** Real time. */
  readonly windowMs: number;
  /** A holder that never gives its seat back is gone after this (real ms); above every timeout of the call. */
  readonly leaseMs: number;
}

export interface Seat {
  /** The call has ended, or was not made. Giving back twice is harmless. */
  giveBack(): Promise<void>;
}

/**
 * Takes one of a limit's seats for one call. Turns alone keep the average: a call that comes late at the vendor and
 * the next ones in time are too many in a window. A seat is free again one window after its call ended, so a window
 * never holds more calls than there are seats. `null`: all are taken.
 */
export async function takeSeat(store: Store, limit: SeatLimit): Promise<Seat | null> {
  const { windowMs, leaseMs } = limit;
  const keys = Array.from({ length: limit.seats }, (_, i) => `${limit.key}/seat-${i}`);
  await sql`
    insert into pace (key, next_at) select unnest(${keys}::text[]), clock_timestamp() on conflict do nothing
  `.execute(store.db);
  const { rows } = await sql<{ key: string; until: string }>`
    update pace set next_at = clock_timestamp() + ${leaseMs} * interval '1 ms'
    where key = (
      select key from pace where key = any(${keys}::text[]) and next_at <= clock_timestamp()
      order by next_at limit 1 for update skip locked)
    returning key, next_at::text as until
  `.execute(store.db);
  const [taken] = rows;
  if (!taken) return null;
  return {
    giveBack: async () =>
      void (await sql`
        update pace set next_at = clock_timestamp() + ${windowMs} * interval '1 ms'
        where key = ${taken.key} and next_at = ${taken.until}::timestamptz
      `.execute(store.db)),
  };
}
