import type { Selectable } from 'kysely';
import { afterTwilioError, isContradiction, isTextStatus, statusesBefore } from '../clients/twilio/index.js';
import { settleEffect } from '../store/effects.js';
import { liveMembers, purposeOf } from '../store/notices.js';
import type { Practice } from '../store/practices.js';
import type { EffectTable } from '../store/schema.js';
import type { Store } from '../store/store.js';
import { markConfirmed, markLeft } from './sending.js';
import { blameNumber, textFailed, type TextPort } from './text-failed.js';

export interface TextNews {
  readonly sid: string;
  readonly status: string;
  readonly errorCode: number | null;
}

/**
 * What became of a text, by callback or by asking Twilio. News comes late, twice, out of order and from two processes
 * at once: its status moves only forward, and everything that follows from a status is done again when the same news
 * is, so that a crash in between loses none of it.
 * @returns what the news said, as a code, whether or not it was the first to say so.
 */
export async function applyTextNews(
  port: TextPort,
  practice: Practice,
  effect: Pick<Selectable<EffectTable>, 'id' | 'notice_id'>,
  news: TextNews,
  at: number,
): Promise<string> {
  const { store } = port;
  if (effect.notice_id === null) return 'no-notice';
  const code = codeOf(news.status);
  const before = await moveStatus(store, effect.id, news);
  if (!before) return isContradiction(await statusOf(store, effect.id), news.status) ? 'contradiction' : code;
  const notice = await store.db
    .selectFrom('notice')
    .selectAll()
    .where('id', '=', effect.notice_id)
    .executeTakeFirstOrThrow();
  const tellAll = async (status: 'left' | 'confirmed') => {
    for (const m of await liveMembers(store.db, notice.id, before.epoch))
      await port.tell.delivery(practice, m.resultId, {
        id: `${notice.id}/${before.epoch}/${status}`,
        at,
        noticeId: notice.id,
        version: m.version,
        purpose: purposeOf(notice, before.epoch),
        status,
        channel: 'text',
        task: null,
        why: null,
      });
  };
  switch (code) {
    case 'confirmed':
      await settleEffect(store.db, store, effect.id, { state: 'confirmed', at });
      await markConfirmed({ store }, practice, notice, before.epoch);
      await tellAll('confirmed');
      // Late: what the notice was about to do is off, and who joined it since waits in one of their own.
      if (notice.epoch > before.epoch) await port.tell.noticeChanged(practice, notice.patient_id);
      return code;
    case 'failed': {
      const failure = news.status === 'canceled' ? 'expired' : afterTwilioError(news.errorCode);
      await settleEffect(store.db, store, effect.id, { state: 'failed', at, code: failure });
      const calledAt = before.called_at ?? at;
      // An unknown outcome has gone on to the next channel already; what the number did counts all the same.
      if (before.state === 'unknown') await blameNumber(port, practice, notice, { failure, calledAt, at });
      // What is told speaks of the call that failed, also when the notice has gone on meanwhile.
      else await textFailed(port, practice, { ...notice, epoch: before.epoch }, { failure, calledAt, at });
      return code;
    }
    case 'left':
      // Any other news still proves that the call was taken.
      if (notice.epoch === before.epoch) await markLeft({ store }, practice, notice);
      await tellAll('left');
      return code;
    case 'unknown-status':
      // Twilio adds values without notice: this one says neither yes nor no.
      return code;
    default:
      return code satisfies never;
  }
}

function codeOf(status: string): 'confirmed' | 'failed' | 'left' | 'unknown-status' {
  if (status === 'delivered' || status === 'read') return 'confirmed';
  if (status === 'undelivered' || status === 'failed' || status === 'canceled') return 'failed';
  return isTextStatus(status) ? 'left' : 'unknown-status';
}

/**
 * Moves the status forward, in one statement, so that two processes cannot overtake each other. @returns the effect,
 * or undefined when the news is older than what is known.
 */
async function moveStatus(store: Store, effectId: string, news: TextNews) {
  if (!isTextStatus(news.status)) return undefined;
  return store.db
    .updateTable('effect')
    .set({ vendor_ref: news.sid, vendor_status: news.status })
    .where('id', '=', effectId)
    .where((e) =>
      e.or([
        e('vendor_status', 'is', null),
        e('vendor_status', 'in', [news.status, ...statusesBefore(news.status)]),
      ]),
    )
    .returning(['state', 'epoch', 'called_at'])
    .executeTakeFirst();
}

async function statusOf(store: Store, effectId: string): Promise<string | null> {
  const row = await store.db
    .selectFrom('effect')
    .select('vendor_status')
    .where('id', '=', effectId)
    .executeTakeFirst();
  return row?.vendor_status ?? null;
}
