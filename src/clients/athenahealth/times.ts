import { DateTime } from 'luxon';

/** Zone of every v1 time; the offsets it prints are not always right (API reference, conventions). */
export const athenaZone = 'America/New_York';

export interface AthenaTime {
  /** Epoch ms. */
  readonly at: number;
  /** False for a bare date or midnight sharp, which athenahealth writes for "time unknown"; `at` is then 00:00. */
  readonly timeKnown: boolean;
}

const withOffset = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/i;
const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?$/;
const dateOnly = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Reads any of the vendor's date forms: ISO with or without offset, `MM/DD/YYYY HH:MM:SS`, `MM/DD/YYYY`. The wall
 * clock is taken as Eastern; a printed offset counts only where it is one that Eastern time has at that moment.
 * @returns `null` when the text is absent or no date.
 */
export function readTime(text: string | null, zone: string = athenaZone): AthenaTime | null {
  const trimmed = text?.trim();
  if (!trimmed) return null;

  const iso = withOffset.exec(trimmed);
  if (iso) return inZone(`${iso[1]}T${padded(iso[2])}`, zone, iso[3]);
  if (dateOnly.test(trimmed)) return inZone(`${trimmed}T00:00:00`, zone);
  const us = american.exec(trimmed);
  if (!us) return null;
  const [, month = '', day = '', year = '', time] = us;
  return inZone(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${padded(time)}`, zone);
}

/** `YYYY-MM-DD` of a calendar date in either form, or `null`. */
export function readDate(text: string | null): string | null {
  const time = readTime(text, 'utc');
  return time ? DateTime.fromMillis(time.at, { zone: 'utc' }).toISODate() : null;
}

/**
 * The feed's `showprocessed…datetime` text for an instant. In the hour that happens twice in autumn the text is
 * ambiguous, so the window is widened by an hour in its own direction: rows seen twice are harmless, a row not seen
 * is lost.
 */
export function feedTime(at: number, edge: 'from' | 'to'): string {
  const second = edge === 'from' ? Math.floor(at / 1000) : Math.ceil(at / 1000);
  const local = DateTime.fromSeconds(second, { zone: athenaZone });
  const isAmbiguous = local.getPossibleOffsets().length > 1;
  const widened = isAmbiguous ? local.plus({ hours: edge === 'from' ? -1 : 1 }) : local;
  return widened.toFormat('MM/dd/yyyy HH:mm:ss');
}

function padded(time: string | undefined): string {
  const [hours = '00', minutes = '00', seconds = '00'] = (time ?? '').split(':').filter(Boolean);
  return `${hours.padStart(2, '0')}:${minutes}:${seconds}`;
}

function inZone(wallClock: string, zone: string, offset?: string): AthenaTime | null {
  const local = DateTime.fromISO(wallClock, { zone });
  if (!local.isValid || local.year < 1900) return null;
  const printed = offset ? DateTime.fromISO(wallClock + offset) : null;
  const agreeing = printed && local.getPossibleOffsets().find((one) => one.toMillis() === printed.toMillis());
  return { at: (agreeing ?? local).toMillis(), timeKnown: !wallClock.endsWith('T00:00:00') };
}
