import { heartbeat } from '@temporalio/activity';
import type { AthenaClient } from '../clients/athenahealth/index.js';
import { readFeedRow } from '../clients/athenahealth/index.js';
import { VendorError } from '../clients/http/index.js';
import { IntakeError, toPatientCard } from '../intake/athena/index.js';
import { countTry, holdFeedRow, openFeedRows, waitingResult, type OpenFeedRow } from '../store/feed.js';
import { loadPatient, patientIdOf, rememberSpruceContact, upsertPatient } from '../store/patients.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import { noticeDocuments, noticePatient, resultDocument, touchReread } from '../store/rereads.js';
import { asChartDelivery } from '../store/second-feed.js';
import { storeDelivery } from '../store/versions.js';
import { mayReachPatients, noteAgreement } from './agreement-gate.js';
import type { AthenaActivities } from '../workflows/activity-types.js';
import { announce, announceForgotten } from './announce.js';
import { readDocument } from './chart-document.js';
import { chartGate, isChartClosed } from './chart-gate.js';
import { watchDepartments } from './departments.js';
import type { ActivityDeps } from './deps.js';
import { drainFeeds } from './drain-feeds.js';
import { guarded } from './failures.js';
import { matchContact } from './spruce-contact.js';
import { createTell } from './tell.js';

/** Documents read at the same time. */
const concurrency = 4;
/** A row that could not be read this often goes to the keeper of the unrouted list; its clock has been running. */
const triesBeforeHold = 8;

/** Reads from athenahealth: the feed, documents, patients. */
export function createAthenaActivities(deps: ActivityDeps): AthenaActivities {
  const { store } = deps;
  const tell = createTell(deps.temporal);

  return {
    pollFeed: ({ practiceId }) =>
      guarded(async () => {
        const practice = await loadPractice(store, practiceId);
        const athena = deps.vendors.athena(practice);
        const rows = await drainFeeds(deps, practice);
        const { started, held } = await takeIn(deps, practice, tell);
        await watchDepartments(deps, practice, athena).catch(unlessVendor);
        await announceForgotten(store, practice, tell);
        await lookAtGate(deps, practice, tell);
        return { rows, started, held };
      }),

    reread: ({ practiceId, resultId }) =>
      guarded(async () => {
        const practice = await loadPractice(store, practiceId);
        const document = await resultDocument(store, resultId);
        if (!document) return { outcome: 'unreadable', patientStatus: null };
        try {
          const status = await readAgain(deps, practice, document.patientId, document.documentId, tell);
          return { outcome: 'read', patientStatus: status };
        } catch (err) {
          // Staff steps go ahead without the reading (L23); whether to try again is not for them to wait on.
          if (!(err instanceof VendorError)) throw err;
          return { outcome: 'unreadable', patientStatus: null };
        }
      }),

    rereadForNotice: ({ practiceId, noticeId }) =>
      guarded(async () => {
        const practice = await loadPractice(store, practiceId);
        for (const d of await noticeDocuments(store, noticeId))
          await readAgain(deps, practice, d.patientId, d.documentId, tell);
        await findInSpruce(deps, practice, noticeId);
        await touchReread(store, noticeId);
      }),
  };
}

/** Looking for new departments is tried again by the next poll; it fails none. */
function unlessVendor(err: unknown): void {
  if (!(err instanceof VendorError)) throw err;
}

/** A paused chart that has no note waiting is looked at by the poll; what waits is woken when it opens (S000-69). */
async function lookAtGate(
  deps: ActivityDeps,
  practice: Practice,
  tell: ReturnType<typeof createTell>,
): Promise<void> {
  if (!(await isChartClosed(deps, practice))) return;
  if ((await chartGate(deps, practice)) === 'open') await tell.notesQueued(practice);
}

