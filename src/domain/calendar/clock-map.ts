import type { EpochMs } from '../result/report.js';

/**
 * The practice clock: a fixed, increasing, piecewise-linear map from real to practice time. Production runs
 * on {@link identityClock}; a demo or a simulated month compresses nights and weekends. Limits on people run
 * in practice time, limits on machines in real time (architecture §5).
 */
export interface ClockMap {
  /** Segments in order. Each maps `[real, next real)` onto practice time at `factor` practice ms per real ms. */
  readonly segments: readonly ClockSegment[];
}

export interface ClockSegment {
  readonly real: EpochMs;
  readonly practice: EpochMs;
  /** Practice milliseconds per real millisecond, > 0. */
  readonly factor: number;
}

/** Practice time equals real time. */
export const identityClock: ClockMap = { segments: [{ real: 0, practice: 0, factor: 1 }] };

/** A clock that starts at `practice` when the real time is `real` and runs at one factor for ever. */
export function steadyClock(real: EpochMs, practice: EpochMs, factor: number): ClockMap {
  return { segments: [{ real, practice, factor }] };
}

/** Practice time at a real instant. Times before the first segment run at the first segment's factor. */
export function toPractice(map: ClockMap, real: EpochMs): EpochMs {
  const s = segmentAt(map, real, 'real');
  return Math.round(s.practice + (real - s.real) * s.factor);
}

/** The first real instant at which the practice clock shows at least `practice`. */
export function toReal(map: ClockMap, practice: EpochMs): EpochMs {
  const s = segmentAt(map, practice, 'practice');
  // Rounded before it is added: beside 10^12 a fraction of a millisecond would be lost, and with it the promise.
  return s.real + Math.ceil((practice - s.practice) / s.factor);
}

/** Practice ms per real ms at a real instant; per-minute vendor limits divide their spacing by it. */
export function factorAt(map: ClockMap, real: EpochMs): number {
  return segmentAt(map, real, 'real').factor;
}

/**
 * Checks that a map can be trusted: at least one segment, positive factors, and every segment starting exactly
 * where the one before it ends (within 1 practice ms).
 * @throws Error naming the first segment that does not fit.
 */
export function checkClock(map: ClockMap): ClockMap {
  if (map.segments.length === 0) throw new Error('A practice clock needs at least one segment.');
  map.segments.forEach((s, i) => {
    if (!(s.factor > 0)) throw new Error(`Practice clock segment ${i}: factor must be above 0.`);
    const before = map.segments[i - 1];
    if (!before) return;
    const expected = before.practice + (s.real - before.real) * before.factor;
    if (s.real <= before.real || Math.abs(expected - s.practice) > Math.max(1, before.factor))
      throw new Error(`Practice clock segment ${i} does not continue segment ${i - 1}.`);
  });
  return map;
}

function segmentAt(map: ClockMap, at: EpochMs, axis: 'real' | 'practice'): ClockSegment {
  let found = map.segments[0];
  for (const s of map.segments) if (s[axis] <= at) found = s;
  if (!found) throw new Error('A practice clock needs at least one segment.');
  return found;
}
