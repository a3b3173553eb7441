import { sql } from 'kysely';
import type { EpochMs } from '../domain/result/report.js';
import { newId } from '../security/tokens.js';
import type { Db, Tx } from './database.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

const rowAad = 'report.row';

/** The feeds of athenahealth that are read, each with a state of its own. */
export type FeedKind = 'lab' | 'imaging';

export interface FeedState {
  readonly subscribed: boolean;
  /** Set while a consuming read is under way; still set at the next start = that read did not finish. */
  readonly replayFromAt: EpochMs | null;
}

export async function feedState(
  store: Store,
  practiceId: string,
  kind: FeedKind = 'lab',
): Promise<FeedState> {
  const row = await store.db
    .selectFrom('feed')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('kind', '=', kind)
    .executeTakeFirst();
  return { subscribed: row?.subscribed ?? false, replayFromAt: row?.replay_from_at ?? null };
}

export async function markSubscribed(
  store: Store,
  practiceId: string,
  subscribed: boolean,
  kind: FeedKind = 'lab',
): Promise<void> {
  await store.db
    .insertInto('feed')
    .values({
      practice_id: practiceId,
      kind,
      subscribed,
      last_read_real_at: null,
      last_read_at: null,
      replay_from_at: null,
      lock_real_until: null,
    })
    .onConflict((c) => c.columns(['practice_id', 'kind']).doUpdateSet({ subscribed }))
    .execute();
}

/** Before each consuming read: from here on rows may be gone from the feed without being with us. */
export async function beginRead(store: Store, practice: Practice, kind: FeedKind = 'lab'): Promise<void> {
  await store.db
    .updateTable('feed')
    .set({ replay_from_at: sql`coalesce(replay_from_at, ${practiceNow(store, practice)})` })
    .where('practice_id', '=', practice.id)
    .where('kind', '=', kind)
    .execute();
}

/** After its rows are persisted. */
export async function endRead(store: Store, practice: Practice, kind: FeedKind = 'lab'): Promise<void> {
  await store.db
    .updateTable('feed')
    .set({
      replay_from_at: null,
      last_read_real_at: store.realNow(),
      last_read_at: practiceNow(store, practice),
    })
    .where('practice_id', '=', practice.id)
    .where('kind', '=', kind)
    .execute();
}

/**
 * Keeps feed rows exactly as they came. One open row per document: a row is the document's current state, and what is
 * read for it later is newer than any row.
 * @returns the ids of those that were new.
 */
export async function persistFeedRows(
  store: Store,
  practice: Practice,
  /** With our own name of the document; `null` when the row names none. */
  rows: readonly { readonly documentId: string | null; readonly raw: unknown }[],
): Promise<readonly string[]> {
  if (rows.length === 0) return [];
  const receivedAt = practiceNow(store, practice);
  return store.db.transaction().execute(async (tx) => {
    const open = await tx
      .selectFrom('report')
      .select('document_id')
      .where('practice_id', '=', practice.id)
      .where('state', '=', 'fed')
      .execute();
    const known = new Set(open.map((r) => r.document_id));
    const fresh = rows
      .map((row) => ({
        id: newId(),
        raw: row.raw,
        documentId: row.documentId ?? `without-id/${newId()}`,
      }))
      .filter((row) => !known.has(row.documentId) && known.add(row.documentId));
    if (fresh.length === 0) return [];
    await tx
      .insertInto('report')
      .values(
        fresh.map((row) => ({
          id: row.id,
          practice_id: practice.id,
          source: 'athenahealth',
          document_id: row.documentId,
          patient_id: null,
          row_sealed: store.cipher.sealJson(row.raw, rowAad),
          raw_sealed: null,
          content_hash: null,
          state: 'fed' as const,
          reason: null,
          result_id: null,
          received_at: receivedAt,
          received_real_at: store.realNow(),
        })),
      )
      .execute();
    return fresh.map(({ id }) => id);
  });
}

export interface OpenFeedRow {
  readonly id: string;
  readonly documentId: string;
  readonly raw: unknown;
  readonly receivedAt: EpochMs;
  readonly receivedRealAt: EpochMs;
  readonly tries: number;
  /** Its result waits for it on the unrouted list, and whether the workflow of that has begun. */
  readonly held: { readonly hasBegun: boolean } | null;
}

/** Held rows per round: while the vendor hangs, they must not use up the time of the round. */
const heldAtMost = 40;

