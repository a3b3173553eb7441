import { sql } from 'kysely';
import type { Tx } from './database.js';
import type { Store } from './store.js';

export interface NumberMark {
  readonly opted_out_at?: number | null;
  readonly wrong_at?: number;
  readonly suspended_at?: number;
  readonly opt_sid?: string | null;
  readonly opted_in_at?: number;
  readonly no_texts_at?: number;
  readonly looked_up_at?: number;
}

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
 * called moves to the next channel; nothing closes by it. `sid`: the text that said so; `null` = a carrier's refusal.
 */
export async function optOut(
  store: Store,
  practiceId: string,
  numberIndex: string,
  at: number,
  sid: string | null,
): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    await markNumber(tx, practiceId, numberIndex, {
      opted_out_at: at,
      ...(sid !== null && { opt_sid: sid }),
    });
    await sql`
      update notice set state = 'waiting', epoch = epoch + 1, wait_until = null,
                        failed_channels = array(select distinct unnest(failed_channels || array['text']))
       where practice_id = ${practiceId} and state in ('waiting', 'sending') and coalesce(channel, 'text') = 'text'
         and not 'text' = any(failed_channels)
         and patient_id in (select id from patient where practice_id = ${practiceId} and mobile_index = ${numberIndex})
         and not exists (select 1 from effect e where e.notice_id = notice.id and e.state in ('called', 'unknown')
                            and e.epoch = notice.epoch)
    `.execute(tx);
  });
}

/** The number may be texted again. */
export async function optIn(
  store: Store,
  practiceId: string,
  numberIndex: string,
  at: number,
  sid: string,
): Promise<void> {
  await markNumber(store.db, practiceId, numberIndex, { opted_out_at: null, opted_in_at: at, opt_sid: sid });
}

/** The vendor's id of the text that last opted this number out or in. */
export async function lastOptWord(
  store: Store,
  practiceId: string,
  numberIndex: string,
): Promise<string | null> {
  return (await optRow(store, practiceId, numberIndex))?.opt_sid ?? null;
}

/** When the number last opted in, practice time; `-Infinity` when it never did. */
export async function optedInAt(store: Store, practiceId: string, numberIndex: string): Promise<number> {
  return (await optRow(store, practiceId, numberIndex))?.opted_in_at ?? -Infinity;
}

function optRow(store: Store, practiceId: string, numberIndex: string) {
  return store.db
    .selectFrom('number')
    .select(['opt_sid', 'opted_in_at'])
    .where('practice_id', '=', practiceId)
    .where('number_index', '=', numberIndex)
    .executeTakeFirst();
}
