import { isResultsCall } from '../domain/result/results-call.js';
import { timeOf } from '../domain/result/identity.js';
import type { Content } from '../domain/result/pieces.js';
import { sameValues } from '../domain/result/same-values.js';
import type { SourceLane } from '../domain/result/placement.js';
import type { EpochMs } from '../domain/result/report.js';
import { newId } from '../security/tokens.js';
import { contentAad, contentHash, rawAad } from './contents.js';
import type { Tx } from './database.js';
import { appendEvents } from './events.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';
import type { Delivery } from './delivery.js';

/** Keeps what was delivered, raw and sealed, under the row that announced it or a new one. */
export async function keepReport(
  tx: Tx,
  store: Store,
  practice: Practice,
  delivery: Delivery,
  resultId: string,
  state: 'stored' | 'duplicate',
): Promise<string> {
  const { report, reportId } = delivery;
  const kept = {
    state,
    content_hash: contentHash(report),
    result_id: resultId,
    patient_id: delivery.patientId,
    raw_sealed: store.cipher.sealJson(delivery.raw, rawAad),
  };
  if (reportId) {
    await tx.updateTable('report').set(kept).where('id', '=', reportId).execute();
    return reportId;
  }
  const id = newId();
  await tx
    .insertInto('report')
    .values({
      id,
      practice_id: practice.id,
      source: report.source,
      document_id: report.documentId,
      row_sealed: null,
      reason: 're-read',
      received_at: delivery.detectedAt,
      received_real_at: delivery.detectedRealAt,
      ...kept,
    })
    .execute();
  return id;
}

export interface NewVersion {
  readonly resultId: string;
  readonly reportId: string;
  readonly content: Content;
  readonly take: 'current' | 'late';
  readonly marks: readonly string[];
  readonly feed: SourceLane;
  readonly detectedAt: EpochMs;
  readonly detectedRealAt: EpochMs;
}

/** Adds a version, current or kept as late, with its line in the timeline. @returns its number. */
export async function addVersion(
  tx: Tx,
  store: Store,
  practice: Practice,
  version: NewVersion,
): Promise<number> {
  const { resultId, content, take, marks } = version;
  const { n } = await tx
    .selectFrom('version')
    .select((e) => e.fn.coalesce(e.fn.max('number'), e.lit(0)).as('n'))
    .where('result_id', '=', resultId)
    .executeTakeFirstOrThrow();
  const number = n + 1;
  const shown = n > 0 ? await shownBefore(tx, store, version) : null;
  await tx
    .insertInto('version')
    .values({
      result_id: resultId,
      number,
      report_id: version.reportId,
      content_hash: contentHash(content),
      content_sealed: store.cipher.sealJson(content, contentAad),
      status: content.status,
      report_time: timeOf(content, version.detectedAt),
      collected_at: content.collectedAt,
      posted_at: content.postedAt,
      detected_at: version.detectedAt,
      detected_real_at: version.detectedRealAt,
      published_at: content.publishedAt ?? shown?.published_at ?? null,
      resultscall: isResultsCall(content.documentRoute) || shown?.resultscall === true,
      change: take === 'late' ? 'late' : null,
      tier: null,
      urgency: null,
      panel_id: null,
      contact_by_at: null,
      rule_set_version: null,
      reasons_sealed: null,
      marks: [...marks],
      feed: version.feed,
    })
    .execute();
  if (take === 'current')
    await tx.updateTable('result').set({ current_version: number }).where('id', '=', resultId).execute();
  await appendEvents(tx, store, practice.id, resultId, [
    {
      at: practiceNow(store, practice),
      actor: content.source,
      kind: take === 'late' ? 'received-late' : 'received',
      data: {
        version: number,
        status: content.status,
        verifiedAt: content.reportedAt,
        postedAt: content.postedAt,
        detectedAt: version.detectedAt,
        ...(marks.length > 0 && { marks: [...marks] }),
      },
    },
  ]);
  return number;
}

/** L4, L24: the chart's copy came first and is published; the laboratory's own report that says the same is shown by it. */
async function shownBefore(
  tx: Tx,
  store: Store,
  { resultId, content, feed }: NewVersion,
): Promise<{ published_at: EpochMs | null; resultscall: boolean } | null> {
  if (feed !== 'master') return null;
  const shown = await tx
    .selectFrom('version')
    .select(['published_at', 'resultscall', 'content_sealed'])
    .where('result_id', '=', resultId)
    .where('feed', '=', 'second')
    .where('published_at', 'is not', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!shown || !sameValues(content, store.cipher.openJson(shown.content_sealed, contentAad) as Content))
    return null;
  return shown;
}

/**
 * A newly published document is no new content, but it opens the portal channels of what it says (L24); one that is now
 * routed to ResultsCall is told by that (L31). Both hold for every version with its content and, when it is the chart's
 * copy of what another feed has sent, for the current one if it says the same.
 * @returns whether something became published by it.
 */
export async function noteShown(
  tx: Tx,
  store: Store,
  resultId: string,
  { report, sourceLane }: Pick<Delivery, 'report' | 'sourceLane'>,
): Promise<boolean> {
  const routed = isResultsCall(report.documentRoute);
  if (report.publishedAt === null && !routed) return false;
  const versions = await tx
    .selectFrom('version')
    .innerJoin('result', 'result.id', 'version.result_id')
    .select(['version.number', 'version.content_hash', 'version.content_sealed', 'result.current_version'])
    .select(['version.published_at', 'version.resultscall'])
    .where('version.result_id', '=', resultId)
    .execute();
  const hash = contentHash(report);
  const news = versions
    .filter((v) => (report.publishedAt !== null && v.published_at === null) || (routed && !v.resultscall))
    .filter(
      (v) =>
        v.content_hash === hash ||
        (sourceLane === 'second' &&
          v.number === v.current_version &&
          sameValues(store.cipher.openJson(v.content_sealed, contentAad) as Content, report)),
    );
  for (const v of news)
    await tx
      .updateTable('version')
      .set({ published_at: v.published_at ?? report.publishedAt, resultscall: v.resultscall || routed })
      .where('result_id', '=', resultId)
      .where('number', '=', v.number)
      .execute();
  return report.publishedAt !== null && news.some((v) => v.published_at === null);
}
