import { afterFailure, type TextFailure } from '../clients/twilio/index.js';
import { localDay } from '../store/calendar.js';
import { raiseAlarm } from '../store/inbound.js';
import { markNumber, numberOf, patientsWithNumber } from '../store/numbers.js';
import { liveMembers, purposeOf } from '../store/notices.js';
import { refusedForOptOut } from '../store/opting.js';
import type { Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';
import { nextChannel, type Notice } from './sending.js';
import type { Tell } from './tell.js';

/** A text that surely did not arrive, through no fault of the number, is tried this often in all. */
const textsAtMost = 3;

export interface TextPort {
  readonly store: Store;
  readonly tell: Tell;
}

/** A text that did not arrive. Practice times. */
export interface Failed {
  readonly failure: TextFailure;
  readonly calledAt: number;
  readonly at: number;
}

/**
 * What happens next after a text that did not arrive, as the table of `clients/twilio/errors` says: the number is
 * marked where it is to blame, the administrator hears where we are, and the notice goes on (L37, L47). The effect is
 * settled by the caller. Idempotent: marks, alarms and facts have keys.
 * @param why Code for the timeline; the failure itself unless told.
 */
export async function textFailed(
  { store, tell }: TextPort,
  practice: Practice,
  notice: Notice,
  failed: Failed,
  why: string = failed.failure,
): Promise<void> {
  const { failure, at } = failed;
  const after = afterFailure(failure);
  if (after.alarm) {
    const key = `texts/${practice.id}/${why}/${localDay(practice.settings, at)}`;
    await raiseAlarm(store, practice, key, `texts-${why}`);
  }
  const purpose = purposeOf(notice, notice.epoch);
  const about = { at, noticeId: notice.id, purpose, channel: 'text' as const, why };
  const step = `${notice.id}/${notice.epoch}`;
  for (const { resultId, version } of await liveMembers(store.db, notice.id)) {
    await tell.delivery(practice, resultId, {
      ...about,
      id: `${step}/failed`,
      version,
      status: 'failed',
      task: null,
    });
    // Who has the note was told; the mark on the number keeps the next text away (L25).
    if (after.contactFix && purpose !== 'note-text')
      await tell.delivery(practice, resultId, {
        ...about,
        id: `${step}/contact-fix`,
        version,
        status: 'needs-person',
        task: 'contact-fix',
      });
  }
  // First: an opt-out moves this patient's other notices too, and theirs who share the number (L37).
  const others = await markNumberOf(store, practice, notice, failed);
  if (after.next === 'text-later' && (await textsTried(store, notice.id)) < textsAtMost)
    await textLater(store, notice, at);
  else await nextChannel({ store }, notice, 'text');
  for (const patientId of new Set([notice.patient_id, ...others]))
    await tell.noticeChanged(practice, patientId);
}

/** Marks the number where it is to blame, and has the notices of all patients on it planned again (L37). */
export async function blameNumber(
  { store, tell }: TextPort,
  practice: Practice,
  notice: Notice,
  failed: Failed,
): Promise<void> {
  const others = await markNumberOf(store, practice, notice, failed);
  for (const patientId of new Set([notice.patient_id, ...others]))
    await tell.noticeChanged(practice, patientId);
}

async function markNumberOf(
  store: Store,
  practice: Practice,
  notice: Notice,
  { failure, calledAt, at }: Failed,
): Promise<readonly string[]> {
  const mark = afterFailure(failure).number;
  const number = mark && (await numberOf(store, notice.patient_id));
  if (!number) return [];
  switch (mark) {
    case 'opted-out':
      if (!(await refusedForOptOut(store, practice.id, number, { calledAt, at }))) return [];
      return patientsWithNumber(store, practice.id, number);
    case 'wrong':
      await markNumber(store.db, practice.id, number, { wrong_at: at });
      return [];
    case 'no-texts':
      await markNumber(store.db, practice.id, number, { no_texts_at: at });
      return [];
    default:
      return mark satisfies never;
  }
}

async function textsTried(store: Store, noticeId: string): Promise<number> {
  const { tried } = await store.db
    .selectFrom('effect')
    .select((e) => e.fn.countAll<number>().as('tried'))
    .where('notice_id', '=', noticeId)
    .where('kind', '=', 'text')
    // Planned anew before any call was made: no try.
    .where('state', '<>', 'cancelled')
    .executeTakeFirstOrThrow();
  return tried;
}

/** The same channel again, planned afresh: it settles, keeps to the window, and may find that it is not wanted any more. */
async function textLater(store: Store, notice: Notice, at: number): Promise<void> {
  await store.db
    .updateTable('notice')
    .set((e) => ({ state: 'waiting', epoch: e('epoch', '+', 1), wait_until: null, latest_fact_at: at }))
    .where('id', '=', notice.id)
    .where('epoch', '=', notice.epoch)
    .where('state', 'in', ['sending', 'sent'])
    .execute();
}
