const keptMs = 24 * 3_600_000;

/** Idempotency keys of the last 24 real hours, per method and path. */
export class UsedKeys {
  readonly #takenAt = new Map<string, number>();

  has(key: string): boolean {
    const at = this.#takenAt.get(key);
    return at !== undefined && Date.now() - at < keptMs;
  }

  take(key: string): void {
    this.#takenAt.set(key, Date.now());
  }

  release(key: string): void {
    this.#takenAt.delete(key);
  }
}
