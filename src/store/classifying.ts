import { DateTime } from 'luxon';
import type { Doubted } from '../domain/result/doubts.js';
import type { PatientCard } from '../domain/result/patient.js';
import type { EpochMs, Report } from '../domain/result/report.js';
import type { ClassifiablePatient } from '../domain/rules/classification.js';
import type { Tx } from './database.js';
import { sealDecision, type Decision } from './decisions.js';
import { limitsInForce } from './patient-limits.js';
import { loadPatient } from './patients.js';
import type { Practice } from './practices.js';
import { loadPreviousValues } from './previous-values.js';
import type { Store } from './store.js';

export const reasonsAad = 'version.reasons';

/** What a version is classified with beside its content. */
export type Inputs = Pick<Decision, 'patientId' | 'patient' | 'context'>;

/**
 * What is known when a version is classified: the patient as the chart says, whose codes the laboratory uses, the
 * patient's earlier values as far back as the change rules ask, limits signed for this patient. The time is that at
 * which the version was first seen. Runs under the patient lock.
 */
export async function inputsOf(
  tx: Tx,
  store: Store,
  practice: Practice,
  about: { resultId: string; patientId: string | null; report: Report; detectedAt: EpochMs },
): Promise<Inputs> {
  const { resultId, patientId, report, detectedAt: now } = about;
  const takenAt = report.collectedAt ?? now;
  const context = { laboratory: report.laboratory ?? null, previous: [], patientLimits: [], now };
  if (patientId === null) return { patientId, patient: null, context };
  const { card } = await loadPatient(store, patientId, tx);
  return {
    patientId,
    patient: classifiablePatient(card, takenAt),
    context: {
      ...context,
      previous: await loadPreviousValues(tx, store, practice.ruleSet, {
        resultId,
        patientId,
        report,
        takenAt,
      }),
      patientLimits: await limitsInForce(tx, store, patientId),
    },
  };
}

/** The patient at the time of the collection. */
export function classifiablePatient(card: PatientCard, takenAt: EpochMs): ClassifiablePatient {
  return { sex: card.sex, ageYears: ageYears(card.birthDate, takenAt), pregnant: card.pregnant };
}

/** What is kept of a classification with its version: for lists in clear, for whoever asks why sealed. */
export function classifiedColumns(store: Store, classification: Doubted, inputs: Inputs) {
  const { tier, urgency, panelId, sensitive, reasons, ruleSet, decidedBy, observations } = classification;
  const { patientId, patient, context } = inputs;
  return {
    tier,
    urgency,
    panel_id: panelId,
    sensitive: [...sensitive],
    rule_set_version: ruleSet.version,
    reasons_sealed: store.cipher.sealJson(reasons, reasonsAad),
    decision_sealed: sealDecision(store, { patientId, patient, context, ruleSet, decidedBy, observations }),
  };
}

/** Whole years at an instant; `null` when the birth date is not known. */
export function ageYears(birthDate: string | null, at: EpochMs): number | null {
  if (birthDate === null) return null;
  const years = DateTime.fromMillis(at).diff(DateTime.fromISO(birthDate), 'years').years;
  return Number.isFinite(years) ? Math.floor(years) : null;
}
