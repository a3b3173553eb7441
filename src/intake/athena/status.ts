import type { ReportStatus } from '../../domain/result/report.js';
import type { RowStatus } from '../../domain/rules/status.js';
import { readRowStatus } from '../../domain/rules/status.js';

export interface StatusTexts {
  /** `resultstatus` and `reportstatus` of the document, as written. */
  readonly report: readonly (string | null)[];
  /** `resultstatus` of every row; `null` = none of its own, the report's counts. */
  readonly rows: readonly (string | null)[];
  readonly isDeleted: boolean;
}

/**
 * One status out of the vendor's many, the worst winning: deleted document → `withdrawn`; `corrected` anywhere →
 * `corrected` (an earlier correction must never be taken for a late preliminary, L41); then unknown, preliminary,
 * final. Cancelled rows among others do not cancel the report, and a report that is called cancelled while rows say
 * that they stand contradicts itself: `unknown`. No status at all → `unknown`.
 */
export function reportStatus(texts: StatusTexts): ReportStatus {
  if (texts.isDeleted) return 'withdrawn';
  if ([...texts.report, ...texts.rows].some(isCorrected)) return 'corrected';

  const said = read(texts.report);
  const rows = read(texts.rows);
  const standing = rows.filter((one) => !isGone(one));

  const gone = worst(said.filter(isGone));
  if (gone) return standing.length > 0 ? 'unknown' : gone;
  const allRowsGone = rows.length > 0 && rows.length === texts.rows.length && standing.length === 0;
  if (allRowsGone) return worst(rows) ?? 'unknown';
  return worst([...said, ...standing]) ?? 'unknown';
}

const worstFirst: readonly RowStatus[] = ['unknown', 'preliminary', 'withdrawn', 'cancelled', 'final'];

function worst(statuses: readonly RowStatus[]): RowStatus | null {
  return worstFirst.find((one) => statuses.includes(one)) ?? null;
}

function read(texts: readonly (string | null)[]): RowStatus[] {
  return texts.map((text) => readRowStatus(text)).filter((one) => one !== null);
}

function isGone(status: RowStatus): boolean {
  return status === 'cancelled' || status === 'withdrawn';
}

function isCorrected(text: string | null): boolean {
  return text !== null && (/correct|amend|revis/i.test(text) || /^c$/i.test(text.trim()));
}
