import { DateTime } from 'luxon';
import type { EpochMs } from '../../domain/result/report.js';

/** athenahealth's clock, whatever the department's own zone is (reference §2, "Dates"). */
const easternZone = 'America/New_York';

/** `2026-03-04T08:12:44-05:00`: documents and feeds, with the right offset for the date. */
export function easternIso(at: EpochMs): string {
  return DateTime.fromMillis(at, { zone: easternZone }).toFormat("yyyy-MM-dd'T'HH:mm:ssZZ");
}

/** `03/04/2026`. */
export function easternDate(at: EpochMs): string {
  return DateTime.fromMillis(at, { zone: easternZone }).toFormat('MM/dd/yyyy');
}

/** `03/04/2026 08:12:44`: everywhere else, Eastern without offset. */
export function easternWall(at: EpochMs): string {
  return DateTime.fromMillis(at, { zone: easternZone }).toFormat('MM/dd/yyyy HH:mm:ss');
}

/** Reads `mm/dd/yyyy hh24:mi:ss` as Eastern wall time; `null` when it is anything else. */
export function parseEasternWall(text: string): EpochMs | null {
  const read = DateTime.fromFormat(text, 'MM/dd/yyyy HH:mm:ss', { zone: easternZone });
  return read.isValid ? read.toMillis() : null;
}
