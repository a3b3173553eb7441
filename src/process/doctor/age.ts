import { fail, pass, warn, type Finding } from './check.js';

/** Reminded of this long before. */
const warnDays = 7;

/**
 * Whether a credential is due for renewal (S000-66; 6-2).
 * @param days Its age; `null` = nobody recorded since when it is in use.
 * @param field Where that is recorded.
 */
export function judgeAge(days: number | null, limitDays: number, field: string): Finding {
  if (days === null)
    return fail(
      'Nobody recorded since when it is in use.',
      `Put the day into connections.json as ${field} ("YYYY-MM-DD") and import the practice again.`,
    );
  const says = `In use for ${days} days; it is renewed every ${limitDays}`;
  if (days >= limitDays) return fail(`${says}: due since ${days - limitDays} days.`);
  return days >= limitDays - warnDays ? warn(`${says}: due in ${limitDays - days} days.`) : pass(`${says}.`);
}
