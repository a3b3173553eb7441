import type { SourceConfig } from '../domain/practice/source.js';
import type { Report } from '../domain/result/report.js';
import type { Store } from './store.js';

/**
 * L1: a result that this delivery has made, and that no workflow has recorded yet, gets the lane of its source. Old
 * results stay `historic`, unmatched ones `unmatched`.
 */
export async function takeLaneOf(
  store: Store,
  lane: SourceConfig['lane'],
  resultId: string,
  report: Report,
): Promise<void> {
  if (lane === 'notify') return;
  await store.db
    .updateTable('result')
    .set({ lane })
    .where('id', '=', resultId)
    .where('lane', '=', 'notify')
    .where('seq', '=', 0)
    .where((e) =>
      e.exists(
        e
          .selectFrom('version')
          .innerJoin('report', 'report.id', 'version.report_id')
          .select('report.id')
          .whereRef('version.result_id', '=', 'result.id')
          .where('version.number', '=', 1)
          .where('report.source', '=', report.source)
          .where('report.document_id', '=', report.documentId),
      ),
    )
    .execute();
}
