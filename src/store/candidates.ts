import { timeOf } from '../domain/result/identity.js';
import type { Content } from '../domain/result/pieces.js';
import type { KnownResult } from '../domain/result/placement.js';
import type { Report, ReportIdentifier } from '../domain/result/report.js';
import { aliasKeys, outranksPatient } from './aliases.js';
import { contentAad } from './contents.js';
import type { Tx } from './database.js';
import type { Store } from './store.js';

/**
 * The results that one of the report's identifiers is known for: the patient's own under any, another patient's only
 * where that means something (L42).
 */
export async function loadKnown(
  tx: Tx,
  store: Store,
  practiceId: string,
  patientId: string,
  report: Report,
): Promise<KnownResult[]> {
  const keys = aliasKeys(store, report);
  if (keys.length === 0) return [];
  const rows = await tx
    .selectFrom('alias')
    .select(['result_id', 'patient_id', 'namespace', 'value_index'])
    .where('practice_id', '=', practiceId)
    .where(
      'value_index',
      'in',
      keys.map((k) => k.index),
    )
    .execute();
  const hits = new Map<string, { patientId: string; identifiers: Set<ReportIdentifier> }>();
  for (const row of rows) {
    const key = keys.find((k) => k.index === row.value_index && k.identifier.namespace === row.namespace);
    if (!key || (row.patient_id !== patientId && !outranksPatient(key.identifier))) continue;
    const hit = hits.get(row.result_id) ?? { patientId: row.patient_id, identifiers: new Set() };
    hit.identifiers.add(key.identifier);
    hits.set(row.result_id, hit);
  }
  const known: KnownResult[] = [];
  for (const [resultId, hit] of hits) {
    const result = await loadResult(tx, store, resultId);
    if (result) known.push({ ...result, patientId: hit.patientId, hits: [...hit.identifiers] });
  }
  return known;
}

/** A result as `place` sees it; `null` while it has no version. */
export async function loadResult(tx: Tx, store: Store, resultId: string): Promise<KnownResult | null> {
  const row = await tx
    .selectFrom('result')
    .innerJoin('version', (j) =>
      j.onRef('version.result_id', '=', 'result.id').onRef('version.number', '=', 'result.current_version'),
    )
    .innerJoin('report', 'report.id', 'version.report_id')
    .select([
      'report.document_id',
      'result.patient_id',
      'result.lane',
      'result.told_version',
      'result.released_version',
      'result.state',
      'result.detected_real_at',
      'version.number',
      'version.content_hash',
      'version.content_sealed',
      'version.report_time',
      'version.report_id',
    ])
    .where('result.id', '=', resultId)
    .executeTakeFirst();
  if (!row) return null;
  const sealed = store.cipher.openJson(row.content_sealed, contentAad) as Content;
  // It may stand on another document than the one it came in, since that was deleted.
  const content = sealed.pieces ? sealed : { ...sealed, documentId: row.document_id };
  return {
    resultId,
    patientId: row.patient_id ?? '',
    isQuarantined: row.patient_id === null,
    isUnmatched: row.lane === 'unmatched',
    hits: [],
    told: toldOf(row),
    firstSeenAt: row.detected_real_at,
    current: {
      number: row.number,
      hash: row.content_hash,
      report: content,
      time: timeOf(content, row.report_time),
    },
    alsoIn: await alsoIn(tx, resultId, row.content_hash, row.report_id),
  };
}

/** How much of it has reached the patient: the store's view and, where it is ahead, the workflow's. */
function toldOf(row: {
  told_version: number | null;
  released_version: number | null;
  state: unknown;
}): KnownResult['told'] {
  const state = row.state as { telling?: { kind?: string }; acknowledgement?: object | null } | null;
  const telling = state?.telling?.kind;
  if (row.told_version !== null || state?.acknowledgement || telling === 'left' || telling === 'confirmed')
    return 3;
  if (telling === 'sending' || telling === 'with-person') return 2;
  return row.released_version !== null ? 1 : 0;
}

/** Ids of stored deliveries of other documents with the same content, whose document was not withdrawn since. */
async function alsoIn(tx: Tx, resultId: string, hash: string, reportId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('report')
    .leftJoin('version', (j) => j.onRef('version.report_id', '=', 'report.id'))
    .select(['report.id', 'report.document_id', 'report.content_hash', 'version.status'])
    .where('report.result_id', '=', resultId)
    .where('report.state', 'in', ['stored', 'duplicate'])
    .execute();
  const own = rows.find((r) => r.id === reportId)?.document_id;
  const withdrawn = new Set(rows.filter((r) => r.status === 'withdrawn').map((r) => r.document_id));
  return rows
    .filter((r) => r.content_hash === hash && r.document_id !== own && !withdrawn.has(r.document_id))
    .map((r) => r.id);
}