/** Rows that were fed and not finished, oldest first; then those held that are due for being read again. */
export async function openFeedRows(store: Store, practiceId: string): Promise<OpenFeedRow[]> {
  const rows = store.db
    .selectFrom('report')
    .leftJoin('result', 'result.id', 'report.result_id')
    .selectAll('report')
    .select('result.seq')
    .where('report.practice_id', '=', practiceId);
  const fed = await rows.where('report.state', '=', 'fed').orderBy('report.received_real_at').execute();
  const held = await rows
    .where('report.state', '=', 'held')
    .where('report.next_real_at', '<=', store.realNow())
    .where('result.current_version', '=', 0)
    .where('result.closure', 'is', null)
    .orderBy('report.next_real_at')
    .limit(heldAtMost)
    .execute();
  return [...fed, ...held].map((r) => ({
    id: r.id,
    documentId: r.document_id,
    raw: r.row_sealed ? store.cipher.openJson(r.row_sealed, rowAad) : {},
    receivedAt: r.received_at,
    receivedRealAt: r.received_real_at,
    tries: r.tries,
    held: r.state === 'held' ? { hasBegun: (r.seq ?? 0) > 0 } : null,
  }));
}

/** A document of athenahealth as it was delivered; without hash and patient while nothing could be made of it. */
export interface HeldDocument {
  readonly documentId: string;
  readonly contentHash: string | null;
  readonly patientId: string | null;
}

/** What our record holds of these documents: what was delivered once is known for ever (L40). */
export async function heldDocuments(
  store: Store,
  practiceId: string,
  documentIds: readonly string[],
): Promise<HeldDocument[]> {
  if (documentIds.length === 0) return [];
  return store.db
    .selectFrom('report')
    .select(['document_id as documentId', 'content_hash as contentHash', 'patient_id as patientId'])
    .where('practice_id', '=', practiceId)
    .where('source', '=', 'athenahealth')
    .where('document_id', 'in', documentIds)
    .execute();
}

/** How many of these rows said something new: the row of a delivery that was known is gone (L40). */
export async function countNew(store: Store, reportIds: readonly string[]): Promise<number> {
  const { n } = await store.db
    .selectFrom('report')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('id', 'in', reportIds)
    .executeTakeFirstOrThrow();
  return Number(n);
}

export async function countTry(store: Store, reportId: string): Promise<void> {
  await store.db
    .updateTable('report')
    .set({ tries: sql`tries + 1` })
    .where('id', '=', reportId)
    .execute();
}

/**
 * A row that cannot become a version yet is a result without version: an item of the unrouted list with a keeper and
 * a clock (L5, L14). Repeating it gives the same result.
 * @param readAgainRealAt When its document is read again; `null` = not before the feed announces it anew.
 * @returns the result; `null` when another attempt has taken the row in meanwhile.
 */
export async function holdFeedRow(
  store: Store,
  practice: Practice,
  reportId: string,
  reason: string,
  readAgainRealAt: EpochMs | null = null,
): Promise<string | null> {
  return store.db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('report')
      .selectAll()
      .where('id', '=', reportId)
      .forUpdate()
      .executeTakeFirst();
    if (row?.state !== 'fed' && row?.state !== 'held') return null;
    const waiting = await waitingFor(tx, practice.id, row.document_id);
    const resultId = waiting ?? newId();
    if (waiting === null)
      await tx
        .insertInto('result')
        .values({
          id: resultId,
          practice_id: practice.id,
          patient_id: null,
          draw_id: null,
          lane: 'notify',
          tier: null,
          urgency: null,
          ordered_by: null,
          owner_id: practice.roster.keeper,
          waits_for: reason,
          due_at: null,
          due_step: null,
          released_version: null,
          told_version: null,
          closure: null,
          closed_at: null,
          state: null,
          posted_at: null,
          detected_at: row.received_at,
          detected_real_at: row.received_real_at,
        })
        .execute();
    // One reading for all rows of one document.
    await tx.updateTable('report').set({ next_real_at: null }).where('result_id', '=', resultId).execute();
    await tx
      .updateTable('report')
      .set({ state: 'held', reason, result_id: resultId, next_real_at: readAgainRealAt })
      .where('id', '=', reportId)
      .execute();
    return resultId;
  });
}

/** The result that waits for this document without a version, if one does. */
export async function waitingResult(
  store: Store,
  practiceId: string,
  documentId: string,
): Promise<string | null> {
  return waitingFor(store.db, practiceId, documentId);
}

async function waitingFor(db: Db | Tx, practiceId: string, documentId: string): Promise<string | null> {
  const row = await db
    .selectFrom('report')
    .innerJoin('result', 'result.id', 'report.result_id')
    .select('result.id')
    .where('report.practice_id', '=', practiceId)
    .where('report.source', '=', 'athenahealth')
    .where('report.document_id', '=', documentId)
    .where('report.state', '=', 'held')
    .where('result.current_version', '=', 0)
    .where('result.closure', 'is', null)
    .executeTakeFirst();
  return row?.id ?? null;
}
