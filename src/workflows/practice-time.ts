import { toPractice, toReal, type ClockMap } from '../domain/calendar/clock-map.js';
import type { EpochMs } from '../domain/result/report.js';

/** The practice clock inside a workflow. `Date.now()` is deterministic there and advances per workflow task. */
export class PracticeTime {
  constructor(private readonly clock: ClockMap) {}

  now(): EpochMs {
    return toPractice(this.clock, Date.now());
  }

  /** Real milliseconds until a practice instant; at least 1, so that a timer is always a timer. */
  realUntil(at: EpochMs): number {
    return Math.max(1, toReal(this.clock, at) - Date.now());
  }

  /** Practice time `realMs` of real time from now. */
  afterReal(realMs: number): EpochMs {
    return toPractice(this.clock, Date.now() + realMs);
  }
}
