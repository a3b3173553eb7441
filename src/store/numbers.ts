import { sql } from 'kysely';
import type { Tx } from './database.js';
import type { Store } from './store.js';

export type NumberMark = {
  opted_out_at?: number | null;
  wrong_at?: number;
  suspended_at?: number;
  no_texts_at?: number;
  looked_up_at?: number;
};

/** What a phone number did; marks belong to the number and so to every patient on it (L37). */
export async function markNumber(
  db: Store['db'] | Tx,
  practiceId: string,
  numberIndex: string,
  mark: NumberMark,
): Promise<void> {
  await db
    .insertInto('number')
    .values({
      practice_id: practiceId,
      number_index: numberIndex,
      opted_out_at: null,
      wrong_at: null,
      suspended_at: null,
      ...mark,
    })
    .onConflict((c) => c.columns(['practice_id', 'number_index']).doUpdateSet(mark))
    .execute();
}

/**
 * A START counts only when it was sent after the STOP that closed the number: what a lost webhook left behind is found
 * later, and must not open a number that was closed since.
 */
export async function optIn(
  store: Store,
  practiceId: string,
  numberIndex: string,
  sentAt: number,
): Promise<void> {
  await store.db
    .updateTable('number')
    .set({ opted_out_at: null })
    .where('practice_id', '=', practiceId)
    .where('number_index', '=', numberIndex)
    .where('opted_out_at', '<=', sentAt)
    .execute();
}

/**
 * Takes the turn to answer a number automatically: at most once in `everyMs` (L36), whoever asks first.
 * @returns false when it was answered lately.
 */
export async function takeAnswerTurn(
  store: Store,
  practiceId: string,
  numberIndex: string,
  at: number,
  everyMs: number,
): Promise<boolean> {
  const row = await store.db
    .insertInto('number')
    .values({
      practice_id: practiceId,
      number_index: numberIndex,
      opted_out_at: null,
      wrong_at: null,
      suspended_at: null,
      answered_at: at,
    })
    .onConflict((c) =>
      c
        .columns(['practice_id', 'number_index'])
        .doUpdateSet({ answered_at: at })
        .where((e) =>
          e.or([e('number.answered_at', 'is', null), e('number.answered_at', '<=', at - everyMs)]),
        ),
    )
    .returning('number_index')
    .executeTakeFirst();
  return row !== undefined;
}

/** Keyed hash of a patient's mobile number. */
export async function numberOf(store: Store, patientId: string): Promise<string | null> {
  const row = await store.db
    .selectFrom('patient')
    .select('mobile_index')
    .where('id', '=', patientId)
    .executeTakeFirst();
  return row?.mobile_index ?? null;
}

export async function patientsWithNumber(
  store: Store,
  practiceId: string,
  numberIndex: string,
): Promise<string[]> {
  const rows = await store.db
    .selectFrom('patient')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('mobile_index', '=', numberIndex)
    .execute();
  return rows.map((r) => r.id);
}

/**
 * L37: an opt-out counts at once. In one transaction the number is marked and every text to it that has not been
 * called moves to the next channel; nothing closes by it.
 */
export async function optOut(
  store: Store,
  practiceId: string,
  numberIndex: string,
  at: number,
): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    await markNumber(tx, practiceId, numberIndex, { opted_out_at: at });
    await sql`
      update notice set state = 'waiting', epoch = epoch + 1, wait_until = null,
                        failed_channels = array(select distinct unnest(failed_channels || array['text']))
       where practice_id = ${practiceId} and state in ('waiting', 'sending') and coalesce(channel, 'text') = 'text'
         and patient_id in (select id from patient where practice_id = ${practiceId} and mobile_index = ${numberIndex})
         and not exists (select 1 from effect e where e.notice_id = notice.id and e.state in ('called', 'unknown')
                            and e.epoch = notice.epoch)
    `.execute(tx);
  });
}
