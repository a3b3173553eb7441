import { DateTime } from 'luxon';
import type { SentTime } from '../received.js';

const form =
  /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.\d{1,6})?)?)?)?)?)?\s*([+-]\d{4})?$/;

/**
 * An HL7 DTM in the precision it was written in (2.A.21). Without an offset it is in the zone of the source. A stray
 * digit or a text is no date: it stays `raw` only.
 */
export function readTime(raw: string | null, zone: string): SentTime | null {
  if (raw === null) return null;
  const unreadable: SentTime = { raw, iso: null, at: null, precision: null };
  const match = form.exec(raw.trim());
  if (!match) return unreadable;
  const [, year = '', month, day, hour, minute, second, offset] = match;
  if (Number(year) < 1850 || Number(year) > 2200) return unreadable;
  const date = [year, month, day].filter((part) => part !== undefined).join('-');
  const clock =
    hour === undefined ? '' : `T${[hour, minute ?? '00', second].filter((p) => p !== undefined).join(':')}`;
  const shift = clock && offset ? `${offset.slice(0, 3)}:${offset.slice(3)}` : '';
  const iso = `${date}${clock}${shift}`.replace(/-00:00$/, '+00:00');
  // With an offset no table of a zone is asked.
  const time = DateTime.fromISO(iso, shift ? { setZone: true } : { zone });
  if (!time.isValid) return unreadable;
  if (day === undefined) return { raw, iso, at: null, precision: month === undefined ? 'year' : 'month' };
  const precision =
    hour === undefined ? 'day' : minute === undefined ? 'hour' : second === undefined ? 'minute' : 'second';
  return { raw, iso, at: time.toMillis(), precision };
}

/** `YYYY-MM-DD` only where a whole, existing date was written, alone or with a time behind it. Never guessed. */
export function readBirthDate(raw: string | null): string | null {
  const time = readTime(raw, 'utc');
  return time && time.at !== null && time.iso !== null ? time.iso.slice(0, 10) : null;
}
