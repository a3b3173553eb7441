import { toPractice, toReal, type ClockMap } from '../../domain/calendar/clock-map.js';
import type { EpochMs } from '../../domain/result/report.js';

const longestTimerMs = 2 ** 31 - 1;

/** What is to happen at which practice time. What fails is told and forgotten: people try again at their next round. */
export class Agenda {
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(
    private readonly clock: ClockMap,
    private readonly onError: (what: string, err: unknown) => void,
  ) {}

  now(): EpochMs {
    return toPractice(this.clock, Date.now());
  }

  /** Runs `what` at a practice time, at once when it has passed. */
  at(practiceAt: EpochMs, name: string, what: () => Promise<unknown>): void {
    if (this.#stopped) return;
    const wait = Math.min(Math.max(0, toReal(this.clock, practiceAt) - Date.now()), longestTimerMs);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#stopped) return;
      const run: Promise<void> = what()
        .then(
          () => undefined,
          (err: unknown) => this.onError(name, err),
        )
        .finally(() => this.#running.delete(run));
      this.#running.add(run);
    }, wait);
    this.#timers.add(timer);
  }

  after(practiceMs: number, name: string, what: () => Promise<unknown>): void {
    this.at(this.now() + practiceMs, name, what);
  }

  /** Nothing new begins; resolves when what had begun is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.allSettled(this.#running);
  }
}
