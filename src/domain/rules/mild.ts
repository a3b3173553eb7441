/** The signed band of slight deviations (L9). */
import { exactOf } from './decimal.js';
import { isChild } from './intervals.js';
import type { RowReading } from './row-reading.js';
import type { Urgency } from './rule-set.js';

/** `minor` inside the band, else `standard`. The bands are for adults who are not known to be pregnant. */
export function mildUrgency({ analyte, canonical, context }: RowReading): Urgency {
  const band = analyte?.minor;
  if (!band || !canonical || canonical.comparator !== null || canonical.to) return 'standard';
  if (isChild(context.patient) || context.patient?.pregnant === true) return 'standard';
  const { number } = canonical;
  const isInside =
    (band.low === null || number.gte(exactOf(band.low))) &&
    (band.high === null || number.lte(exactOf(band.high)));
  return isInside ? 'minor' : 'standard';
}
