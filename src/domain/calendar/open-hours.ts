import type { EpochMs } from '../result/report.js';

/**
 * Staffed hours as plain instants. Time-zone arithmetic happens once, in an activity; what a workflow stores
 * and computes with is this list, so that replay never depends on a host's time-zone tables (architecture §5).
 */
export interface OpenHours {
  /** `[opens, closes)` in practice time, ascending, not overlapping. One per business day. */
  readonly intervals: readonly (readonly [EpochMs, EpochMs])[];
}

/** No hours known yet: everything counts as staffed, so that no step waits for a calendar. */
export const alwaysOpen: OpenHours = { intervals: [] };

export function isOpen(hours: OpenHours, at: EpochMs): boolean {
  return hours.intervals.length === 0 || hours.intervals.some(([from, to]) => from <= at && at < to);
}

/** `at` itself when staffed, else the next opening; `at` when the list knows no later one. */
export function nextOpening(hours: OpenHours, at: EpochMs): EpochMs {
  if (isOpen(hours, at)) return at;
  return hours.intervals.find(([from]) => from > at)?.[0] ?? at;
}

/** When the day that is staffed at `at` closes; 24 h later when no such day is known. */
export function closing(hours: OpenHours, at: EpochMs): EpochMs {
  return hours.intervals.find(([from, to]) => from <= at && at < to)?.[1] ?? at + dayMs;
}

/** The opening of the first business day after the one that `at` belongs to. */
export function nextBusinessDay(hours: OpenHours, at: EpochMs): EpochMs {
  const day = dayOf(hours, at);
  return hours.intervals[day + 1]?.[0] ?? at + 24 * 3_600_000;
}

/** The instant at which `staffedMs` of staffed time have passed since `at`. */
export function afterStaffed(hours: OpenHours, at: EpochMs, staffedMs: number): EpochMs {
  if (hours.intervals.length === 0) return at + staffedMs;
  let left = staffedMs;
  for (const [from, to] of hours.intervals) {
    if (to <= at) continue;
    const start = Math.max(from, at);
    if (start + left <= to) return start + left;
    left -= to - start;
  }
  return Math.max(at, hours.intervals.at(-1)?.[1] ?? at) + left;
}

/** Staffed milliseconds left today from `at`; 0 outside staffed hours. */
export function staffedLeft(hours: OpenHours, at: EpochMs): number {
  if (hours.intervals.length === 0) return Number.MAX_SAFE_INTEGER;
  const today = hours.intervals.find(([from, to]) => from <= at && at < to);
  return today ? today[1] - at : 0;
}

/** The same time of day one business day earlier, never before that day's opening or after its closing. */
export function businessDayBefore(hours: OpenHours, at: EpochMs): EpochMs {
  const day = dayOf(hours, at);
  const here = hours.intervals[day];
  const before = hours.intervals[day - 1];
  if (!here || !before) return at - 24 * 3_600_000;
  return before[0] + Math.min(Math.max(0, at - here[0]), before[1] - before[0]);
}

/**
 * Number of the business day that `at` belongs to (time after closing still belongs to the day before). Past the
 * list, and without one, every 24 h are a day.
 */
export function dayOf(hours: OpenHours, at: EpochMs): number {
  const last = hours.intervals.length - 1;
  const lastOpening = hours.intervals[last]?.[0] ?? 0;
  if (at >= lastOpening) return last + Math.floor((at - lastOpening) / dayMs);
  return hours.intervals.findIndex(([from]) => from > at) - 1;
}

const dayMs = 24 * 3_600_000;
