import { practiceNow, type Practice } from '../store/practices.js';
import type { ActivityDeps } from './deps.js';
import { createTell } from './tell.js';
import { tellOpened } from './tell-opened.js';

const askedForMs = 3 * 86_400_000;

/** Asks for messages that were posted and are not known to be opened. Nothing happens without a port. */
export async function askReadReceipts(deps: ActivityDeps, practice: Practice): Promise<void> {
  const { store, readReceipts } = deps;
  if (!readReceipts) return;
  const tell = createTell(deps.temporal);
  const waiting = await store.db
    .selectFrom('notice')
    .select(['id', 'vendor_conversation_id as conversationId'])
    .where('practice_id', '=', practice.id)
    .where('channel', '=', 'secure')
    .where('state', '=', 'confirmed')
    .where('opened_at', 'is', null)
    .where('confirmed_at', '>', practiceNow(store, practice) - askedForMs)
    .execute();
  for (const { id, conversationId } of waiting) {
    if (conversationId === null) continue;
    const at = await readReceipts.readAt(practice, { conversationId });
    if (at === null) continue;
    await store.db.updateTable('notice').set({ opened_at: at }).where('id', '=', id).execute();
    await tellOpened(store, tell, practice, id, at);
  }
}
