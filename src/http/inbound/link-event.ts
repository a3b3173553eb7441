import { tellOpened } from '../../activities/tell-opened.js';
import { parseLinkEvent } from '../../clients/twilio/index.js';
import type { Practice } from '../../store/practices.js';
import { looksLikePerson } from '../patient-page/bots.js';
import type { Inbound, InboundPort } from './port.js';

/**
 * Twilio says that a link of a text was fetched. Counts like a visit of our own page, and as little: seen, never
 * acknowledged (L35). A preview, or a click by a known fetcher, is nobody's visit.
 */
export async function onLinkEvent(
  { store, tell }: InboundPort,
  practice: Practice,
  inbound: Inbound<string>,
): Promise<string> {
  const event = parseLinkEvent(inbound.body);
  if (!event) return 'unreadable';
  if (event.type !== 'click' || !looksLikePerson({ 'user-agent': event.userAgent })) return 'preview';
  const effect = await store.db
    .selectFrom('effect')
    .select('notice_id')
    .where('practice_id', '=', practice.id)
    .where('kind', '=', 'text')
    .where('vendor_ref', '=', event.sid)
    .executeTakeFirst();
  if (!effect?.notice_id) return 'unknown-message';
  const noticeId = effect.notice_id;
  await store.db
    .updateTable('notice')
    .set({ opened_at: inbound.receivedAt })
    .where('id', '=', noticeId)
    .where('opened_at', 'is', null)
    .execute();
  await tellOpened(store, tell, practice, noticeId, inbound.receivedAt);
  return 'opened';
}
