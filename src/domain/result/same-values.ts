import { Decimal } from 'decimal.js';
import type { Observation, Report } from './report.js';

/**
 * True when two feeds say the same of one result (L4): every row of the second has its counterpart in the master, by
 * code or by name, with an equal value and unit. Flags and ranges are written differently by every system and are not
 * compared; a row without counterpart is a difference.
 */
export function sameValues(master: Report, second: Report): boolean {
  if (master.status === 'withdrawn' || second.status === 'withdrawn') return master.status === second.status;
  if (master.status === 'cancelled' || second.status === 'cancelled') return master.status === second.status;
  return second.observations.every((row) =>
    master.observations.some((other) => isCounterpart(row, other) && hasEqualValue(row, other)),
  );
}

function isCounterpart(a: Observation, b: Observation): boolean {
  if (a.code !== null && b.code !== null && a.system === b.system) return plain(a.code) === plain(b.code);
  return plain(a.name) === plain(b.name);
}

/** Feeds differ in how many zeros they write after the point. */
function hasEqualValue(a: Observation, b: Observation): boolean {
  if (plain(a.unit) !== plain(b.unit)) return false;
  const [one, other] = [plain(a.value), plain(b.value)];
  return one === other || (isNumber(one) && isNumber(other) && new Decimal(one).equals(other));
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+(\.\d+)?$/.test(text);
}

function plain(text: string | null): string {
  return (text ?? '').normalize('NFC').trim().toLowerCase().replace(/\s+/g, ' ');
}
