import { createHash } from 'node:crypto';
import { canonicalContent } from '../domain/result/content.js';
import type { EpochMs, Report } from '../domain/result/report.js';
import { newId } from '../security/tokens.js';
import { lockPatient, type Tx } from './database.js';
import { appendEvents } from './events.js';
import { patientLock } from './patients.js';
import type { Practice } from './practices.js';
import { practiceNow } from './practices.js';
import type { Store } from './store.js';

export const contentAad = 'version.content';
const rawAad = 'report.raw';
const hour = 3_600_000;
/** L39: within this they are one collection; further apart they are different results (serial troponin). */
const sameCollectionMs = 2 * hour;
/** L39: tolerated only with equal accession or filler, or a missing time. */
const dayMs = 24 * hour;

export type Stored =
  | { readonly outcome: 'new-version'; readonly resultId: string; readonly version: number }
  /** A known delivery, or the same content in another document: nothing to do. */
  | { readonly outcome: 'known'; readonly resultId: string }
  /** Older than what is current: kept, not taken over (L40, L41). */
  | { readonly outcome: 'late'; readonly resultId: string };

export interface Delivery {
  /** The row under which a feed announced the document; `null` when it was read without one (L23). */
  readonly reportId: string | null;
  readonly report: Report;
  readonly raw: unknown;
  readonly patientId: string;
  /** When resultloop first saw the document, in both times. */
  readonly detectedAt: EpochMs;
  readonly detectedRealAt: EpochMs;
  /** A result that already waits for this document without a patient (L5). */
  readonly waitingResultId: string | null;
}

/** SHA-256 of the clinical content. */
export function contentHash(report: Report): string {
  return createHash('sha256').update(canonicalContent(report)).digest('hex');
}

/**
 * Stores a delivery under the patient lock: finds the result it belongs to (L39), makes it a version or sees that it
 * is known (L40), joins its draw (L18). Repeating it is harmless.
 */
