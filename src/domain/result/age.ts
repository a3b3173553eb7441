import { timeOf } from './identity.js';
import type { EpochMs, Report, ReportStatus } from './report.js';

/** How far along a laboratory's word is. A higher rank of the same time replaces a lower one without any doubt. */
const rank: Record<ReportStatus, number> = {
  unknown: 0,
  preliminary: 0,
  final: 1,
  corrected: 2,
  cancelled: 2,
  withdrawn: 3,
};

export type Age = 'newer' | 'older' | 'equal';

/**
 * L40: newer = report time, else created time; where neither is sent, what arrives is newer than what is here. Times
 * that are equal decide by status (a final follows its preliminary, a correction its final); what is left is `equal`:
 * only a person can say which holds. L41: a preliminary never follows a final.
 */
export function ageOf(report: Report, current: { readonly report: Report; readonly time: EpochMs }): Age {
  if (neverReopens(report.status, current.report.status)) return 'older';
  const time = timeOf(report, Number.MAX_SAFE_INTEGER);
  if (time !== current.time) return time > current.time ? 'newer' : 'older';
  const step = rank[report.status] - rank[current.report.status];
  return step > 0 ? 'newer' : step < 0 ? 'older' : 'equal';
}

/** L41: a later preliminary never reopens what the laboratory has finished. */
export function neverReopens(status: ReportStatus, current: ReportStatus): boolean {
  return status === 'preliminary' && current !== 'preliminary' && current !== 'unknown';
}
