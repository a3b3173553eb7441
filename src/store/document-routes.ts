import type { Report } from '../domain/result/report.js';
import { contentAad } from './contents.js';
import type { Store } from './store.js';

const newest = 50;

/** How athenahealth routed the newest documents of a practice (L31: RESULTSCALL). Not PHI. */
export async function newestRoutes(store: Store, practiceId: string): Promise<readonly (string | null)[]> {
  const rows = await store.db
    .selectFrom('version')
    .innerJoin('result', 'result.id', 'version.result_id')
    .innerJoin('report', 'report.id', 'version.report_id')
    .select('version.content_sealed')
    .where('result.practice_id', '=', practiceId)
    .where('report.source', '=', 'athenahealth')
    .orderBy('report.received_real_at', 'desc')
    .limit(newest)
    .execute();
  return rows.map((row) => (store.cipher.openJson(row.content_sealed, contentAad) as Report).documentRoute);
}
