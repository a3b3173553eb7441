import { versionOf } from '../domain/result/amending.js';
import { place } from '../domain/result/placing.js';
import type { KnownResult } from '../domain/result/placement.js';
import type { Report } from '../domain/result/report.js';
import { newId } from '../security/tokens.js';
import { loadResult } from './candidates.js';
import { contentHash, rawAad } from './contents.js';
import { lockNamed, type Tx } from './database.js';
import type { Delivery, Stored } from './delivery.js';
import { addVersion } from './keeping.js';
import { newResult } from './results.js';
import type { Practice } from './practices.js';
import type { Store } from './store.js';

/** A delivery whose patient nobody has found in the chart. */
export type UnmatchedDelivery = Omit<Delivery, 'patientId' | 'waitingResultId' | 'previousChartIds'> & {
  /** Keyed hash of the sender's own patient id. */
  readonly senderIndex: string;
};

/**
 * Stores a result that belongs to nobody yet: lane `unmatched`, so that nothing of it can reach a patient, while its
 * critical value is heard like any other (L1, L14). A further version of it is found among the unmatched results of the
 * same patient of the sender. Repeating it is harmless.
 */
export async function storeUnmatched(
  store: Store,
  practice: Practice,
  delivery: UnmatchedDelivery,
): Promise<Stored> {
  const { report } = delivery;
  const hash = contentHash(report);
  return store.db.transaction().execute(async (tx) => {
    await lockNamed(tx, `unmatched/${practice.id}/${delivery.senderIndex}`);
    const before = await unmatchedReport(tx, practice.id, report, hash);
    if (before) return { outcome: 'known', resultId: before };
    const known = await unmatchedOf(tx, store, practice.id, delivery.senderIndex, report);
    const incoming = {
      report,
      hash,
      patientId: '',
      // Among themselves: what the master feed has is looked at when the patient is known.
      feed: 'master',
      onceKnownAs: [],
      deliveredTo: null,
      isFromAnother: false,
    } as const;
    const placed = place(incoming, known);
    const [first] = known;
    // Two unmatched records of one result are joined when their patient is found, not before.
    const placing =
      placed.kind === 'join' && first ? versionOf({ report, hash, feed: incoming.feed }, first) : placed;
    if (placing.kind === 'known') {
      await keepUnmatched(tx, store, practice, delivery, hash, placing.resultId, 'duplicate');
      return { outcome: 'known', resultId: placing.resultId };
    }
    const isVersion = placing.kind === 'version';
    const resultId = isVersion
      ? placing.resultId
      : await newResult(tx, store, practice, { ...delivery, patientId: '', waitingResultId: null }, true);
    const reportId = await keepUnmatched(tx, store, practice, delivery, hash, resultId, 'stored');
    const take = isVersion ? placing.take : 'current';
    const version = await addVersion(tx, store, practice, {
      resultId,
      reportId,
      content: isVersion ? placing.content : report,
      take,
      marks: isVersion ? placing.marks : [],
      feed: delivery.sourceLane ?? 'master',
      detectedAt: delivery.detectedAt,
      detectedRealAt: delivery.detectedRealAt,
    });
    return { outcome: take === 'late' ? 'late' : 'new-version', resultId, version };
  });
}

async function unmatchedReport(
  tx: Tx,
  practiceId: string,
  report: Report,
  hash: string,
): Promise<string | null> {
  const row = await tx
    .selectFrom('report')
    .select('result_id')
    .where('practice_id', '=', practiceId)
    .where('source', '=', report.source)
    .where('document_id', '=', report.documentId)
    .where('content_hash', '=', hash)
    .where('patient_id', 'is', null)
    .executeTakeFirst();
  return row?.result_id ?? null;
}

async function unmatchedOf(
  tx: Tx,
  store: Store,
  practiceId: string,
  senderIndex: string,
  report: Report,
): Promise<KnownResult[]> {
  const rows = await tx
    .selectFrom('transmission_item')
    .innerJoin('result', 'result.id', 'transmission_item.result_id')
    .select('result.id')
    .distinct()
    .where('transmission_item.practice_id', '=', practiceId)
    .where('transmission_item.sender_index', '=', senderIndex)
    .where('transmission_item.outcome', '=', 'unmatched')
    .where('result.patient_id', 'is', null)
    .execute();
  const known: KnownResult[] = [];
  for (const { id } of rows) {
    const one = await loadResult(tx, store, id);
    const theirs = one?.current.report.identifiers ?? [];
    const hits = report.identifiers.filter((mine) =>
      theirs.some((t) => t.namespace === mine.namespace && t.value === mine.value),
    );
    if (one && hits.length > 0) known.push({ ...one, isQuarantined: false, isUnmatched: false, hits });
  }
  return known;
}

async function keepUnmatched(
  tx: Tx,
  store: Store,
  practice: Practice,
  delivery: UnmatchedDelivery,
  hash: string,
  resultId: string,
  state: 'stored' | 'duplicate',
): Promise<string> {
  const id = newId();
  await tx
    .insertInto('report')
    .values({
      id,
      practice_id: practice.id,
      source: delivery.report.source,
      document_id: delivery.report.documentId,
      patient_id: null,
      row_sealed: null,
      raw_sealed: store.cipher.sealJson(delivery.raw, rawAad),
      content_hash: hash,
      state,
      reason: 'unmatched',
      result_id: resultId,
      received_at: delivery.detectedAt,
      received_real_at: delivery.detectedRealAt,
    })
    .execute();
  return id;
}

/** The patients that a person said a sender's identifiers stand for. */
export async function mappedPatients(
  store: Store,
  practiceId: string,
  sourceId: string,
  senderIndexes: readonly string[],
): Promise<string[]> {
  if (senderIndexes.length === 0) return [];
  const rows = await store.db
    .selectFrom('sender_patient')
    .select('patient_id')
    .distinct()
    .where('practice_id', '=', practiceId)
    .where('source_id', '=', sourceId)
    .where('sender_index', 'in', [...senderIndexes])
    .execute();
  return rows.map((r) => r.patient_id);
}
