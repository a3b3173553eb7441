import { classify } from '../domain/rules/classify.js';
import type { Report } from '../domain/result/report.js';
import { newId } from '../security/tokens.js';
import { contentHash, rawAad } from './contents.js';
import { lockNamed } from './database.js';
import type { Delivery } from './delivery.js';
import { appendEvents } from './events.js';
import { addVersion } from './keeping.js';
import { practiceNow, type Practice } from './practices.js';
import { newResult } from './results.js';
import { ageYears, classifiedColumns } from './classifying.js';
import type { Store } from './store.js';

export interface NonProductionDelivery extends Pick<
  Delivery,
  'report' | 'raw' | 'detectedAt' | 'detectedRealAt'
> {
  readonly processing: string;
  /** As printed in the message; the chart is not asked about an invented person. */
  readonly patient: { readonly birthDate: string | null; readonly sex: 'F' | 'M' | null };
}

/**
 * L5a: a result of a training or debugging system is classified, recorded and closed in one step. It belongs to no
 * patient, has no workflow and no name under which a real result could find it: so nobody can ever be told of it.
 * @returns the result's id; the same for the same content again.
 */
export async function storeNonProduction(
  store: Store,
  practice: Practice,
  delivery: NonProductionDelivery,
): Promise<string> {
  const { report: sent, detectedAt, detectedRealAt, patient } = delivery;
  const report: Report = { ...sent, documentId: `non-production/${sent.documentId}`, identifiers: [] };
  const hash = contentHash(report);
  return store.db.transaction().execute(async (tx) => {
    await lockNamed(tx, `non-production/${practice.id}/${hash}`);
    const before = await tx
      .selectFrom('report')
      .select('result_id')
      .where('practice_id', '=', practice.id)
      .where('source', '=', report.source)
      .where('document_id', '=', report.documentId)
      .where('content_hash', '=', hash)
      .executeTakeFirst();
    if (before?.result_id) return before.result_id;
    const asDelivery = { ...delivery, report, reportId: null, patientId: '', waitingResultId: null };
    const resultId = await newResult(tx, store, practice, asDelivery, true);
    const reportId = newId();
    await tx
      .insertInto('report')
      .values({
        id: reportId,
        practice_id: practice.id,
        source: report.source,
        document_id: report.documentId,
        patient_id: null,
        row_sealed: null,
        raw_sealed: store.cipher.sealJson(delivery.raw, rawAad),
        content_hash: hash,
        state: 'stored',
        reason: 'non-production',
        result_id: resultId,
        received_at: detectedAt,
        received_real_at: detectedRealAt,
      })
      .execute();
    const number = await addVersion(tx, store, practice, {
      resultId,
      reportId,
      content: report,
      take: 'current',
      marks: [],
      feed: 'master',
      detectedAt,
      detectedRealAt,
    });
    const inputs = {
      patientId: null,
      patient: {
        sex: patient.sex,
        ageYears: ageYears(patient.birthDate, report.collectedAt ?? detectedAt),
        pregnant: null,
      },
      context: { laboratory: report.laboratory ?? null, previous: [], patientLimits: [], now: detectedAt },
    };
    const classification = classify(report, practice.ruleSet, inputs.patient, inputs.context);
    const { tier, urgency } = classification;
    await tx
      .updateTable('version')
      .set({
        change: 'first',
        ...classifiedColumns(store, classification, inputs),
      })
      .where('result_id', '=', resultId)
      .where('number', '=', number)
      .execute();
    const at = practiceNow(store, practice);
    await tx
      .updateTable('result')
      .set({
        lane: 'non-production',
        phase: 'closed',
        tier,
        urgency,
        owner_id: practice.roster.keeper,
        closure: 'non-production',
        closed_at: at,
      })
      .where('id', '=', resultId)
      .execute();
    const event = { at, actor: 'resultloop' };
    await appendEvents(tx, store, practice.id, resultId, [
      { ...event, kind: 'classified', data: { version: number, tier, urgency, change: 'first' } },
      { ...event, kind: 'closed', data: { closure: 'non-production', processing: delivery.processing } },
    ]);
    return resultId;
  });
}
