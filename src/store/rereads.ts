import type { Store } from './store.js';

export interface DocumentRef {
  readonly patientId: string;
  /** `null`: the chart has no document of this result to read again. */
  readonly documentId: string | null;
}

/** The document behind a result's current version; `null` while it has none. */
export async function resultDocument(store: Store, resultId: string): Promise<DocumentRef | null> {
  const row = await store.db
    .selectFrom('result')
    .innerJoin('version', (j) =>
      j.onRef('version.result_id', '=', 'result.id').onRef('version.number', '=', 'result.current_version'),
    )
    .innerJoin('report', 'report.id', 'version.report_id')
    .select(['result.id', 'result.patient_id', 'report.document_id', 'report.source'])
    .where('result.id', '=', resultId)
    .executeTakeFirst();
  if (!row?.patient_id) return null;
  return { patientId: row.patient_id, documentId: await chartDocument(store, row) };
}

/** The documents that a notice speaks of. */
export async function noticeDocuments(store: Store, noticeId: string): Promise<DocumentRef[]> {
  const rows = await store.db
    .selectFrom('notice_member')
    .innerJoin('notice', 'notice.id', 'notice_member.notice_id')
    .innerJoin('version', (j) =>
      j
        .onRef('version.result_id', '=', 'notice_member.result_id')
        .onRef('version.number', '=', 'notice_member.version'),
    )
    .innerJoin('report', 'report.id', 'version.report_id')
    .select(['notice_member.result_id as id', 'notice.patient_id', 'report.document_id', 'report.source'])
    .where('notice_member.notice_id', '=', noticeId)
    .where('notice_member.live', '=', true)
    .execute();
  return Promise.all(
    rows.map(async (row) => ({ patientId: row.patient_id, documentId: await chartDocument(store, row) })),
  );
}

/** Its own document, or the one that the chart's second feed has shown for it (L4). */
async function chartDocument(
  store: Store,
  row: { id: string; source: string; document_id: string },
): Promise<string | null> {
  if (row.source === 'athenahealth') return row.document_id;
  const second = await store.db
    .selectFrom('report')
    .select('document_id')
    .where('result_id', '=', row.id)
    .where('source', '=', 'athenahealth')
    .where('state', 'in', ['stored', 'duplicate'])
    .orderBy('received_real_at', 'desc')
    .executeTakeFirst();
  return second?.document_id ?? null;
}

/** Whose result it is; `null` while nobody knows. */
export async function resultPatient(store: Store, resultId: string): Promise<string | null> {
  const row = await store.db
    .selectFrom('result')
    .select('patient_id')
    .where('id', '=', resultId)
    .executeTakeFirst();
  return row?.patient_id ?? null;
}

export async function noticePatient(store: Store, noticeId: string): Promise<string> {
  const row = await store.db
    .selectFrom('notice')
    .select('patient_id')
    .where('id', '=', noticeId)
    .executeTakeFirstOrThrow();
  return row.patient_id;
}

/** L23: what was read is good for 2 real minutes. */
const readingGoodMs = 2 * 60_000;

/** Whether document and patient of a notice were read lately enough for something to leave. */
export function isReadingGood(store: Store, notice: { readonly reread_real_at: number | null }): boolean {
  return notice.reread_real_at !== null && store.realNow() - notice.reread_real_at < readingGoodMs;
}

/** Real time: the feed, which says where a document went, is polled as often. */
const askAgainMs = 5 * 60_000;

/** A document was not found under its patient: nothing leaves on that, and it is asked for again after a while (L23). */
export async function putOffReread(store: Store, noticeId: string): Promise<void> {
  await store.db
    .updateTable('notice')
    .set({ reread_again_real_at: store.realNow() + askAgainMs })
    .where('id', '=', noticeId)
    .execute();
}

/** Document and patient were read now. */
export async function touchReread(store: Store, noticeId: string): Promise<void> {
  await store.db
    .updateTable('notice')
    .set({ reread_real_at: store.realNow() })
    .where('id', '=', noticeId)
    .execute();
}
