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

/** L27: when texts may leave, every day of the week. The practice's zone stands in for the patient's own. */
export function textHours(settings: Settings, from: EpochMs): OpenHours {
  return hoursBetween(settings, from, settings.textsFrom, settings.textsTo, false);
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
