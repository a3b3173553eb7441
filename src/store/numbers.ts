import type { Tx } from './database.js';
import type { Store } from './store.js';

export interface NumberMark {
  readonly opted_out_at?: number | null;
  readonly wrong_at?: number;
  readonly suspended_at?: number;
  readonly opt_sid?: string;
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
