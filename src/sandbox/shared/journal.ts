import type { EpochMs } from '../../domain/result/report.js';

/** One line of what a sandbox saw or did. `data` keys depend on `kind` and lie beside the fixed ones. */
export interface JournalEntry {
  /** 1, 2, 3 … within one tenant, without gaps. */
  readonly seq: number;
  /** Real time. */
  readonly at: EpochMs;
  /** Practice time by the tenant's clock. */
  readonly practiceAt: EpochMs;
  readonly kind: string;
  readonly [key: string]: unknown;
}

/** Append-only memory of one tenant: checkers read it instead of believing the product. */
export class Journal {
  readonly #entries: JournalEntry[] = [];
  readonly #waiting = new Set<() => void>();

  append(at: EpochMs, practiceAt: EpochMs, kind: string, data: Record<string, unknown> = {}): JournalEntry {
    const entry: JournalEntry = { ...data, seq: this.#entries.length + 1, at, practiceAt, kind };
    this.#entries.push(entry);
    for (const wake of this.#waiting) wake();
    return entry;
  }

  /** Entries with `seq` above `after`, oldest first. */
  after(after: number): readonly JournalEntry[] {
    return this.#entries.slice(Math.max(0, after));
  }

  /** As {@link after}, but waits up to `waitMs` (real) for the first such entry. */
  async waitAfter(after: number, waitMs: number): Promise<readonly JournalEntry[]> {
    if (this.#entries.length <= after && waitMs > 0)
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, waitMs).unref();
        this.#waiting.add(done);
      });
    return this.after(after);
  }
}
