import { isCallOver, tokenAge, type TextRecord } from '../clients/twilio/index.js';
import { settleEffect } from '../store/effects.js';
import { keepInbound, raiseAlarm, unknownInbound } from '../store/inbound.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import type { TextActivities } from '../workflows/activity-types.js';
import type { ActivityDeps } from './deps.js';
import { guarded } from './failures.js';
import type { TextGate } from './text-gate.js';

/** How far back texts from patients are looked for: longer than any outage of ours that nobody noticed. */
const lookBackMs = 2 * 24 * 3_600_000;
/** A younger text may still be on its way as a webhook, which alone can be answered at once (L36). */
const webhookTimeMs = 60_000;
/** No call lasts as long (its limit is 3 min), real time. */
const callOverMs = 10 * 60_000;
const week = 7 * 24 * 3_600_000;

/**
 * The back-stop of a practice's texts and calls, every few minutes: texts from patients whose webhook was lost, calls
 * whose end was not reported, the state of the account, and the age of its auth token.
 */
export function createTextRounds(deps: ActivityDeps, gate: TextGate): TextActivities {
  return {
    textRound: ({ practiceId }) =>
      guarded(async () => {
        const practice = await loadPractice(deps.store, practiceId);
        // Said before anything is asked: a vendor that does not answer must not silence the reminder.
        await remindOfToken(deps, practice);
        const found = await findReceived(deps, practice);
        await settleCalls(deps, practice);
        const findings = await gate.look(practice);
        return { found, findings: findings.map((f) => f.code) };
      }),
  };
}

/** Keeps what came in and never reached us. The webhook's own key makes the same text one row, whichever comes first. */
async function findReceived({ store, vendors, metrics }: ActivityDeps, practice: Practice): Promise<number> {
  const twilio = vendors.twilio(practice);
  const now = practiceNow(store, practice);
  const since = Math.max(now - lookBackMs, practice.goLiveAt);
  let found = 0;
  for (const { number } of await twilio.senders()) {
    const received = (await twilio.receivedTexts({ to: number, since })).filter(
      (text) => text.from !== null && text.createdAt <= now - webhookTimeMs,
    );
    const keys = received.map(keyOf);
    const unknown = new Set(await unknownInbound(store, practice.id, 'twilio', keys));
    for (const text of received.filter((t) => unknown.has(keyOf(t)))) {
      const kept = await keepInbound(store, practice, {
        vendor: 'twilio',
        kind: 'text',
        dedupeKey: keyOf(text),
        body: formOf(text, practice),
      });
      if (kept === null) continue;
      metrics.inbound('text-found');
      found += 1;
    }
  }
  return found;
}

function keyOf({ sid }: TextRecord): string {
  return `text/${sid}`;
}

/** As its webhook would have brought it. Lists do not say whether Twilio read it as STOP: the words decide. */
function formOf(text: TextRecord, practice: Practice): Record<string, string> {
  return {
    AccountSid: practice.connections.twilio.accountSid,
    MessageSid: text.sid,
    From: text.from ?? '',
    To: text.to,
    Body: text.body,
    NumMedia: String(text.mediaCount),
    ...(text.messagingServiceSid && { MessagingServiceSid: text.messagingServiceSid }),
    DateCreated: new Date(text.createdAt).toISOString(),
  };
}

/** Calls whose end was never reported: over long ago, and accepted by nobody. */
async function settleCalls({ store, vendors }: ActivityDeps, practice: Practice): Promise<void> {
  const open = await store.db
    .selectFrom('effect')
    .select(['id', 'vendor_ref'])
    .where('practice_id', '=', practice.id)
    .where('channel', '=', 'voice')
    .where('state', '=', 'called')
    .where('called_real_at', '<', store.realNow() - callOverMs)
    .execute();
  for (const { id, vendor_ref: sid } of open) {
    const status = sid === null ? null : (await vendors.twilio(practice).fetchCall(sid)).status;
    if (status !== null && !isCallOver(status)) continue;
    const code = status === null ? 'outcome-unknown' : status === 'completed' ? 'not-accepted' : status;
    await settleEffect(store.db, store, id, { state: 'failed', at: practiceNow(store, practice), code });
  }
}

/** S000-66: rotate every quarter. Once a week, until somebody has. */
async function remindOfToken({ store }: ActivityDeps, practice: Practice): Promise<void> {
  const { authTokenSince } = practice.connections.twilio;
  const now = store.realNow();
  if (!tokenAge(authTokenSince, now)?.due) return;
  const key = `twilio-token/${practice.id}/${authTokenSince}/${Math.floor(now / week)}`;
  await raiseAlarm(store, practice, key, 'twilio-token-due');
}
