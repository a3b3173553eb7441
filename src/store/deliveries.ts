import type { Report } from '../domain/result/report.js';
import { contentHash } from './contents.js';
import type { Tx } from './database.js';
import type { Stored } from './delivery.js';

/** L40: what this very (document, hash) of this patient became. */
export async function deliveredTo(
  tx: Tx,
  practiceId: string,
  report: Report,
  patientId: string,
): Promise<string | null> {
  const pair = await tx
    .selectFrom('report')
    .select('result_id')
    .where('practice_id', '=', practiceId)
    .where('source', '=', report.source)
    .where('document_id', '=', report.documentId)
    .where('content_hash', '=', contentHash(report))
    .where('patient_id', '=', patientId)
    .where('result_id', 'is not', null)
    .executeTakeFirst();
  return pair?.result_id ?? null;
}

/** The same delivery again after a crash: what it became, so that its result is told once more. */
export async function sayAgain(tx: Tx, resultId: string, reportId: string): Promise<Stored | null> {
  const version = await tx
    .selectFrom('version')
    .select(['number', 'change'])
    .where('result_id', '=', resultId)
    .where('report_id', '=', reportId)
    .executeTakeFirst();
  if (!version) return null;
  const outcome = version.change === 'late' ? 'late' : 'new-version';
  return { outcome, resultId, version: version.number };
}

export async function currentNumber(tx: Tx, resultId: string): Promise<number> {
  const { current_version } = await tx
    .selectFrom('result')
    .select('current_version')
    .where('id', '=', resultId)
    .executeTakeFirstOrThrow();
  return current_version;
}
