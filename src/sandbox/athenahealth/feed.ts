import type { EpochMs } from '../../domain/result/report.js';
import type { AthenaSettings } from './seed.js';

/** What a feed hands out: the id of a document, a patient, an appointment or a provider. */
export type RowId = number | string;

/**
 * A changed feed of one credential in one practice: a destructive queue of ids (reference §4). Several changes of one
 * thing collapse into one row. All times are practice time.
 */
export class ChangeFeed {
  readonly #settings: () => AthenaSettings;
  readonly #names: readonly string[];
  readonly #events = new Set<string>();
  #departments: ReadonlySet<string> | null = null;
  #subscribedAt: EpochMs = 0;
  #lastReadAt: EpochMs = 0;
  /** Id → when the change happened. */
  readonly #unread = new Map<RowId, EpochMs>();
  readonly #handedOut: { readonly id: RowId; readonly at: EpochMs }[] = [];

  constructor(names: readonly string[], settings: () => AthenaSettings) {
    this.#names = names;
    this.#settings = settings;
  }

  get status(): 'ACTIVE' | 'PARTIAL' | 'INACTIVE' {
    if (this.#events.size === 0) return 'INACTIVE';
    return this.#events.size === this.#names.length ? 'ACTIVE' : 'PARTIAL';
  }

  get subscribedEvents(): readonly string[] {
    return this.#names.filter((name) => this.#events.has(name));
  }

  /** Adds one event, or all; the department list is replaced each time (`null` = whole practice). */
  subscribe(event: string | null, departments: ReadonlySet<string> | null, now: EpochMs): void {
    if (this.#events.size === 0) {
      this.#subscribedAt = now;
      this.#lastReadAt = now;
    }
    for (const name of event ? [event] : this.#names) this.#events.add(name);
    this.#departments = departments;
  }

  /** Removes one event, or all. Without any event left the unread rows are gone. */
  unsubscribe(event: string | null): void {
    for (const name of event ? [event] : this.#names) this.#events.delete(name);
    if (this.#events.size === 0) this.#unread.clear();
  }

  /** Queues a change, unless nobody subscribed to it. */
  notice(event: string, id: RowId, departmentId: string | null, now: EpochMs): void {
    if (!this.#events.has(event)) return;
    if (this.#departments && (departmentId === null || !this.#departments.has(departmentId))) return;
    if (!this.#unread.has(id)) this.#unread.set(id, now);
  }

  /** False before the set-up, for a while after it, and once it was removed for not being read. */
  isOpen(now: EpochMs): boolean {
    const { subscriptionKeptMs, feedSetupMs } = this.#settings();
    if (subscriptionKeptMs !== null && now - this.#lastReadAt > subscriptionKeptMs) this.unsubscribe(null);
    return this.#events.size > 0 && hasPassed(feedSetupMs, this.#subscribedAt, now);
  }

  /**
   * Takes up to `limit` visible rows, oldest first; `total` counts all visible unread rows *including* those
   * returned, so that reading until `total` is 0 drains the queue (reference §4, marked there as inferred).
   */
  read(
    limit: number,
    leaveUnprocessed: boolean,
    now: EpochMs,
  ): { ids: RowId[]; total: number; expired: RowId[] } {
    const { feedLagMs, unreadKeptMs } = this.#settings();
    this.#lastReadAt = now;
    const expired = [...this.#unread].filter(([, at]) => unreadKeptMs !== null && now - at > unreadKeptMs);
    for (const [id] of expired) this.#unread.delete(id);
    const visible = [...this.#unread].filter(([, at]) => hasPassed(feedLagMs, at, now)).map(([id]) => id);
    const ids = visible.slice(0, limit);
    if (!leaveUnprocessed)
      for (const id of ids) {
        this.#unread.delete(id);
        this.#handedOut.push({ id, at: now });
      }
    return { ids, total: visible.length, expired: expired.map(([id]) => id) };
  }

  /** Takes the oldest unread rows away, as if somebody had read them; the replay window knows them, or does not. */
  lose(count: number, isReplayable: boolean, now: EpochMs): RowId[] {
    const lost = [...this.#unread.keys()].slice(0, count);
    for (const id of lost) {
      this.#unread.delete(id);
      if (isReplayable) this.#handedOut.push({ id, at: now });
    }
    return lost;
  }

  /** What was handed out within `[from, to]`, each once, without touching the queue. */
  replay(from: EpochMs, to: EpochMs): RowId[] {
    const within = this.#handedOut.filter(({ at }) => at >= from && at <= to);
    return [...new Set(within.map(({ id }) => id))];
  }
}

/** No wait at all must hold even when a test sets the practice clock back. */
function hasPassed(waitMs: number, since: EpochMs, now: EpochMs): boolean {
  return waitMs === 0 || now - since >= waitMs;
}
