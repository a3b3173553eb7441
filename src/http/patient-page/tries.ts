import { sql } from 'kysely';
import type { Store } from '../../store/store.js';

/** After this many wrong birth dates the page is locked: the link alone must not let anybody guess. */
export const triesAtMost = 5;

/** Counts a try before it is compared, so that many guesses at once are no more than five. @returns the count, or null. */
export async function takeTry(store: Store, noticeId: string): Promise<number | null> {
  const row = await store.db
    .updateTable('notice')
    .set({ page_tries: sql`page_tries + 1` })
    .where('id', '=', noticeId)
    .where('page_tries', '<', triesAtMost)
    .returning('page_tries')
    .executeTakeFirst();
  return row?.page_tries ?? null;
}

/** The birth date was right: only wrong ones count. */
export async function giveTryBack(store: Store, noticeId: string): Promise<void> {
  await store.db
    .updateTable('notice')
    .set({ page_tries: sql`page_tries - 1` })
    .where('id', '=', noticeId)
    .execute();
}
