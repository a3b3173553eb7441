import { heartbeat } from '@temporalio/activity';
import { VendorError } from '../clients/http/index.js';
import { openFeedRows } from '../store/feed.js';
import { loadPatient, rememberSpruceContact } from '../store/patients.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import {
  noticeDocuments,
  noticePatient,
  putOffReread,
  resultDocument,
  touchReread,
} from '../store/rereads.js';
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
import { watchResultsCall } from './results-call.js';
import { readPatient, takeInRows } from './take-in-rows.js';
import { createTell } from './tell.js';

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
        // Also what earlier polls left.
        const open = await openFeedRows(store, practiceId);
        const { started, held } = await takeInRows(deps, practice, tell, open, heartbeat);
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
          const { patientId, documentId } = document;
          const { isThere, patientStatus } = await readAgain(deps, practice, patientId, documentId, tell);
          return { outcome: isThere ? 'read' : 'unreadable', patientStatus };
        } catch (err) {
          // Staff steps go ahead without the reading (L23); whether to try again is not for them to wait on.
          if (!(err instanceof VendorError)) throw err;
          return { outcome: 'unreadable', patientStatus: null };
        }
      }),

    rereadForNotice: ({ practiceId, noticeId }) =>
      guarded(async () => {
        const practice = await loadPractice(store, practiceId);
        const documents = await noticeDocuments(store, noticeId);
        let areThere = true;
        for (const { patientId, documentId } of documents) {
          const { isThere } = await readAgain(deps, practice, patientId, documentId, tell);
          areThere &&= isThere;
        }
        if (!areThere) return putOffReread(store, noticeId);
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

/**
 * L23: what document and patient say now. A changed document becomes a version and tells its result. One that is not
 * there under this patient (filed elsewhere, deleted) was not read: what we hold of it may not be true any more.
 */
async function readAgain(
  deps: ActivityDeps,
  practice: Practice,
  patientId: string,
  documentId: string | null,
  tell: ReturnType<typeof createTell>,
): Promise<{ readonly isThere: boolean; readonly patientStatus: string }> {
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
    await watchResultsCall(deps, practice, document.report);
    await announce(store, practice, tell, await storeDelivery(store, practice, delivery));
  }
  const { status } = (await loadPatient(store, patientId)).card;
  return { isThere: documentId === null || document !== null, patientStatus: status };
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
