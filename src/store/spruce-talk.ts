import { isLinkToken, tokenIndex } from '../security/tokens.js';
import type { Store } from './store.js';

/** What of an organization's conversations in Spruce is ours: those that a notice, a page or an inbox note is in. */
export async function isOurConversation(
  store: Store,
  practiceId: string,
  conversationId: string,
): Promise<boolean> {
  return (await ourConversations(store, practiceId, [conversationId])).size > 0;
}

/** Those of the given conversations that are ours. */
export async function ourConversations(
  store: Store,
  practiceId: string,
  conversationIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (conversationIds.length === 0) return new Set();
  const [notices, pages, notes] = await Promise.all([
    store.db
      .selectFrom('notice')
      .select('vendor_conversation_id as id')
      .where('practice_id', '=', practiceId)
      .where('vendor_conversation_id', 'in', conversationIds)
      .execute(),
    store.db
      .selectFrom('membership')
      .select('spruce_page_conversation_id as id')
      .where('practice_id', '=', practiceId)
      .where('spruce_page_conversation_id', 'in', conversationIds)
      .execute(),
    store.db
      .selectFrom('spruce_inbox')
      .select('conversation_id as id')
      .where('practice_id', '=', practiceId)
      .where('conversation_id', 'in', conversationIds)
      .execute(),
  ]);
  return new Set([...notices, ...pages, ...notes].flatMap((row) => row.id ?? []));
}

/**
 * Whether secure messages were asked for of which nobody knows yet where they are: to this contact, to somebody, to
 * nobody. Whatever is written meanwhile in a conversation we do not know may be in one of theirs.
 */
export async function awaitedPosting(
  store: Store,
  practiceId: string,
  contactId: string | null,
): Promise<'to-contact' | 'to-others' | null> {
  const row = await store.db
    .selectFrom('effect')
    .innerJoin('notice', 'notice.id', 'effect.notice_id')
    .innerJoin('patient', 'patient.id', 'notice.patient_id')
    .select((e) => e('patient.spruce_contact_id', '=', contactId).as('is_to_contact'))
    .where('effect.practice_id', '=', practiceId)
    .where('effect.kind', '=', 'secure')
    // Also proved ones: the proof and the place are not written down at the same moment.
    .where('effect.state', 'in', ['called', 'unknown', 'confirmed'])
    .where('notice.vendor_conversation_id', 'is', null)
    .orderBy('is_to_contact', (o) => o.desc().nullsLast())
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  return row.is_to_contact ? 'to-contact' : 'to-others';
}

/** True while a call that posts something into Spruce has no answer yet: what appears now may be ours. */
export async function isPostAwaited(store: Store, practiceId: string): Promise<boolean> {
  const row = await store.db
    .selectFrom('effect')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('kind', 'in', ['secure', 'page', 'inbox-note'])
    .where('state', '=', 'called')
    .where('vendor_ref', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The secure message whose text this is, by the link that only it holds, as long as its posting is not proved. */
export async function secureEffectByLink(
  store: Store,
  practice: { readonly id: string; readonly settings: { readonly publicBaseUrl: string } },
  text: string,
): Promise<{ readonly id: string; readonly noticeId: string; readonly epoch: number } | null> {
  const start = `${practice.settings.publicBaseUrl}/p/`;
  const from = text.indexOf(start);
  if (from < 0) return null;
  const token = /^[0-9A-Za-z]*/.exec(text.slice(from + start.length))?.[0] ?? '';
  if (!isLinkToken(token)) return null;
  const row = await store.db
    .selectFrom('effect')
    .innerJoin('notice', 'notice.id', 'effect.notice_id')
    .select(['effect.id', 'notice.id as noticeId', 'effect.epoch'])
    .where('notice.practice_id', '=', practice.id)
    .where('notice.token_index', '=', tokenIndex(store.ring, token))
    .where('effect.kind', '=', 'secure')
    .where('effect.state', 'in', ['called', 'unknown'])
    .orderBy('effect.epoch', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** Patients whose contact in Spruce is one of these. */
export async function patientsOfContacts(
  store: Store,
  practiceId: string,
  contactIds: readonly string[],
): Promise<readonly { readonly id: string; readonly hadAccount: boolean }[]> {
  const rows = await store.db
    .selectFrom('patient')
    .select(['id', 'spruce_has_account as hadAccount'])
    .where('practice_id', '=', practiceId)
    .where('spruce_contact_id', 'in', contactIds)
    .execute();
  return rows.map(({ id, hadAccount }) => ({ id, hadAccount: hadAccount === true }));
}
