import type { Selectable } from 'kysely';
import { afterTwilioError, isProgress } from '../clients/twilio/index.js';
import { settleEffect } from '../store/effects.js';
import { liveMembers } from '../store/notices.js';
import type { Practice } from '../store/practices.js';
import type { EffectTable } from '../store/schema.js';
import { markConfirmed, markLeft, type Notice } from './sending.js';
import { textFailed, type TextPort } from './text-failed.js';

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
  port: TextPort,
  practice: Practice,
  effect: Selectable<EffectTable>,
  news: TextNews,
  at: number,
): Promise<string> {
  const { store } = port;
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
  switch (news.status) {
    case 'delivered':
    case 'read':
      await settleEffect(store.db, store, effect.id, { state: 'confirmed', at });
      await markConfirmed({ store }, practice, notice);
      await tellAll(port, practice, notice, effect.epoch, at, 'confirmed');
      return 'confirmed';
    case 'undelivered':
    case 'failed':
    case 'canceled': {
      const failure = news.status === 'canceled' ? 'expired' : afterTwilioError(news.errorCode);
      if (!(await settleEffect(store.db, store, effect.id, { state: 'failed', at, code: failure })))
        return 'settled-before';
      // What is told speaks of the call that failed, also when the notice has gone on meanwhile.
      await textFailed(port, practice, { ...notice, epoch: effect.epoch }, failure, at);
      return 'failed';
    }
    default:
      // Any other news still proves that the call was taken.
      await markLeft({ store }, practice, notice);
      await tellAll(port, practice, notice, effect.epoch, at, 'left');
      return 'left';
  }
}

async function tellAll(
  { store, tell }: TextPort,
  practice: Practice,
  notice: Notice,
  epoch: number,
  at: number,
  status: 'left' | 'confirmed',
): Promise<void> {
  for (const m of await liveMembers(store.db, notice.id))
    await tell.delivery(practice, m.resultId, {
      id: `${notice.id}/${epoch}/${status}`,
      at,
      noticeId: notice.id,
      version: m.version,
      purpose: notice.purpose,
      status,
      channel: 'text',
      task: null,
      why: null,
    });
}
