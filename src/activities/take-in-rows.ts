import { readFeedRow, type AthenaClient } from '../clients/athenahealth/index.js';
import { VendorError } from '../clients/http/index.js';
import { IntakeError, toPatientCard } from '../intake/athena/index.js';
import { countTry, holdFeedRow, waitingResult, type OpenFeedRow } from '../store/feed.js';
import { loadPatient, patientIdOf, upsertPatient } from '../store/patients.js';
import type { Practice } from '../store/practices.js';
import { asChartDelivery } from '../store/second-feed.js';
import { storeDelivery } from '../store/versions.js';
import { announce } from './announce.js';
import { readDocument } from './chart-document.js';
import type { ActivityDeps } from './deps.js';
import { watchResultsCall } from './results-call.js';
import type { Tell } from './tell.js';

/** Documents read at the same time. */
const concurrency = 4;
/** A row that could not be read this often goes to the keeper of the unrouted list; its clock has been running. */
const triesBeforeHold = 8;
/** From then on its document is read again after this, then after twice as long, up to the longest (real ms). */
const readAgainMs = 5 * 60_000;
const readAgainAtMostMs = 30 * 60_000;

/**
 * Reads, stores and starts what rows of a feed announce. Two at once meet the same locks, and a repeat is harmless.
 * @param beat Called after each row.
 * @throws the first row's error, after the others had their turn; rows that failed stay open for the next poll.
 */
export async function takeInRows(
  deps: ActivityDeps,
  practice: Practice,
  tell: Tell,
  rows: readonly OpenFeedRow[],
  beat: () => void,
): Promise<{ readonly started: number; readonly held: number }> {
  const counts = { started: 0, held: 0 };
  let firstError: unknown = null;
  const next = rows[Symbol.iterator]();
  const worker = async () => {
    for (let r = next.next(); !r.done; r = next.next()) {
      try {
        const outcome = await takeInRow(deps, practice, r.value, tell);
        if (outcome !== 'nothing') counts[outcome] += 1;
      } catch (err) {
        // Every row stands for itself: one that cannot be read never stalls the others, nor, once held, the round.
        if (r.value.held === null) firstError ??= err;
        else deps.log.warn({ practice: practice.id, code: reasonOf(err) }, 'a held document is not readable');
        await holdIfOften(deps, practice, r.value, err, tell);
      }
      beat();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (firstError !== null) throw firstError;
  return counts;
}

/**
 * A row that fails again and again is the keeper's work. Its document is read again all the same: what could not be read
 * for a while is in no way less urgent (S003-91).
 */
async function holdIfOften(
  { store }: ActivityDeps,
  practice: Practice,
  row: OpenFeedRow,
  err: unknown,
  tell: Tell,
): Promise<void> {
  const over = row.tries + 1 - triesBeforeHold;
  if (over < 0) return;
  const waitMs = Math.min(readAgainMs * 2 ** over, readAgainAtMostMs);
  const resultId = await holdFeedRow(store, practice, row.id, reasonOf(err), store.realNow() + waitMs);
  if (resultId !== null && !row.held?.hasBegun) await tell.resume(practice, resultId);
}

async function takeInRow(
  deps: ActivityDeps,
  practice: Practice,
  row: OpenFeedRow,
  tell: Tell,
): Promise<'started' | 'held' | 'nothing'> {
  const { store, vendors, metrics } = deps;
  await countTry(store, row.id);
  const feedRow = readFeedRow(row.raw);
  if (feedRow.labResultId === null || feedRow.patientId === null) {
    // L5: no patient yet. Such a document can be neither read nor listed: an item of the unrouted list.
    return hold(deps, practice, row, feedRow.labResultId === null ? 'row-without-id' : 'no-patient', tell);
  }
  const athena = vendors.athena(practice);
  try {
    const ref = { chartId: feedRow.patientId, documentId: row.documentId };
    const document = await readDocument(athena, practice, ref, feedRow);
    if (document === null) return await hold(deps, practice, row, 'document-not-found', tell);
    const patient = await readPatient(deps, practice, athena, feedRow.patientId, feedRow.departmentId);
    const { report, facilityId } = document;
    const stored = await storeDelivery(store, practice, {
      reportId: row.id,
      ...(await asChartDelivery(store, practice.id, facilityId, report)),
      raw: document.raw,
      patientId: patient.id,
      previousChartIds: patient.previousChartIds,
      detectedAt: row.receivedAt,
      detectedRealAt: row.receivedRealAt,
      waitingResultId: await waitingResult(store, practice.id, row.documentId),
    });
    await watchResultsCall(deps, practice, report);
    await announce(store, practice, tell, stored);
    if (stored.outcome !== 'new-version') return 'nothing';
    metrics.inbound('lab-result');
    return 'started';
  } catch (err) {
    if (!(err instanceof IntakeError)) throw err;
    return hold(deps, practice, row, err.code, tell);
  }
}

/** What cannot be read or matched is the keeper's, until the feed announces it anew. */
async function hold(
  { store }: ActivityDeps,
  practice: Practice,
  row: OpenFeedRow,
  reason: string,
  tell: Tell,
): Promise<'held' | 'nothing'> {
  const resultId = await holdFeedRow(store, practice, row.id, reason);
  if (resultId === null) return 'nothing';
  await tell.resume(practice, resultId);
  return 'held';
}

/** Reads a patient and keeps the card; a merged-away or hidden chart is kept as such, never guessed. */
export async function readPatient(
  { store }: ActivityDeps,
  practice: Practice,
  athena: AthenaClient,
  chartId: string,
  departmentId: string | null,
): Promise<{ id: string; previousChartIds: readonly string[] }> {
  const found = await athena.patient(chartId, { departmentId });
  if (found) {
    const card = toPatientCard(found.raw);
    const merged = found.patientId !== chartId;
    const id = await upsertPatient(
      store,
      practice.id,
      merged ? { ...card, chartId, status: 'merged' } : card,
    );
    return { id, previousChartIds: merged ? [] : found.previousPatientIds };
  }
  const known = await patientIdOf(store, practice.id, chartId);
  const card = known ? (await loadPatient(store, known)).card : unknownPatient(chartId, departmentId);
  const id = await upsertPatient(store, practice.id, { ...card, status: known ? 'merged' : 'unknown' });
  return { id, previousChartIds: [] };
}

function unknownPatient(chartId: string, departmentId: string | null) {
  return {
    chartId,
    departmentId,
    givenName: '',
    familyName: '',
    birthDate: null,
    sex: null,
    pregnant: null,
    language: null,
    mobilePhone: null,
    homePhone: null,
    workPhone: null,
    consentToText: false,
    labTextPreference: null,
    doNotCall: false,
    portal: false,
    status: 'unknown' as const,
    confidentialCommunication: false,
    primaryProviderId: null,
  };
}

function reasonOf(err: unknown): string {
  return err instanceof VendorError ? err.code : 'not-readable';
}
