import { VendorError } from '../clients/http/index.js';
import { markNotDone, settleEffect } from '../store/effects.js';
import { liveMembers } from '../store/notices.js';
import { loadPatient } from '../store/patients.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import { resultDocument } from '../store/rereads.js';
import type { SendInput } from '../workflows/activity-types.js';
import { patientNote, writePatientNote } from './chart-document.js';
import { closesGate, isChartClosed } from './chart-gate.js';
import { takeChartTurn } from './chart-turn.js';
import { composePortalNote } from './compose.js';
import type { ActivityDeps } from './deps.js';
import { comeBack, guarded, toFailure } from './failures.js';
import { claimSend, composed, linkOf, markNoted, nextChannel, tellMembers, type Notice } from './sending.js';

/** Writes the note that the patient sees beside each published result of a notice, once, and reads it back (L25). */
export function createPortalNote(deps: ActivityDeps): (input: SendInput) => Promise<void> {
  const { store, vendors } = deps;
  return (input) =>
    guarded(async () => {
      const practice = await loadPractice(store, input.practiceId);
      if (await isChartClosed(deps, practice)) throw paused(practice);
      const members = await liveMembers(store.db, input.noticeId);
      const note = await composed(deps, practice, input, 'portal-note', (n) =>
        noteText(deps, practice, n, members),
      );
      if (note === null) return;
      for (const member of members) {
        const claim = await claimSend(deps, practice, input, 'portal-note', `/${member.resultId}`);
        if (claim.do === 'nothing') continue;
        const { notice } = claim;
        const effectId = claim.do === 'act' ? claim.effectId : claim.effect.id;
        const { card } = await loadPatient(store, notice.patient_id);
        const documentId = (await resultDocument(store, member.resultId))?.documentId ?? null;
        const athena = vendors.athena(practice);
        const at = practiceNow(store, practice);
        if (documentId === null) {
          await settleEffect(store.db, store, effectId, { state: 'failed', at, code: 'no-document' });
          return nextChannel(deps, notice, 'portal-note');
        }
        const document = { chartId: card.chartId, documentId };
        const standsThere = async () => (await patientNote(athena, document)).includes(note);
        if (claim.do === 'act') {
          try {
            await takeChartTurn(store, practice);
            await writePatientNote(athena, document, note);
          } catch (err) {
            if (!(err instanceof VendorError)) {
              await markNotDone(store.db, effectId, claim.token);
              throw err;
            }
            if (await closesGate(deps, practice, err)) {
              await markNotDone(store.db, effectId, claim.token);
              throw paused(practice);
            }
            if (err.outcome === 'refused') {
              await settleEffect(store.db, store, effectId, { state: 'failed', at, code: err.code });
              await tellMembers(deps, practice, notice, 'failed', err.code);
              return nextChannel(deps, notice, 'portal-note');
            }
            if (err.outcome === 'not-done') await markNotDone(store.db, effectId, claim.token);
            await tellMembers(deps, practice, notice, 'sending');
            throw err.outcome === 'not-done'
              ? toFailure(err)
              : comeBack(practice.settings.leaseMs, 'the outcome is not known yet');
          }
        }
        // Told = the note is there (L25). A call whose note is not there after its lease surely did nothing.
        if (await standsThere()) await settleEffect(store.db, store, effectId, { state: 'confirmed', at });
        else if (claim.do === 'ask-vendor') {
          await settleEffect(store.db, store, effectId, { state: 'unknown', at, code: 'not-found' });
          await tellMembers(deps, practice, notice, 'failed', 'outcome-unknown');
          return nextChannel(deps, notice, 'portal-note');
        } else throw comeBack(practice.settings.leaseMs, 'the note cannot be read back yet');
      }
      await goOn(deps, practice, input);
    });
}

/** The note stands at every result, or it could not be written at one: also where a crash came in between. */
async function goOn(deps: ActivityDeps, practice: Practice, input: SendInput): Promise<void> {
  const { db } = deps.store;
  const notice = await db
    .selectFrom('notice')
    .selectAll()
    .where('id', '=', input.noticeId)
    .executeTakeFirstOrThrow();
  if (notice.state !== 'sending' || notice.epoch !== input.epoch) return;
  const effects = await db
    .selectFrom('effect')
    .select('state')
    .where('notice_id', '=', notice.id)
    .where('epoch', '=', input.epoch)
    .execute();
  const stands = effects.length > 0 && effects.every((e) => e.state === 'confirmed');
  if (!stands) return nextChannel(deps, notice, 'portal-note');
  await tellMembers(deps, practice, notice, 'confirmed');
  await markNoted(deps, practice, notice);
}

/** S000-69: waits until documents may be written again. */
function paused(practice: Practice) {
  return comeBack(practice.settings.chartRecheckMs, 'chart writes are paused');
}

async function noteText(
  deps: ActivityDeps,
  practice: Practice,
  notice: Notice,
  members: readonly { resultId: string; version: number }[],
) {
  return composePortalNote(deps.store, {
    practice,
    patientId: notice.patient_id,
    purpose: notice.purpose,
    language: notice.language === 'spa' ? 'spa' : 'eng',
    link: linkOf(deps, practice, notice),
    members,
  });
}
