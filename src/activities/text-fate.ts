import type { Selectable } from 'kysely';
import { afterTwilioError, isProgress } from '../clients/twilio/index.js';
import { settleEffect } from '../store/effects.js';
import { markNumber, numberOf } from '../store/numbers.js';
import { liveMembers } from '../store/notices.js';
import type { Practice } from '../store/practices.js';
import type { EffectTable } from '../store/schema.js';
import type { Store } from '../store/store.js';
import { markConfirmed, markLeft, nextChannel } from './sending.js';
import type { Tell } from './tell.js';

export interface TextNews {
  readonly sid: string;
  readonly status: string;
  readonly errorCode: number | null;
}

/**
 * What became of a text, by callback or by asking Twilio. News comes late, twice and out of order: only progress
 * counts, and a settled effect stays settled. @returns what it was, as a code.
 */
export async function applyTextNews(
  { store, tell }: { readonly store: Store; readonly tell: Tell },
  practice: Practice,
  effect: Selectable<EffectTable>,
  news: TextNews,
  at: number,
): Promise<string> {
  if (effect.notice_id === null) return 'no-notice';
  if (!isProgress(effect.vendor_status, news.status)) return 'no-progress';
  await store.db
    .updateTable('effect')
    .set({ vendor_ref: news.sid, vendor_status: news.status })
    .where('id', '=', effect.id)
    .execute();
  const notice = await store.db
    .selectFrom('notice')
    .selectAll()
    .where('id', '=', effect.notice_id)
    .executeTakeFirstOrThrow();
  const tellAll = async (status: 'left' | 'confirmed' | 'failed', why: string | null = null) => {
    for (const m of await liveMembers(store.db, notice.id))
      await tell.delivery(practice, m.resultId, {
        id: `${notice.id}/${effect.epoch}/${status}`,
        at,
        noticeId: notice.id,
        version: m.version,
        purpose: notice.purpose,
        status,
        channel: 'text',
        task: null,
        why,
      });
  };
  switch (news.status) {
    case 'delivered':
      await settleEffect(store.db, store, effect.id, { state: 'confirmed', at });
      await markConfirmed({ store }, practice, notice);
      await tellAll('confirmed');
      return 'confirmed';
    case 'undelivered':
    case 'failed': {
      const failure = afterTwilioError(news.errorCode);
      if (!(await settleEffect(store.db, store, effect.id, { state: 'failed', at, code: failure })))
        return 'settled-before';
      const number = await numberOf(store, notice.patient_id);
      if (number && failure === 'opted-out')
        await markNumber(store.db, practice.id, number, { opted_out_at: at });
      if (number && failure === 'wrong-number')
        await markNumber(store.db, practice.id, number, { wrong_at: at });
      await tellAll('failed', failure);
      await nextChannel({ store }, notice, 'text');
      await tell.noticeChanged(practice, notice.patient_id);
      return 'failed';
    }
    default:
      // Any other news still proves that the call was taken.
      await markLeft({ store }, practice, notice);
      await tellAll('left');
      return 'left';
  }
}
