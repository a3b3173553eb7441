import type { Store } from './store.js';

const newest = 50;

/** Which of a practice's newest results athenahealth routed to ResultsCall (L31). */
export async function newestResultsCalls(store: Store, practiceId: string): Promise<readonly boolean[]> {
  const rows = await store.db
    .selectFrom('version')
    .innerJoin('result', 'result.id', 'version.result_id')
    .innerJoin('report', 'report.id', 'version.report_id')
    .select('version.resultscall')
    .where('result.practice_id', '=', practiceId)
    .where('report.source', '=', 'athenahealth')
    .orderBy('report.received_real_at', 'desc')
    .limit(newest)
    .execute();
  return rows.map((row) => row.resultscall);
}
