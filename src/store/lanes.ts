import type { SourceConfig } from '../domain/practice/source.js';
import type { EpochMs, Report } from '../domain/result/report.js';
import { dayMs } from '../domain/result/identity.js';
import type { Practice } from './practices.js';

/**
 * L1, L2: old, uploaded or faxed results are recorded only, until a person releases them; every other has its source's
 * lane.
 */
export function laneOf(
  practice: Practice,
  report: Report,
  detectedAt: EpochMs,
  ofSource: SourceConfig['lane'] = 'notify',
): SourceConfig['lane'] {
  const old = report.collectedAt !== null && detectedAt - report.collectedAt > 14 * dayMs;
  const beforeGoLive = report.collectedAt !== null && report.collectedAt < practice.goLiveAt - dayMs;
  const source = (report.documentSource ?? '').toUpperCase();
  return old || beforeGoLive || ['UPLOAD', 'FAX', 'PATIENT'].includes(source) ? 'historic' : ofSource;
}
