import { DateTime } from 'luxon';
import { checkClock, toReal, type ClockMap, type ClockSegment } from '../../domain/calendar/clock-map.js';
import type { EpochMs } from '../../domain/result/report.js';
import { clinic, localAt, opening } from './clinic.js';

/** Practice ms per real ms in the three kinds of stretches. */
export interface Pace {
  /** The first morning, in which the criticals are worked. */
  readonly morning: number;
  readonly daytime: number;
  readonly nights: number;
}

const scenario = 142;
const days = 14;

/**
 * How fast a morning of N results may run: up to the scenario's size as it is, beyond it in proportion, so that the
 * machine has the same work per real second.
 */
export function paceFor(results: number): Pace {
  const share = Math.min(1, scenario / results);
  return {
    morning: Math.max(5, Math.round(100 * share)),
    daytime: Math.max(150, Math.round(3_000 * share)),
    nights: Math.max(2_000, Math.round(40_000 * share)),
  };
}

/** When the first morning ends: the criticals are worked by then. */
export const morningEnds: EpochMs = localAt(0, '10:30');

/**
 * The practice clock of a run: slow through the first morning, fast on other staffed days until the evening's last
 * texts have left, very fast at nights and on weekends. Local days, so that a change of summer time is in it.
 * @param startReal real time at which the practice clock shows 07:55 of the first day.
 */
export function demoClock(results: number, startReal: EpochMs): ClockMap {
  const pace = paceFor(results);
  const marks: { at: EpochMs; factor: number }[] = [
    { at: opening, factor: pace.morning },
    { at: morningEnds, factor: pace.daytime },
  ];
  for (let day = 0; day < days; day++) {
    if (day > 0 && isStaffed(day)) marks.push({ at: localAt(day, '07:45'), factor: pace.daytime });
    if (isStaffed(day)) marks.push({ at: localAt(day, '18:30'), factor: pace.nights });
  }
  const segments: ClockSegment[] = [];
  for (const { at, factor } of marks) {
    const before = segments.at(-1);
    const real = before ? before.real + (at - before.practice) / before.factor : startReal;
    segments.push({ real, practice: at, factor });
  }
  return checkClock({ segments });
}

/** Real ms that a run over this many practice days takes. */
export function realLength(clock: ClockMap, practiceDays: number): number {
  return toReal(clock, localAt(practiceDays, '07:55')) - (clock.segments[0]?.real ?? 0);
}

/** The map as a person reads it, one line per stretch of the first two days and the rule for the rest. */
export function describeClock(results: number): string[] {
  const { morning, daytime, nights } = paceFor(results);
  return [
    `×${morning.toLocaleString('en-US')}  first morning, 07:55 to 10:30`,
    `×${daytime.toLocaleString('en-US')}  other staffed hours, until 18:30`,
    `×${nights.toLocaleString('en-US')}  nights and weekends`,
  ];
}

function isStaffed(day: number): boolean {
  return DateTime.fromMillis(localAt(day, '12:00'), { zone: clinic.zone }).weekday <= 5;
}
