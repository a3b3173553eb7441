import { TwilioError } from '../clients/twilio/index.js';
import { VendorError } from '../clients/http/index.js';
import { markNotDone, markTaken, settleEffect } from '../store/effects.js';
import type { Seat } from '../store/pace.js';
import { loadPatient } from '../store/patients.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import { liveMembers } from '../store/notices.js';
import type { SendInput } from '../workflows/activity-types.js';
import { composeText } from './compose.js';
import type { ActivityDeps } from './deps.js';
import { comeBack, guarded, toFailure } from './failures.js';
import {
  claimSend,
  composed,
  linkOf,
  markConfirmed,
  markLeft,
  nextChannel,
  tellMembers,
  type Claim,
  type Notice,
} from './sending.js';
import { takeTextTurn } from './text-turn.js';

/** A text that has not left after this many real seconds expires at Twilio (30036) and is decided again. */
const validitySeconds = 4 * 3600;

/** Sends a notice's text, once. Strictly paced: at most 8 a second per sender (S000-73). */
export function createTextSend(deps: ActivityDeps): (input: SendInput) => Promise<void> {
  return (input) =>
    guarded(async () => {
      const practice = await loadPractice(deps.store, input.practiceId);
      // Composed first: words that may not be sent must not look like a call that was made.
      const body = await composed(deps, practice, input, 'text', (notice) =>
        textBody(deps, practice, notice),
      );
      if (body === null) return;
      const seat = await turnIfToCall(deps, practice, input);
      try {
        await send(deps, practice, input, body, seat);
      } finally {
        await seat?.giveBack();
      }
    });
}

async function send(
  deps: ActivityDeps,
  practice: Practice,
  input: SendInput,
  body: string,
  seat: Seat | null,
): Promise<void> {
  const { store, vendors, metrics } = deps;
  const claim = await claimSend(deps, practice, input, 'text');
  if (claim.do === 'nothing') return;
  if (claim.do === 'ask-vendor') return askTwilio(deps, practice, claim, body);
  const { notice, effectId, token } = claim;
  const { card } = await loadPatient(store, notice.patient_id);
  if (card.mobilePhone === null) {
    await settleEffect(store.db, store, effectId, {
      state: 'failed',
      at: practiceNow(store, practice),
      code: 'no-mobile',
    });
    await nextChannel(deps, notice, 'text');
    return;
  }
  try {
    const call = vendors.twilio(practice).sendText({
      to: card.mobilePhone,
      body,
      // Our id in the callback ties the text to its effect even when this answer is lost (Twilio has no keys).
      statusCallback: `${practice.settings.publicBaseUrl}/webhooks/twilio/${practice.id}/status?e=${effectId}#rc=3&rp=5xx,ct,rt`,
      validitySeconds,
    });
    const sent = await call.finally(() => seat?.giveBack());
    await markTaken(store.db, effectId, sent.sid, sent.status);
    await markLeft(deps, practice, notice);
    metrics.textSent('taken');
    await tellMembers(deps, practice, notice, 'left');
  } catch (err) {
    if (!(err instanceof VendorError)) throw err;
    metrics.textSent(err.outcome);
    if (err.outcome === 'refused') return refused(deps, practice, notice, effectId, err);
    if (err.outcome === 'not-done') await markNotDone(store.db, effectId, token);
    await tellMembers(deps, practice, notice, 'sending');
    throw err.outcome === 'not-done'
      ? toFailure(err)
      : comeBack(practice.settings.leaseMs, 'the outcome is not known yet');
  }
}

/** Only a call that may be made needs a turn; asking Twilio about an earlier one does not. */
async function turnIfToCall(
  { store }: ActivityDeps,
  practice: Practice,
  input: SendInput,
): Promise<Seat | null> {
  const effect = await store.db
    .selectFrom('effect')
    .select('state')
    .where('key', '=', `notice/${input.noticeId}/text/${input.epoch}`)
    .executeTakeFirst();
  return effect && effect.state !== 'intended' ? null : takeTextTurn(store, practice);
}

async function textBody(deps: ActivityDeps, practice: Practice, notice: Notice): Promise<string> {
  return composeText(deps.store, {
    practice,
    patientId: notice.patient_id,
    purpose: notice.purpose,
    language: notice.language === 'spa' ? 'spa' : 'eng',
    link: linkOf(deps, practice, notice),
    members: await liveMembers(deps.store.db, notice.id),
  });
}

/** Twilio said no: nothing left. The number is marked where it is to blame, the next channel follows (L37, L47). */
async function refused(
  deps: ActivityDeps,
  practice: Practice,
  notice: Notice,
  effectId: string,
  err: VendorError,
): Promise<void> {
  const { store } = deps;
  const at = practiceNow(store, practice);
  const failure = err instanceof TwilioError ? err.failure : 'unknown';
  await settleEffect(store.db, store, effectId, { state: 'failed', at, code: failure });
  if (failure === 'opted-out' || failure === 'wrong-number') {
    const { mobileIndex } = await loadPatient(store, notice.patient_id);
    if (mobileIndex) {
      const mark = failure === 'opted-out' ? { opted_out_at: at } : { wrong_at: at };
      await store.db
        .insertInto('number')
        .values({
          practice_id: practice.id,
          number_index: mobileIndex,
          opted_out_at: null,
          wrong_at: null,
          suspended_at: null,
          ...mark,
        })
        .onConflict((c) => c.columns(['practice_id', 'number_index']).doUpdateSet(mark))
        .execute();
    }
  }
  await tellMembers(deps, practice, notice, 'failed', failure);
  await nextChannel(deps, notice, 'text');
}

/**
 * A call was made and nobody knows its outcome. Wait for a callback with our id, then look for the text at Twilio by
 * recipient; never send a second one blindly. Still unknown: the next channel (architecture §8).
 */
async function askTwilio(
  deps: ActivityDeps,
  practice: Practice,
  claim: Extract<Claim, { do: 'ask-vendor' }>,
  body: string,
): Promise<void> {
  const { store, vendors } = deps;
  const { notice, effect } = claim;
  if (effect.vendorRef !== null) {
    // Twilio took it; only our own bookkeeping was cut off.
    await markLeft(deps, practice, notice);
    return tellMembers(deps, practice, notice, 'left');
  }
  const waited = store.realNow() - (effect.calledRealAt ?? 0);
  const { textUnknownWaitMs } = practice.settings;
  if (waited < textUnknownWaitMs)
    throw comeBack(Math.min(textUnknownWaitMs - waited, 5_000), 'a callback may still come');
  const { card } = await loadPatient(store, notice.patient_id);
  const found = card.mobilePhone
    ? (await vendors.twilio(practice).findTexts({ to: card.mobilePhone })).find((t) => t.body === body)
    : undefined;
  if (found) {
    await markTaken(store.db, effect.id, found.sid, found.status);
    if (found.status === 'delivered') {
      await settleEffect(store.db, store, effect.id, {
        state: 'confirmed',
        at: practiceNow(store, practice),
      });
      await markConfirmed(deps, practice, notice);
      return tellMembers(deps, practice, notice, 'confirmed');
    }
    await markLeft(deps, practice, notice);
    return tellMembers(deps, practice, notice, 'left');
  }
  await settleEffect(store.db, store, effect.id, {
    state: 'unknown',
    at: practiceNow(store, practice),
    code: 'not-found',
  });
  await tellMembers(deps, practice, notice, 'failed', 'outcome-unknown');
  await nextChannel(deps, notice, 'text');
}
