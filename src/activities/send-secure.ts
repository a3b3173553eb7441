import { VendorError } from '../clients/http/index.js';
import { markNotDone, markTaken, settleEffect } from '../store/effects.js';
import { liveMembers } from '../store/notices.js';
import { loadPatient } from '../store/patients.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import type { SendInput } from '../workflows/activity-types.js';
import { composeSecure } from './compose.js';
import type { ActivityDeps } from './deps.js';
import { comeBack, guarded, toFailure } from './failures.js';
import { goOn } from './go-on.js';
import {
  claimSend,
  composed,
  linkOf,
  markConfirmed,
  markLeft,
  passOn,
  tellMembers,
  type Claim,
  type Notice,
} from './sending.js';
import { tryRouteToInbox } from './spruce-inbox.js';
import { alarmIfRefused } from './spruce-refused.js';

/** How far Spruce's clock may be from ours. */
const clockMarginMs = 10 * 60_000;
/** How often a message whose call had no answer is looked for, real ms. */
const lookAgainMs = 15_000;

/**
 * Sends a notice as a Spruce secure message, once, in a conversation of its own: an answer there is an answer to it. 200
 * means taken, and so does 422 to a key; an item with our request id or our link is the proof.
 */
export function createSecureSend(deps: ActivityDeps): (input: SendInput) => Promise<void> {
  const { store, vendors } = deps;
  return (input) =>
    guarded(async () => {
      const practice = await loadPractice(store, input.practiceId);
      const message = await composed(deps, practice, input, 'secure', (notice) =>
        secureMessage(deps, practice, notice),
      );
      if (message === null) return;
      const claim = await claimSend(deps, practice, input, 'secure');
      if (claim.do === 'nothing') return goOn(deps, practice, input, 'secure');
      if (claim.do === 'ask-vendor') return askSpruce(deps, practice, claim);
      const { notice, effectId, token } = claim;
      const spruce = vendors.spruce(practice);
      const patient = await loadPatient(store, notice.patient_id);
      if (patient.spruceContactId === null) {
        await settleEffect(store.db, store, effectId, {
          state: 'failed',
          at: practiceNow(store, practice),
          code: 'no-contact',
        });
        return passOn(deps, practice, notice, 'secure', 'no-contact');
      }
      try {
        const sent = await spruce.createSecureConversation({
          contactId: patient.spruceContactId,
          internalEndpointId: practice.connections.spruce.internalEndpointId,
          subject: message.subject,
          message: message.body,
          // Of this attempt alone: another follows only when it surely did nothing, and then needs a key not burnt.
          idempotencyKey: `notice-${token}`,
        });
        await markTaken(store.db, effectId, sent.requestId ?? 'accepted', 'posted');
        await markLeft(deps, practice, notice, sent.conversationId);
        await tellMembers(deps, practice, notice, 'left');
        await tryRouteToInbox(deps, spruce, practice, sent.conversationId);
      } catch (err) {
        if (!(err instanceof VendorError)) throw err;
        await alarmIfRefused(store, practice, err);
        if (err.outcome === 'refused') {
          await settleEffect(store.db, store, effectId, {
            state: 'failed',
            at: practiceNow(store, practice),
            code: err.code,
          });
          return passOn(deps, practice, notice, 'secure', err.code);
        }
        if (err.outcome === 'not-done') await markNotDone(store.db, effectId, token);
        await tellMembers(deps, practice, notice, 'sending');
        throw err.outcome === 'not-done'
          ? toFailure(err)
          : comeBack(practice.settings.leaseMs, 'the outcome is not known yet');
      }
    });
}

async function secureMessage(deps: ActivityDeps, practice: Practice, notice: Notice) {
  return composeSecure(deps.store, {
    practice,
    patientId: notice.patient_id,
    purpose: notice.purpose,
    language: notice.language === 'spa' ? 'spa' : 'eng',
    link: linkOf(deps, practice, notice),
    members: await liveMembers(deps.store.db, notice.id),
  });
}

/**
 * Reads the patient's conversations for our message; its link is unique. Lists lag, so that it counts as not there only
 * after a while; then the next channel.
 */
async function askSpruce(
  deps: ActivityDeps,
  practice: Practice,
  claim: Extract<Claim, { do: 'ask-vendor' }>,
): Promise<void> {
  const { store } = deps;
  const { notice, effect } = claim;
  const found = await findSecureMessage(deps, practice, notice);
  const at = practiceNow(store, practice);
  if (found) {
    await settleEffect(store.db, store, effect.id, {
      state: 'confirmed',
      at,
      vendorRef: found.requestId ?? 'found',
    });
    // Told first: cut off in between, the next attempt finds the notice where it was and tells again.
    await tellMembers(deps, practice, notice, 'confirmed');
    await markLeft(deps, practice, notice, found.conversationId);
    return markConfirmed(deps, practice, notice);
  }
  if (effect.vendorRef !== null) {
    await markLeft(deps, practice, notice);
    return tellMembers(deps, practice, notice, 'left');
  }
  const left = (effect.calledRealAt ?? 0) + practice.settings.secureUnknownWaitMs - store.realNow();
  if (left > 0) throw comeBack(Math.min(left, lookAgainMs), 'lists of Spruce lag; it may still be there');
  await settleEffect(store.db, store, effect.id, { state: 'unknown', at, code: 'not-found' });
  await passOn(deps, practice, notice, 'secure', 'outcome-unknown');
}

/** Our message among the patient's conversations, found by its link. */
export async function findSecureMessage(
  { store, vendors, ...rest }: ActivityDeps,
  practice: Practice,
  notice: Notice,
) {
  const { spruceContactId } = await loadPatient(store, notice.patient_id);
  if (spruceContactId === null) return null;
  const spruce = vendors.spruce(practice);
  const link = linkOf({ store, vendors, ...rest }, practice, notice);
  // Nothing older can hold it, and what else was said there is not ours to read.
  const startFrom = notice.created_at - clockMarginMs;
  for (const conversation of await spruce.conversationsOfContact(spruceContactId))
    for (const item of await spruce.items(conversation.id, { order: 'newest_first', startFrom }))
      if (item.text.includes(link)) return { conversationId: conversation.id, requestId: item.requestId };
  return null;
}
