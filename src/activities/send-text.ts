import { isTextFailure, TwilioError, type TextFailure } from '../clients/twilio/index.js';
import { VendorError } from '../clients/http/index.js';
import { localDay, textValidity } from '../store/calendar.js';
import { markNotDone, markTaken, settleEffect } from '../store/effects.js';
import { raiseAlarm } from '../store/inbound.js';
import type { Seat } from '../store/pace.js';
import { loadPatient } from '../store/patients.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import { liveMembers } from '../store/notices.js';
import { isReadingGood } from '../store/rereads.js';
import type { SendInput } from '../workflows/activity-types.js';
import { mayReachPatients } from './agreement-gate.js';
import { askTwilio } from './ask-twilio.js';
import { composeText } from './compose.js';
import type { ActivityDeps } from './deps.js';
import { comeBack, guarded, paced, toFailure } from './failures.js';
import { goOn, type LostCall } from './go-on.js';
import { claimSend, composed, linkOf, markLeft, passOn, tellMembers, type Notice } from './sending.js';
import { createTell } from './tell.js';
import { textFailed } from './text-failed.js';
import { createTextGate, type TextGate } from './text-gate.js';
import { checkNumber } from './text-number.js';
import { takeTextTurn } from './text-turn.js';

/** A text that has not left after this long, or by the end of the window, expires at Twilio (30036) and is decided again. */
const longestValiditySeconds = 4 * 3600;
/** Twilio retries a callback on our errors and timeouts, with short waits, and asks no more of a server that is down. */
const callbackOverrides = '#rc=3&rp=5xx,ct,rt&ct=2000&rt=5000';

/** Sends a notice's text, once. Strictly paced: at most 8 a second per sender (S000-73). */
export function createTextSend(
  deps: ActivityDeps,
  gate: TextGate = createTextGate(deps),
): (input: SendInput) => Promise<void> {
  return (input) =>
    guarded(async () => {
      const practice = await loadPractice(deps.store, input.practiceId);
      // Composed first: words that may not be sent must not look like a call that was made.
      const body = await composed(deps, practice, input, 'text', (notice) =>
        textBody(deps, practice, notice),
      );
      if (body === null) return;
      // Asking Twilio about an earlier call needs neither permission nor a turn.
      const isNew = await mayBeCalled(deps, input);
      // L23: the claim sends it back to be read again; nobody's turn is used up for that.
      if (isNew && !isReadingGood(deps.store, await noticeOf(deps.store, input)))
        return send(deps, practice, input, body, null);
      if (isNew && !(await mayLeave(deps, gate, practice, input))) return;
      const seat = isNew ? await takeTextTurn(deps.store, practice) : null;
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
  if (claim.do === 'nothing')
    return goOn(deps, practice, input, 'text', (notice, call) => lostText(deps, practice, notice, call));
  if (claim.do === 'ask-vendor') return askTwilio(deps, practice, claim, body);
  const { notice, effectId, token } = claim;
  const { card } = await loadPatient(store, notice.patient_id);
  if (card.mobilePhone === null) {
    await settleEffect(store.db, store, effectId, {
      state: 'failed',
      at: practiceNow(store, practice),
      code: 'no-mobile',
    });
    return passOn(deps, practice, notice, 'text', 'no-mobile');
  }
  try {
    const call = vendors.twilio(practice).sendText({
      to: card.mobilePhone,
      body,
      // Our id in the callback ties the text to its effect even when this answer is lost (Twilio has no keys).
      statusCallback: `${practice.settings.publicBaseUrl}/webhooks/twilio/${practice.id}/status?e=${effectId}${callbackOverrides}`,
      validitySeconds: textValidity(practice.settings, practiceNow(store, practice), longestValiditySeconds),
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
      ? await laterAgain(deps, practice, err)
      : comeBack(practice.settings.leaseMs, 'the outcome is not known yet');
  }
}

/** The call surely did not happen. Too many at once spread out; wrong credentials are the administrator's. */
async function laterAgain({ store }: ActivityDeps, practice: Practice, err: VendorError) {
  if (err.code === 'rate-limited' && err.retryAfterMs === null) return paced(1_000 + 4_000 * Math.random());
  if (err.code === 'unauthorized') {
    const day = localDay(practice.settings, practiceNow(store, practice));
    await raiseAlarm(store, practice, `texts/${practice.id}/unauthorized/${day}`, 'texts-unauthorized');
  }
  return toFailure(err);
}

/** False once a call was made, or the effect was settled. */
async function mayBeCalled({ store }: ActivityDeps, input: SendInput): Promise<boolean> {
  const effect = await effectOf(store, input);
  return !effect || effect.state === 'intended';
}

/** The account and the number may take a text; else the notice goes on, as after a refusal of Twilio's. */
async function mayLeave(
  deps: ActivityDeps,
  gate: TextGate,
  practice: Practice,
  input: SendInput,
): Promise<boolean> {
  const { store } = deps;
  // S000-22: the claim refuses it; Twilio is asked nothing about the patient's number meanwhile.
  if (!mayReachPatients(store, practice, 'text')) return true;
  const notice = await noticeOf(store, input);
  const finding = await gate.refusal(practice);
  const refusal: { failure: TextFailure; why: string } | null = finding
    ? { failure: 'configuration', why: finding.code }
    : await checkNumber(deps, practice, notice.patient_id);
  if (!refusal) return true;
  const port = { store, tell: createTell(deps.temporal) };
  const at = practiceNow(store, practice);
  await textFailed(port, practice, notice, { failure: refusal.failure, calledAt: at, at }, refusal.why);
  return false;
}

function effectOf(store: ActivityDeps['store'], input: SendInput) {
  return store.db
    .selectFrom('effect')
    .select('state')
    .where('key', '=', `notice/${input.noticeId}/text/${input.epoch}`)
    .executeTakeFirst();
}

function noticeOf(store: ActivityDeps['store'], input: SendInput): Promise<Notice> {
  return store.db.selectFrom('notice').selectAll().where('id', '=', input.noticeId).executeTakeFirstOrThrow();
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

/** Twilio said no: nothing left. */
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
  await lostText(deps, practice, notice, { state: 'failed', code: failure, calledAt: at });
}

/** A text that came to nothing: the number may be to blame, and the same channel may be the next. */
async function lostText(
  deps: ActivityDeps,
  practice: Practice,
  notice: Notice,
  call: LostCall,
): Promise<void> {
  const { store } = deps;
  if (call.state === 'unknown' || !isTextFailure(call.code))
    return passOn(deps, practice, notice, 'text', call.code);
  const at = practiceNow(store, practice);
  const failed = { failure: call.code, calledAt: call.calledAt ?? at, at };
  await textFailed({ store, tell: createTell(deps.temporal) }, practice, notice, failed);
}
