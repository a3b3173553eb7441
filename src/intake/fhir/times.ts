import { DateTime } from 'luxon';
import type { SentTime } from '../received.js';

const form =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?)?)?$/i;

/**
 * A FHIR date, dateTime or instant in the precision it was written in. Without an offset it is in the zone of the source;
 * a day is its first moment there. What is no calendar date stays `raw` only.
 */
export function readTime(raw: string | null, zone: string): SentTime | null {
  if (raw === null) return null;
  const match = form.exec(raw.trim());
  const unreadable: SentTime = { raw, iso: null, at: null, precision: null };
  if (!match) return unreadable;
  const [, , month, day, hour, , second] = match;
  const iso = raw.trim().replace(' ', 'T');
  const time = DateTime.fromISO(iso, { zone });
  if (!time.isValid) return unreadable;
  if (day === undefined) return { raw, iso, at: null, precision: month === undefined ? 'year' : 'month' };
  const precision = hour === undefined ? 'day' : second === undefined ? 'minute' : 'second';
  return { raw, iso, at: time.toMillis(), precision };
}

interface Effective {
  readonly effectiveDateTime: string | null;
  readonly effectiveInstant: string | null;
  readonly effectivePeriod: { readonly start: string | null; readonly end: string | null } | null;
  readonly effectiveTiming: { readonly event: readonly string[] } | null;
}

/** When the specimen was taken: of a period its start. */
export function effectiveOf(resource: Effective): string | null {
  const { effectivePeriod: period } = resource;
  return (
    resource.effectiveDateTime ??
    resource.effectiveInstant ??
    period?.start ??
    period?.end ??
    resource.effectiveTiming?.event[0] ??
    null
  );
}

/** `YYYY-MM-DD` only where the whole date was written and exists. */
export function readBirthDate(raw: string | null): string | null {
  if (raw === null || !/^\d{4}-\d{2}-\d{2}$/.test(raw)) return null;
  const date = DateTime.fromISO(raw, { zone: 'utc' });
  return date.isValid && date.year >= 1850 ? raw : null;
}
