import { liveMembers } from '../store/notices.js';
import type { Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';
import type { Tell } from './tell.js';

/** A message was seen: told once to each result in it, whichever way it became known first (L35). Practice time. */
export async function tellOpened(
  store: Store,
  tell: Tell,
  practice: Practice,
  noticeId: string,
  at: number,
): Promise<void> {
  for (const { resultId } of await liveMembers(store.db, noticeId))
    await tell.opened(practice, resultId, { id: `${noticeId}/opened`, at });
}
