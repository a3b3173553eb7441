import { VendorError } from '../clients/http/index.js';
import { markNotDone, settleEffect } from '../store/effects.js';
import { liveMembers, type NoticeMember } from '../store/notices.js';
import { loadPatient } from '../store/patients.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import { resultDocument } from '../store/rereads.js';
import type { Store } from '../store/store.js';
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
        if (claim.do === 'nothing') {
          if (await isConfirmed(store, input, member)) continue;
          return goOn(deps, practice, input);
        }
        const { notice } = claim;
        const effectId = claim.do === 'act' ? claim.effectId : claim.effect.id;
        const { card } = await loadPatient(store, notice.patient_id);
        const documentId = (await resultDocument(store, member.resultId))?.documentId ?? null;
        const athena = vendors.athena(practice);
        const at = practiceNow(store, practice);
        if (documentId === null) {
          await settleEffect(store.db, store, effectId, { state: 'failed', at, code: 'no-document' });
          return goOn(deps, practice, input);
        }
        const document = { chartId: card.chartId, documentId };
        const standsThere = async () => (await patientNote(athena, document)).includes(note);
        const confirm = () => settleEffect(store.db, store, effectId, { state: 'confirmed', at });
        if (claim.do === 'act') {
          try {
            const earlier = await earlierNote(store, notice, member);
            if (earlier === 'confirmed' || (earlier === 'unknown' && (await standsThere()))) {
              await confirm();
              continue;
            }
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
              return goOn(deps, practice, input);
            }
            if (err.outcome === 'not-done') await markNotDone(store.db, effectId, claim.token);
            await tellMembers(deps, practice, notice, 'sending', null, [member]);
            throw err.outcome === 'not-done'
              ? toFailure(err)
              : comeBack(practice.settings.leaseMs, 'the outcome is not known yet');
          }
        }
        // Told = the note is there (L25). A call whose note is not there after its lease surely did nothing.
        if (await standsThere()) await confirm();
        else if (claim.do === 'ask-vendor') {
          await settleEffect(store.db, store, effectId, { state: 'unknown', at, code: 'not-found' });
          return goOn(deps, practice, input);
        } else throw comeBack(practice.settings.leaseMs, 'the note cannot be read back yet');
      }
      await goOn(deps, practice, input);
    });
}

/**
 * The sends that were settled are told, each to its own result. Then the note stands at every result, or the notice goes on
 * (L47); also where an earlier attempt was cut off in between. A notice that is not where this send found it any more is
 * left alone: a member that was amended meanwhile sent it back to its plan.
 */
async function goOn(deps: ActivityDeps, practice: Practice, input: SendInput): Promise<void> {
  const { db } = deps.store;
  const notice = await db
    .selectFrom('notice')
    .selectAll()
    .where('id', '=', input.noticeId)
    .executeTakeFirstOrThrow();
  const sent = { ...notice, epoch: input.epoch, channel: 'portal-note' as const };
  const effects = await db
    .selectFrom('effect')
    .select(['key', 'state', 'code'])
    .where('notice_id', '=', notice.id)
    .where('epoch', '=', input.epoch)
    .execute();
  const members = (await liveMembers(db, notice.id)).map((member) => ({
    member,
    effect: effects.find((e) => e.key === keyOf(input, member)),
  }));
  const stands = members.filter((m) => m.effect?.state === 'confirmed').map((m) => m.member);
  await tellMembers(deps, practice, sent, 'confirmed', null, stands);
  if (notice.state !== 'sending' || notice.epoch !== input.epoch) return;
  const lost = members.filter((m) => m.effect?.state !== 'confirmed');
  if (members.length > 0 && lost.length === 0) return markNoted(deps, practice, notice);
  for (const { member, effect } of lost) {
    const why = effect?.state === 'failed' ? effect.code : 'outcome-unknown';
    await tellMembers(deps, practice, notice, 'failed', why, [member]);
  }
  await nextChannel(deps, notice, 'portal-note');
}

function keyOf({ noticeId, epoch }: SendInput, { resultId }: NoticeMember): string {
  return `notice/${noticeId}/portal-note/${epoch}/${resultId}`;
}

async function isConfirmed({ db }: Store, input: SendInput, member: NoticeMember): Promise<boolean> {
  const effect = await db
    .selectFrom('effect')
    .select('state')
    .where('key', '=', keyOf(input, member))
    .executeTakeFirst();
  return effect?.state === 'confirmed';
}

/**
 * What is known of the note of an earlier send of this notice beside this version: a member that was amended between two
 * writes sends the whole notice back to its plan, and what was written stays written.
 */
async function earlierNote(
  { db }: Store,
  notice: Notice,
  { resultId, version }: NoticeMember,
): Promise<'confirmed' | 'unknown' | null> {
  const rows = await db
    .selectFrom('notice_member as m')
    .innerJoin('effect as e', (j) =>
      j.onRef('e.notice_id', '=', 'm.notice_id').onRef('e.epoch', '>=', 'm.joined_epoch'),
    )
    .select('e.state')
    .where('m.notice_id', '=', notice.id)
    .where('m.result_id', '=', resultId)
    .where('m.version', '=', version)
    .where('e.epoch', '<', notice.epoch)
    .where('e.key', 'like', `%/portal-note/%/${resultId}`)
    .where('e.state', 'in', ['called', 'unknown', 'confirmed'])
    .execute();
  if (rows.length === 0) return null;
  return rows.some((row) => row.state === 'confirmed') ? 'confirmed' : 'unknown';
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
