import { announce } from '../../activities/announce.js';
import type { SourceConfig } from '../../domain/practice/source.js';
import type { Report } from '../../domain/result/report.js';
import type { Roster } from '../../domain/routing/roster.js';
import type { PatientAsSent, ReceivedResult } from '../../intake/received.js';
import { storeNonProduction } from '../../store/non-production.js';
import type { Practice } from '../../store/practices.js';
import type { ItemOutcome } from '../../store/schema.js';
import { putItem, type PatientAsSentRecord } from '../../store/transmission-items.js';
import { storeUnmatched } from '../../store/unmatched.js';
import { storeDelivery, type Delivery, type Stored } from '../../store/versions.js';
import { findPatient } from './find-patient.js';
import { senderIndexOf } from './sender-index.js';
import type { IntakePort } from './port.js';

/** The chart may have the patient, or answer, by then (real ms). */
export const askAgainMs = 30 * 60_000;
/** So often the chart's answer is waited for before a result goes on without a patient: its clock must not wait. */
const triesForChart = 3;

/** The chart does not answer: the whole transmission comes again soon. */
export class ChartUnreachable extends Error {
  readonly code = 'chart-unreachable';
  constructor() {
    super('The chart did not answer. The message is kept and looked at again.');
  }
}

export interface Arrived {
  readonly transmissionId: string;
  readonly position: number;
  readonly source: SourceConfig;
  readonly received: ReceivedResult;
  readonly receivedAt: number;
  readonly receivedRealAt: number;
  readonly tries: number;
}

/**
 * Takes in one result of a stored transmission: whose it is, what it becomes, and its workflow is told. Repeating it is
 * harmless. Unknown patients and providers become work for the keeper of the unrouted list.
 * @throws ChartUnreachable the first times the chart does not answer.
 */
export async function takeIn(port: IntakePort, practice: Practice, arrived: Arrived): Promise<ItemOutcome> {
  const { store } = port;
  const { source, received, transmissionId, position } = arrived;
  const { patient } = received;
  const common = { transmissionId, position, practiceId: practice.id };
  const raw = { transmission: transmissionId, position };
  const detected = { detectedAt: arrived.receivedAt, detectedRealAt: arrived.receivedRealAt };
  const report = localReport(received.report, source, practice.roster);
  if (!source.processing.includes(received.processing)) {
    const { processing } = received;
    const delivery = { report, raw, ...detected, processing, patient };
    const resultId = await storeNonProduction(store, practice, delivery);
    await putItem(store, { ...common, outcome: 'non-production', resultId });
    return 'non-production';
  }
  const found = await findPatient(port, practice, source, patient);
  const delivery = { reportId: null, report, raw, ...detected, sourceLane: source.feed };
  if (found.kind === 'found') {
    const { patientId, chartId } = found;
    const whose = { patientId, chartId, waitingResultId: null };
    const stored = await storeFor(port, practice, source, { ...delivery, ...whose });
    const outcome = await outcomeOf(port, stored);
    await putItem(store, { ...common, outcome, resultId: stored.resultId });
    await announce(store, practice, port.tell, stored);
    return outcome;
  }
  if (found.why === 'chart-unreachable' && arrived.tries < triesForChart) throw new ChartUnreachable();
  const senderIndex = senderIndexOf(store, patient);
  const stored = await storeUnmatched(store, practice, { ...delivery, senderIndex });
  await putItem(store, {
    ...common,
    outcome: 'unmatched',
    resultId: stored.resultId,
    why: found.why,
    senderIndex,
    patient: asRecord(patient),
    nextRealAt: store.realNow() + askAgainMs,
  });
  await announce(store, practice, port.tell, stored);
  return 'unmatched';
}

/** Stores a result of a known patient, in the lane of its source (L1). Its workflow is still to be told. */
export async function storeFor(
  { store, metrics }: IntakePort,
  practice: Practice,
  source: SourceConfig,
  input: Delivery & { readonly chartId: string },
): Promise<Stored> {
  const { chartId, ...delivery } = input;
  const report: Report = {
    ...delivery.report,
    patient: { id: chartId, authority: practice.athenaPracticeId },
  };
  const stored = await storeDelivery(store, practice, { ...delivery, report, lane: source.lane });
  if (stored.outcome === 'new-version') metrics.inbound('lab-result');
  return stored;
}

/** L42: a filler of another patient keeps the new result away from both. */
async function outcomeOf({ store }: IntakePort, stored: Stored): Promise<ItemOutcome> {
  if (stored.outcome !== 'new-version') return stored.outcome;
  const { patient_id } = await store.db
    .selectFrom('result')
    .select('patient_id')
    .where('id', '=', stored.resultId)
    .executeTakeFirstOrThrow();
  return patient_id === null ? 'quarantine' : 'result';
}

/**
 * The sender's ids of people are not the chart's: equal numbers are different people. A clinician is known by NPI, or by
 * the sender's id where the practice has mapped it; a laboratory as the practice says for the whole source, else as sent.
 */
export function localReport(received: Report, source: SourceConfig, roster: Roster): Report {
  const report = source.laboratory === null ? received : { ...received, laboratory: source.laboratory };
  const sent = report.orderingProvider;
  if (!sent) return report;
  const mapped = Object.hasOwn(source.providers, sent.id) ? source.providers[sent.id] : undefined;
  const person =
    roster.people.find((p) => p.npi !== null && p.npi === sent.npi) ??
    roster.people.find((p) => p.id === mapped);
  const npi = person?.npi ?? sent.npi;
  return { ...report, orderingProvider: { id: person?.athenaProviderId ?? '', npi } };
}

function asRecord(patient: PatientAsSent): PatientAsSentRecord {
  const { id, authority, identifiers, family, given, birthDate, sex } = patient;
  return { id, authority, identifiers, family, given, birthDate, sex };
}