export async function storeDelivery(store: Store, practice: Practice, delivery: Delivery): Promise<Stored> {
  const { report, reportId, patientId } = delivery;
  const hash = contentHash(report);
  return store.db.transaction().execute(async (tx) => {
    await lockPatient(tx, patientLock(patientId));
    const pair = await tx
      .selectFrom('report')
      .select(['id', 'result_id'])
      .where('practice_id', '=', practice.id)
      .where('source', '=', report.source)
      .where('document_id', '=', report.documentId)
      .where('content_hash', '=', hash)
      .executeTakeFirst();
    if (pair?.result_id && pair.id === reportId) return again(tx, pair.result_id, reportId);
    if (pair?.result_id) {
      // A pair that is known already; the row that announced it has done its work.
      if (reportId)
        await tx.deleteFrom('report').where('id', '=', reportId).where('content_hash', 'is', null).execute();
      await notePublished(tx, pair.result_id, report, hash);
      return { outcome: 'known', resultId: pair.result_id };
    }
    const found = delivery.waitingResultId ?? (await findResult(tx, store, practice.id, patientId, report));
    const resultId = found ?? (await newResult(tx, store, practice, delivery));
    if (delivery.waitingResultId) await giveToPatient(tx, store, practice.id, resultId, delivery);
    await addAliases(tx, store, practice.id, patientId, resultId, report);
    const keptId = reportId ?? newId();
    const keep = async (state: 'stored' | 'duplicate') => {
      const raw = store.cipher.sealJson(delivery.raw, rawAad);
      const kept = { state, content_hash: hash, result_id: resultId, patient_id: patientId, raw_sealed: raw };
      if (reportId)
        return void (await tx.updateTable('report').set(kept).where('id', '=', reportId).execute());
      await tx
        .insertInto('report')
        .values({
          id: keptId,
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
    };
    const current = await currentVersion(tx, resultId);
    const now = practiceNow(store, practice);
    if (current?.content_hash === hash) {
      await keep('duplicate');
      await notePublished(tx, resultId, report, hash);
      await appendEvents(tx, store, practice.id, resultId, [
        { at: now, actor: report.source, kind: 'repeated', data: { version: current.number } },
      ]);
      return { outcome: 'known', resultId };
    }
    await keep('stored');
    const late = current !== undefined && isLate(report, current);
    const number = (await highestVersion(tx, resultId)) + 1;
    await tx
      .insertInto('version')
      .values({
        result_id: resultId,
        number,
        report_id: keptId,
        content_hash: hash,
        content_sealed: store.cipher.sealJson(report, contentAad),
        status: report.status,
        report_time: reportTime(report, delivery.detectedAt),
        collected_at: report.collectedAt,
        posted_at: report.postedAt,
        detected_at: delivery.detectedAt,
        detected_real_at: delivery.detectedRealAt,
        published_at: report.publishedAt,
        change: late ? 'late' : null,
        tier: null,
        urgency: null,
        panel_id: null,
        contact_by_at: null,
        rule_set_version: null,
        reasons_sealed: null,
      })
      .execute();
    if (!late)
      await tx.updateTable('result').set({ current_version: number }).where('id', '=', resultId).execute();
    await appendEvents(tx, store, practice.id, resultId, [
      {
        at: now,
        actor: report.source,
        kind: late ? 'received-late' : 'received',
        data: {
          version: number,
          status: report.status,
          verifiedAt: report.reportedAt,
          postedAt: report.postedAt,
          detectedAt: delivery.detectedAt,
        },
      },
    ]);
    return late ? { outcome: 'late', resultId } : { outcome: 'new-version', resultId, version: number };
  });
}

/** The same delivery again after a crash: say again what it became, so that its result is told. */
async function again(tx: Tx, resultId: string, reportId: string): Promise<Stored> {
  const version = await tx
    .selectFrom('version')
    .select(['number', 'change'])
    .where('result_id', '=', resultId)
    .where('report_id', '=', reportId)
    .executeTakeFirst();
  if (!version) return { outcome: 'known', resultId };
  return version.change === 'late'
    ? { outcome: 'late', resultId }
    : { outcome: 'new-version', resultId, version: version.number };
}

/** A newly published document is no new content, but it opens the portal channels of what it says (L24). */
async function notePublished(tx: Tx, resultId: string, report: Report, hash: string): Promise<void> {
  if (report.publishedAt === null) return;
  await tx
    .updateTable('version')
    .set({ published_at: report.publishedAt })
    .where('result_id', '=', resultId)
    .where('content_hash', '=', hash)
    .execute();
}

async function findResult(
  tx: Tx,
  store: Store,
  practiceId: string,
  patientId: string,
  report: Report,
): Promise<string | null> {
  const keys = aliasKeys(store, report);
  if (keys.length === 0) return null;
  const candidates = await tx
    .selectFrom('alias')
    .innerJoin('result', 'result.id', 'alias.result_id')
    .innerJoin('version', (j) =>
      j.onRef('version.result_id', '=', 'result.id').onRef('version.number', '=', 'result.current_version'),
    )
    .select([
      'alias.namespace',
      'alias.value_index',
      'alias.test_index',
      'alias.result_id',
      'version.collected_at',
      'version.report_time',
    ])
    .where('alias.practice_id', '=', practiceId)
    .where('alias.patient_id', '=', patientId)
    .where(
      'alias.value_index',
      'in',
      keys.map((k) => k.value),
    )
    .execute();
  // The document's own id is the same document, whatever it says now: before any other match.
  const own = keys.filter((k) => k.namespace === 'lab-result').map((k) => k.value);
  const same = candidates.find((c) => c.namespace === 'lab-result' && own.includes(c.value_index));
  if (same) return same.result_id;
  const test = testIndex(store, report);
  const matches = candidates
    .filter((c) => c.namespace !== 'lab-result' && c.test_index === test)
    .filter((c) => keys.some((k) => k.namespace === c.namespace && k.value === c.value_index))
    .filter((c) => sameCollection(report, c, isStrong(c.namespace)))
    .sort(
      (a, b) =>
        Number(isStrong(b.namespace)) - Number(isStrong(a.namespace)) || apart(report, a) - apart(report, b),
    );
  return matches[0]?.result_id ?? null;
}

interface Known {
  readonly collected_at: EpochMs | null;
  readonly report_time: EpochMs;
}

const isStrong = (namespace: string) => namespace === 'accession' || namespace === 'filler';

/** L39. A missing time is no licence to join: under one order a week later is the next result, unless corrected. */
function sameCollection(report: Report, known: Known, strong: boolean): boolean {
  if (report.collectedAt !== null && known.collected_at !== null)
    return apart(report, known) <= (strong ? dayMs : sameCollectionMs);
  return strong || report.status === 'corrected' || apart(report, known) <= dayMs;
}

/** Between two collections; where one is not known, between the two reports. */
function apart(report: Report, known: Known): number {
  return report.collectedAt !== null && known.collected_at !== null
    ? Math.abs(report.collectedAt - known.collected_at)
    : Math.abs(reportTime(report, known.report_time) - known.report_time);
}

async function newResult(tx: Tx, store: Store, practice: Practice, delivery: Delivery): Promise<string> {
  const id = newId();
  const drawId = await joinDraw(tx, store, practice.id, delivery.patientId, delivery.report);
  await tx
    .insertInto('result')
    .values({
      id,
      practice_id: practice.id,
      patient_id: delivery.patientId,
      draw_id: drawId,
      lane: laneOf(practice, delivery.report, delivery.detectedAt),
      posted_at: delivery.report.postedAt,
      detected_at: delivery.detectedAt,
      detected_real_at: delivery.detectedRealAt,
      tier: null,
      urgency: null,
      ordered_by: null,
      owner_id: null,
      waits_for: null,
      due_at: null,
      due_step: null,
      released_version: null,
      told_version: null,
      closure: null,
      closed_at: null,
      state: null,
    })
    .execute();
  return id;
}

async function giveToPatient(
  tx: Tx,
  store: Store,
  practiceId: string,
  resultId: string,
  delivery: Delivery,
): Promise<void> {
  const drawId = await joinDraw(tx, store, practiceId, delivery.patientId, delivery.report);
  await tx
    .updateTable('result')
    .set({ patient_id: delivery.patientId, draw_id: drawId, posted_at: delivery.report.postedAt })
    .where('id', '=', resultId)
    .where('patient_id', 'is', null)
    .execute();
}

/** L18: one draw = one patient, within 2 h of its first member's collection; time unknown: same accession. */
async function joinDraw(
  tx: Tx,
  store: Store,
  practiceId: string,
  patientId: string,
  report: Report,
): Promise<string> {
  const accession = report.identifiers.find((i) => i.namespace === 'accession');
  const accessionIndex = accession ? store.index.aliasIndex('accession', accession.value) : null;
  const draws = await tx.selectFrom('draw').selectAll().where('patient_id', '=', patientId).execute();
  const collected = report.collectedAt;
  const match = draws.find((d) =>
    collected !== null && d.first_collected_at !== null
      ? Math.abs(collected - d.first_collected_at) <= sameCollectionMs
      : accessionIndex !== null && d.accession_index === accessionIndex,
  );
  if (match) return match.id;
  const id = newId();
  await tx
    .insertInto('draw')
    .values({
      id,
      practice_id: practiceId,
      patient_id: patientId,
      first_collected_at: collected,
      accession_index: accessionIndex,
    })
    .execute();
  return id;
}

/** L1, L2: old, uploaded or faxed results are recorded only, until a person releases them. */
function laneOf(practice: Practice, report: Report, detectedAt: EpochMs): string {
  const old = report.collectedAt !== null && detectedAt - report.collectedAt > 14 * dayMs;
  const beforeGoLive = report.collectedAt !== null && report.collectedAt < practice.goLiveAt - dayMs;
  const source = (report.documentSource ?? '').toUpperCase();
  return old || beforeGoLive || ['UPLOAD', 'FAX', 'PATIENT'].includes(source) ? 'historic' : 'notify';
}

async function addAliases(
  tx: Tx,
  store: Store,
  practiceId: string,
  patientId: string,
  resultId: string,
  report: Report,
): Promise<void> {
  const test = testIndex(store, report);
  const rows = aliasKeys(store, report).map((k) => ({
    practice_id: practiceId,
    patient_id: patientId,
    namespace: k.namespace,
    value_index: k.value,
    test_index: test,
    result_id: resultId,
  }));
  if (rows.length > 0)
    await tx
      .insertInto('alias')
      .values(rows)
      .onConflict((c) => c.doNothing())
      .execute();
}

function aliasKeys(store: Store, report: Report): { namespace: string; value: string }[] {
  return report.identifiers.map((i) => ({
    namespace: i.namespace,
    value: store.index.aliasIndex(i.namespace, i.value),
  }));
}

/** The same test under the same order; siblings of one order have other tests (requirements 6-3). */
function testIndex(store: Store, report: Report): string {
  return store.index.index('test', (report.test.code ?? report.test.name).trim().toLowerCase());
}

async function currentVersion(tx: Tx, resultId: string) {
  return tx
    .selectFrom('version')
    .innerJoin('result', 'result.id', 'version.result_id')
    .innerJoin('report', 'report.id', 'version.report_id')
    .select([
      'version.number',
      'version.content_hash',
      'version.report_time',
      'version.status',
      'report.document_id',
    ])
    .where('version.result_id', '=', resultId)
    .whereRef('version.number', '=', 'result.current_version')
    .executeTakeFirst();
}

async function highestVersion(tx: Tx, resultId: string): Promise<number> {
  const { n } = await tx
    .selectFrom('version')
    .select((e) => e.fn.coalesce(e.fn.max('number'), e.lit(0)).as('n'))
    .where('result_id', '=', resultId)
    .executeTakeFirstOrThrow();
  return n;
}

/** L40, L41: newer = report time, else created time. What a document says now is newer than what it said. */
function isLate(
  report: Report,
  current: { report_time: number; status: string; document_id: string },
): boolean {
  if (report.documentId === current.document_id) return false;
  if (report.status === 'preliminary' && current.status !== 'preliminary') return true;
  return reportTime(report, Number.MAX_SAFE_INTEGER) < current.report_time;
}

function reportTime(report: Report, otherwise: EpochMs): EpochMs {
  return report.reportedAt ?? report.postedAt ?? otherwise;
}
