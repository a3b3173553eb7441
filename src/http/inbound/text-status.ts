import { afterTwilioError, isProgress, parseStatusCallback } from '../../clients/twilio/index.js';
import { markConfirmed, markLeft, nextChannel, type Notice } from '../../activities/sending.js';
import { settleEffect } from '../../store/effects.js';
import { markNumber, numberOf } from '../../store/numbers.js';
import { liveMembers } from '../../store/notices.js';
import type { Practice } from '../../store/practices.js';
import type { Inbound, InboundPort } from './port.js';

/** A status callback of Twilio with our own effect id from its URL, if it had one. */
export interface TextStatusBody {
  readonly effectId: string | null;
  readonly form: unknown;
}

/**
 * What became of a text. Callbacks come late, twice and out of order: only progress counts, a settled effect stays
 * settled. @returns the outcome for the inbound row.
 */
export async function onTextStatus(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<TextStatusBody>,
): Promise<string> {
  const { store, tell } = port;
  const status = parseStatusCallback(inbound.body.form);
  if (!status) return 'unreadable';
  const effect = await findEffect(port, practice, inbound.body.effectId, status.sid);
  if (!effect?.notice_id) return 'unknown-message';
  if (!isProgress(effect.vendor_status, status.status)) return 'no-progress';
  await store.db
    .updateTable('effect')
    .set({ vendor_ref: status.sid, vendor_status: status.status })
    .where('id', '=', effect.id)
    .execute();
  const notice = await store.db
    .selectFrom('notice')
    .selectAll()
    .where('id', '=', effect.notice_id)
    .executeTakeFirstOrThrow();
  const at = inbound.receivedAt;
  switch (status.status) {
    case 'delivered':
      await settleEffect(store.db, store, effect.id, { state: 'confirmed', at });
      await markConfirmed(port, practice, notice);
      await tellAll('confirmed', null);
      return 'confirmed';
    case 'undelivered':
    case 'failed': {
      const failure = afterTwilioError(status.errorCode);
      if (!(await settleEffect(store.db, store, effect.id, { state: 'failed', at, code: failure })))
        return 'settled-before';
      const number = await numberOf(store, notice.patient_id);
      if (number && failure === 'opted-out')
        await markNumber(store.db, practice.id, number, { opted_out_at: at });
      if (number && failure === 'wrong-number')
        await markNumber(store.db, practice.id, number, { wrong_at: at });
      await tellAll('failed', failure);
      await nextChannel(port, notice, 'text');
      await tell.noticeChanged(practice, notice.patient_id);
      return 'failed';
    }
    default:
      // Any other news still proves that the call was taken.
      await markLeft(port, practice, notice);
      await tellAll('left', null);
      return 'left';
  }

  async function tellAll(what: 'left' | 'confirmed' | 'failed', why: string | null): Promise<void> {
    for (const m of await liveMembers(store.db, (notice as Notice).id))
      await tell.delivery(practice, m.resultId, {
        id: `${notice.id}/${effect?.epoch ?? 0}/${what}`,
        at,
        noticeId: notice.id,
        version: m.version,
        purpose: notice.purpose,
        status: what,
        channel: 'text',
        task: null,
        why,
      });
  }
}

async function findEffect({ store }: InboundPort, practice: Practice, effectId: string | null, sid: string) {
  const effects = store.db
    .selectFrom('effect')
    .selectAll()
    .where('practice_id', '=', practice.id)
    .where('kind', '=', 'text');
  const bySid = await effects.where('vendor_ref', '=', sid).executeTakeFirst();
  if (bySid || effectId === null) return bySid;
  // The answer to our call was lost; the callback's own id ties the text to its effect (architecture §8).
  return effects.where('id', '=', effectId).where('vendor_ref', 'is', null).executeTakeFirst();
}
