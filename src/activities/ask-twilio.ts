import type { TextRecord } from '../clients/twilio/index.js';
import { markTaken, settleEffect } from '../store/effects.js';
import { loadPatient } from '../store/patients.js';
import { practiceNow, type Practice } from '../store/practices.js';
import type { ActivityDeps } from './deps.js';
import { comeBack } from './failures.js';
import { markLeft, passOn, tellMembers, type Claim } from './sending.js';
import { createTell } from './tell.js';
import { applyTextNews } from './text-fate.js';

/** Between a look and the next while a callback may still come, real time. */
const lookAgainMs = 5_000;

/**
 * A call was made and nobody knows its outcome. Wait for a callback with our id, then look for the text at Twilio by
 * recipient; never send a second one blindly. Still unknown: the next channel (architecture §8).
 */
export async function askTwilio(
  deps: ActivityDeps,
  practice: Practice,
  claim: Extract<Claim, { do: 'ask-vendor' }>,
  body: string,
): Promise<void> {
  const { store } = deps;
  const { notice, effect } = claim;
  if (effect.vendorRef !== null) {
    // Twilio took it; only our own bookkeeping was cut off.
    await markLeft(deps, practice, notice);
    return tellMembers(deps, practice, notice, 'left');
  }
  const waited = store.realNow() - (effect.calledRealAt ?? 0);
  const { textUnknownWaitMs } = practice.settings;
  if (waited < textUnknownWaitMs)
    throw comeBack(Math.min(textUnknownWaitMs - waited, lookAgainMs), 'a callback may still come');
  const found = await findText(deps, practice, claim, body);
  const at = practiceNow(store, practice);
  if (!found) {
    await settleEffect(store.db, store, effect.id, { state: 'unknown', at, code: 'not-found' });
    return passOn(deps, practice, notice, 'text', 'outcome-unknown');
  }
  const row = await store.db
    .selectFrom('effect')
    .selectAll()
    .where('id', '=', effect.id)
    .executeTakeFirstOrThrow();
  const news = await applyTextNews({ store, tell: createTell(deps.temporal) }, practice, row, found, at);
  // A status of no rank says nothing about its fate, but it is there.
  if (news === 'no-progress') {
    await markTaken(store.db, effect.id, found.sid, found.status);
    await markLeft(deps, practice, notice);
    await tellMembers(deps, practice, notice, 'left');
  }
}

/**
 * The text among all that Twilio holds for the number. Without a filter by date: a text that is still queued has no
 * date of sending and would be missed. Those of other effects are not it, though a repeat has the same words.
 */
async function findText(
  { store, vendors }: ActivityDeps,
  practice: Practice,
  { notice, effect }: Extract<Claim, { do: 'ask-vendor' }>,
  body: string,
): Promise<TextRecord | null> {
  const { card } = await loadPatient(store, notice.patient_id);
  if (card.mobilePhone === null) return null;
  const texts = await vendors.twilio(practice).findTexts({ to: card.mobilePhone });
  const others = await store.db
    .selectFrom('effect')
    .select('vendor_ref')
    .where('practice_id', '=', practice.id)
    .where('id', '<>', effect.id)
    .where('vendor_ref', 'in', ['', ...texts.map((t) => t.sid)])
    .execute();
  const taken = new Set(others.map((o) => o.vendor_ref));
  const { messagingServiceSid } = practice.connections.twilio;
  const mine = texts.filter(
    (t) =>
      !taken.has(t.sid) && t.direction === 'outbound-api' && t.messagingServiceSid === messagingServiceSid,
  );
  return mine.find((t) => t.body === body) ?? null;
}
