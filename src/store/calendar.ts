import { DateTime } from 'luxon';
import type { OpenHours } from '../domain/calendar/open-hours.js';
import type { Settings } from '../domain/practice/settings.js';
import type { EpochMs } from '../domain/result/report.js';

/** How far ahead a result knows its hours. Past it a step counts as staffed rather than wait for a calendar. */
const daysAhead = 75;

/** Staffed hours around `from` as instants: Monday to Friday without holidays, in the practice's zone. */
export function staffedHours(settings: Settings, from: EpochMs): OpenHours {
  return hoursBetween(settings, from, settings.opens, settings.closes, true);
}

/** A text needs this long to leave, at least: none begins in the last moments of the window. */
const textLeavesWithinMs = 60_000;

/** L27: when texts may leave, every day of the week. The practice's zone stands in for the patient's own. */
export function textHours(settings: Settings, from: EpochMs): OpenHours {
  const hours = hoursBetween(settings, from, settings.textsFrom, settings.textsTo, false);
  return {
    intervals: hours.intervals.map(([opens, closes]) => [opens, closes - textLeavesWithinMs] as const),
  };
}

/** How long a text that leaves now may wait at the vendor: it expires before the window closes (L27). In seconds. */
export function textValidity(settings: Settings, now: EpochMs, longestSeconds: number): number {
  const closes = textHours(settings, now).intervals.find(([from, to]) => from <= now && now < to)?.[1] ?? now;
  const left = Math.floor((closes + textLeavesWithinMs - now) / 1000);
  return Math.max(1, Math.min(longestSeconds, left));
}

/** Where carriers' daily caps reset: midnight Pacific (Twilio error 30023). */
const carrierZone = 'America/Los_Angeles';

/** The carriers' day that an instant belongs to: `[starts, ends)`. */
export function carrierDay(instant: EpochMs): readonly [EpochMs, EpochMs] {
  const start = DateTime.fromMillis(instant, { zone: carrierZone }).startOf('day');
  return [start.toMillis(), start.plus({ days: 1 }).toMillis()];
}

function hoursBetween(
  settings: Settings,
  from: EpochMs,
  opens: string,
  closes: string,
  businessDays: boolean,
): OpenHours {
  const start = DateTime.fromMillis(from, { zone: settings.zone }).startOf('day').minus({ days: 4 });
  const intervals: [EpochMs, EpochMs][] = [];
  for (let i = 0; i < daysAhead; i += 1) {
    const day = start.plus({ days: i });
    if (businessDays && (day.weekday > 5 || settings.holidays.includes(day.toISODate() ?? ''))) continue;
    intervals.push([at(day, opens), at(day, closes)]);
  }
  return { intervals };
}

function at(day: DateTime, time: string): EpochMs {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return day.set({ hour, minute }).toMillis();
}

/** The instant of a local time of day on the business day after `from` (L19: 14:00). */
export function nextBusinessDayAt(settings: Settings, from: EpochMs, time: string): EpochMs {
  let day = DateTime.fromMillis(from, { zone: settings.zone }).startOf('day').plus({ days: 1 });
  while (day.weekday > 5 || settings.holidays.includes(day.toISODate() ?? '')) day = day.plus({ days: 1 });
  return at(day, time);
}

/** Local calendar day of an instant, `YYYY-MM-DD`. */
export function localDay(settings: Settings, instant: EpochMs): string {
  return DateTime.fromMillis(instant, { zone: settings.zone }).toISODate() ?? '';
}

/** Date and time as staff and chart notes show it, e.g. `2026-03-04 08:12 EST`. */
export function localTime(settings: Settings, instant: EpochMs | null): string {
  if (instant === null) return 'Not known';
  const t = DateTime.fromMillis(instant, { zone: settings.zone });
  return `${t.toFormat('yyyy-MM-dd HH:mm')} ${t.offsetNameShort ?? ''}`.trim();
}
