import { toReal } from '../domain/calendar/clock-map.js';
import { settleEffect } from '../store/effects.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import type { SendInput } from '../workflows/activity-types.js';
import type { ActivityDeps } from './deps.js';
import { guarded } from './failures.js';
import { markConfirmed, markLeft, toNextChannel, tellMembers, type Notice } from './sending.js';
import { findSecureMessage } from './send-secure.js';
import { createTell } from './tell.js';
import { applyTextNews } from './text-fate.js';

/** Spruce posts within seconds. What it took and has shown nowhere for this long never came to be (real ms). */
const postedWithinMs = 30 * 60_000;
/** Asked again after four times the waiting so far, in real time: 30 s, 2 min, 10 min … up to a day. */
const longer = 4;
/** L38: without a receipt for this long (practice time) a text counts as not told. */
const receiptWithinMs = 24 * 3_600_000;
/** Real time. */
const pauseMs = 30_000;

/**
 * Webhooks get lost: asks the vendor what became of a message that left and was never confirmed. Reading only; it
 * never sends.
 */
export function createDeliveryCheck(deps: ActivityDeps): (input: SendInput) => Promise<void> {
  const { store, vendors } = deps;
  return (input) =>
    guarded(async () => {
      const practice = await loadPractice(store, input.practiceId);
      const notice = await store.db
        .selectFrom('notice')
        .selectAll()
        .where('id', '=', input.noticeId)
        .executeTakeFirstOrThrow();
      const effect = await store.db
        .selectFrom('effect')
        .selectAll()
        .where('notice_id', '=', input.noticeId)
        .where('epoch', '=', input.epoch)
        .where('state', '=', 'called')
        .executeTakeFirst();
      if (notice.state !== 'sent' || !effect) return;
      const now = store.realNow();
      const at = practiceNow(store, practice);
      const giveUpAt = (effect.called_at ?? at) + receiptWithinMs;
      const next = now + longer * (now - (effect.called_real_at ?? now));
      // L38: a text is looked at once more when its day is over; never without a pause, whatever Twilio answers.
      const last = Math.max(now + pauseMs, toReal(practice.clock, giveUpAt));
      await store.db
        .updateTable('effect')
        .set({ lease_real_until: effect.kind === 'text' ? Math.min(next, last) : next })
        .where('id', '=', effect.id)
        .execute();
      if (effect.kind === 'text' && effect.vendor_ref !== null) {
        const text = await vendors.twilio(practice).fetchText(effect.vendor_ref);
        await applyTextNews({ store, tell: createTell(deps.temporal) }, practice, effect, text, at);
        // L38: not confirmed and not told. Only a text that has not ended is left to settle; a late receipt still counts.
        if (
          at >= giveUpAt &&
          (await settleEffect(store.db, store, effect.id, { state: 'unknown', at, code: 'no-receipt' }))
        )
          deps.metrics.textSent('no-receipt');
      }
      if (effect.kind === 'secure') {
        const found = await findSecureMessage(deps, practice, notice);
        if (!found) return neverPosted(deps, practice, notice, effect);
        // Told first: once the effect is settled nobody asks again.
        await tellMembers(deps, practice, notice, 'confirmed');
        await settleEffect(store.db, store, effect.id, { state: 'confirmed', at });
        await markLeft(deps, practice, notice, found.conversationId);
        await markConfirmed(deps, practice, notice);
      }
    });
}

/** 200 is a promise: the contact may have been merged or the conversation closed since. Then the next channel (L47). */
async function neverPosted(
  deps: ActivityDeps,
  practice: Practice,
  notice: Notice,
  effect: { readonly id: string; readonly called_real_at: number | null },
): Promise<void> {
  const { store } = deps;
  if (store.realNow() - (effect.called_real_at ?? 0) < postedWithinMs) return;
  const at = practiceNow(store, practice);
  // Told first, and settled together with the next step: once the effect is settled nobody asks again.
  await tellMembers(deps, practice, notice, 'failed', 'never-posted');
  await store.db.transaction().execute(async (tx) => {
    if (await settleEffect(tx, store, effect.id, { state: 'unknown', at, code: 'never-posted' }))
      await toNextChannel(tx, notice, 'secure');
  });
}