/** Reads, stores and starts every row that was fed and not finished yet, also those of earlier polls. */
async function takeIn(deps: ActivityDeps, practice: Practice, tell: ReturnType<typeof createTell>) {
  const rows = await openFeedRows(deps.store, practice.id);
  const counts = { started: 0, held: 0 };
  let firstError: unknown = null;
  const next = rows[Symbol.iterator]();
  const worker = async () => {
    for (let r = next.next(); !r.done; r = next.next()) {
      try {
        const outcome = await takeInRow(deps, practice, r.value, tell);
        if (outcome !== 'nothing') counts[outcome] += 1;
      } catch (err) {
        firstError ??= err;
        // Every row stands for itself: one that cannot be read never stalls the others.
        if (r.value.tries + 1 >= triesBeforeHold)
          await holdFeedRow(deps.store, practice, r.value.id, reasonOf(err)).then((id) =>
            tell.resume(practice, id),
          );
      }
      heartbeat();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (firstError !== null) throw firstError;
  return counts;
}

async function takeInRow(
  deps: ActivityDeps,
  practice: Practice,
  row: OpenFeedRow,
  tell: ReturnType<typeof createTell>,
): Promise<'started' | 'held' | 'nothing'> {
  const { store, vendors, metrics } = deps;
  await countTry(store, row.id);
  const feedRow = readFeedRow(row.raw);
  if (feedRow.labResultId === null || feedRow.patientId === null) {
    // L5: no patient yet. Such a document can be neither read nor listed: an item of the unrouted list.
    const resultId = await holdFeedRow(
      store,
      practice,
      row.id,
      feedRow.labResultId === null ? 'row-without-id' : 'no-patient',
    );
    await tell.resume(practice, resultId);
    return 'held';
  }
  const athena = vendors.athena(practice);
  try {
    const ref = { chartId: feedRow.patientId, documentId: row.documentId };
    const document = await readDocument(athena, practice, ref, feedRow);
    if (document === null) {
      const resultId = await holdFeedRow(store, practice, row.id, 'document-not-found');
      await tell.resume(practice, resultId);
      return 'held';
    }
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
    await announce(store, practice, tell, stored);
    if (stored.outcome !== 'new-version') return 'nothing';
    metrics.inbound('lab-result');
    return 'started';
  } catch (err) {
    if (!(err instanceof IntakeError)) throw err;
    const resultId = await holdFeedRow(store, practice, row.id, err.code);
    await tell.resume(practice, resultId);
    return 'held';
  }
}

/** Reads a patient and keeps the card; a merged-away or hidden chart is kept as such, never guessed. */
async function readPatient(
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

/** L23: what document and patient say now. A changed document becomes a version and tells its result. */
async function readAgain(
  deps: ActivityDeps,
  practice: Practice,
  patientId: string,
  documentId: string | null,
  tell: ReturnType<typeof createTell>,
): Promise<string> {
  const { store, vendors } = deps;
  const athena = vendors.athena(practice);
  const before = await loadPatient(store, patientId);
  const { chartId, departmentId } = before.card;
  const document = documentId === null ? null : await readDocument(athena, practice, { chartId, documentId });
  await readPatient(deps, practice, athena, chartId, departmentId);
  if (document) {
    const said = await asChartDelivery(store, practice.id, document.facilityId, document.report);
    const now = { detectedAt: practiceNow(store, practice), detectedRealAt: store.realNow() };
    const delivery = { reportId: null, ...said, raw: document.raw, patientId, ...now, waitingResultId: null };
    await announce(store, practice, tell, await storeDelivery(store, practice, delivery));
  }
  return (await loadPatient(store, patientId)).card.status;
}

/** L28: whether the patient can be reached by Spruce, as Spruce says now. */
async function findInSpruce(deps: ActivityDeps, practice: Practice, noticeId: string): Promise<void> {
  const { store, vendors } = deps;
  // S000-22: Spruce is told of no patient then, not even by a question.
  if (!mayReachPatients(store, practice, 'secure')) return noteAgreement(deps, practice, 'secure');
  const patientId = await noticePatient(store, noticeId);
  const { card } = await loadPatient(store, patientId);
  const spruce = vendors.spruce(practice);
  const contact = await matchContact(spruce, card, `athena-${practice.athenaPracticeId}-${card.chartId}`, {
    create: practice.connections.spruce.createContacts === true,
    nowReal: store.realNow(),
  });
  await rememberSpruceContact(
    store,
    patientId,
    contact && { id: contact.id, hasAccount: contact.standing === 'account' },
  );
}

function reasonOf(err: unknown): string {
  return err instanceof VendorError ? err.code : 'not-readable';
}
