import { isResultsCall } from '../domain/result/results-call.js';
import type { Report } from '../domain/result/report.js';
import type { Practice } from '../store/practices.js';
import { raiseStanding } from '../store/standing-alarms.js';
import type { ActivityDeps } from './deps.js';

/**
 * L31: the chart routes results to ResultsCall while the practice's setting says that it is off. It is the alarm of
 * `doctor`'s line, raised when it is seen instead of at the next daily round; the round that passes ends it.
 */
export async function watchResultsCall(
  { store, metrics }: Pick<ActivityDeps, 'store' | 'metrics'>,
  practice: Practice,
  { documentRoute }: Pick<Report, 'documentRoute'>,
): Promise<void> {
  if (practice.settings.resultsCall || !isResultsCall(documentRoute)) return;
  const alarm = { code: 'connection-check-failed', about: 'athenahealth.results-call' } as const;
  if (await raiseStanding(store, practice, alarm)) metrics.alarm(alarm.code);
}
