import { sql } from 'kysely';
import { lockNamed, type Tx } from './database.js';
import { markNumber } from './numbers.js';
import type { Store } from './store.js';

/** A text that opted a number out or in. Practice time. */
export interface OptWord {
  /** The vendor's id of the text. */
  readonly sid: string;
  readonly at: number;
  /** The word that it was compared with; `null` = there was none. */
  readonly after: string | null;
}

/** The vendor's id of the text that last opted this number out or in. */
export async function lastOptWord(
  store: Store,
  practiceId: string,
  numberIndex: string,
): Promise<string | null> {
  return (await optRow(store.db, practiceId, numberIndex))?.opt_sid ?? null;
}

/**
 * L37: an opt-out counts at once. In one transaction the number is marked and every text to it that has not been
 * called moves to the next channel; nothing closes by it.
 * @returns false when another word came in between: compare again.
 */
export async function optOut(
  store: Store,
  practiceId: string,
  numberIndex: string,
  word: OptWord,
): Promise<boolean> {
  return ifNext(store, practiceId, numberIndex, word, (tx) =>
    closeNumber(tx, practiceId, numberIndex, { opted_out_at: word.at, opt_sid: word.sid }),
  );
}

/** The number may be texted again. @returns false when another word came in between: compare again. */
export async function optIn(
  store: Store,
  practiceId: string,
  numberIndex: string,
  word: OptWord,
): Promise<boolean> {
  const mark = { opted_out_at: null, opted_in_at: word.at, opt_sid: word.sid };
  return ifNext(store, practiceId, numberIndex, word, (tx) => markNumber(tx, practiceId, numberIndex, mark));
}

/**
 * A carrier or Twilio refused a text because its number opted out: like a word, which we did not hear. An old refusal
 * says nothing any more when the patient opted in after the text was called.
 * @returns whether the number is closed by it.
 */
export async function refusedForOptOut(
  store: Store,
  practiceId: string,
  numberIndex: string,
  text: { readonly calledAt: number; readonly at: number },
): Promise<boolean> {
  return underLock(store, practiceId, numberIndex, async (tx, row) => {
    if (text.calledAt < (row?.opted_in_at ?? -Infinity)) return false;
    await closeNumber(tx, practiceId, numberIndex, { opted_out_at: text.at });
    return true;
  });
}

async function closeNumber(
  tx: Tx,
  practiceId: string,
  numberIndex: string,
  mark: { readonly opted_out_at: number; readonly opt_sid?: string },
): Promise<void> {
  await markNumber(tx, practiceId, numberIndex, mark);
  await sql`
    update notice set state = 'waiting', epoch = epoch + 1, wait_until = null,
                      failed_channels = array(select distinct unnest(failed_channels || array['text']))
     where practice_id = ${practiceId} and state in ('waiting', 'sending') and coalesce(channel, 'text') = 'text'
       and not 'text' = any(failed_channels)
       and patient_id in (select id from patient where practice_id = ${practiceId} and mobile_index = ${numberIndex})
       and not exists (select 1 from effect e where e.notice_id = notice.id and e.state in ('called', 'unknown')
                          and e.epoch = notice.epoch)
  `.execute(tx);
}

type OptRow = Awaited<ReturnType<typeof optRow>>;

/** Takes a word in, unless another came after the one that it was compared with. */
async function ifNext(
  store: Store,
  practiceId: string,
  numberIndex: string,
  { after }: OptWord,
  take: (tx: Tx) => Promise<void>,
): Promise<boolean> {
  return underLock(store, practiceId, numberIndex, async (tx, row) => {
    if ((row?.opt_sid ?? null) !== after) return false;
    await take(tx);
    return true;
  });
}

/** What several say of one number at once is weighed one after the other. */
async function underLock<T>(
  store: Store,
  practiceId: string,
  numberIndex: string,
  work: (tx: Tx, row: OptRow) => Promise<T>,
): Promise<T> {
  return store.db.transaction().execute(async (tx) => {
    await lockNamed(tx, `number/${practiceId}/${numberIndex}`);
    return work(tx, await optRow(tx, practiceId, numberIndex));
  });
}

function optRow(db: Store['db'] | Tx, practiceId: string, numberIndex: string) {
  return db
    .selectFrom('number')
    .select(['opt_sid', 'opted_in_at'])
    .where('practice_id', '=', practiceId)
    .where('number_index', '=', numberIndex)
    .executeTakeFirst();
}
