import type { z } from 'zod';
import { ControlError } from '../shared/control-routes.js';
import { latestSecure } from './conversations.js';
import { newId } from './ids.js';
import { addItem } from './items.js';
import type { Contact, Conversation, Item } from './records.js';
import { contactJson, displayNameOf, itemJson } from './render.js';
import type { mergeSchema, replySchema, resolveSchema, staffSchema } from './seed.js';
import type { SpruceTenant } from './tenant.js';
import { emit } from './webhooks.js';

/** A patient writes in the app. @throws ControlError when they could not in reality. */
export function reply(tenant: SpruceTenant, seed: z.output<typeof replySchema>): Item {
  const conversation = conversationFor(tenant, seed);
  const author = authorOf(tenant, seed, conversation);
  const item = addItem(tenant, conversation, {
    direction: 'inbound',
    text: seed.text,
    author: author ? { displayName: displayNameOf(author), id: author.id } : { displayName: 'Unknown' },
  });
  tenant.record('reply', {
    itemId: item.id,
    conversationId: conversation.id,
    contactId: author?.id ?? null,
    text: seed.text,
  });
  return item;
}

/** A member resolves a page in the app. @throws ControlError for an unknown item, page or member. */
export function resolvePages(tenant: SpruceTenant, seed: z.output<typeof resolveSchema>): Item {
  const item = tenant.items.get(seed.itemId);
  if (!item) throw new ControlError(404, 'Unknown item.');
  if (!tenant.members.has(seed.byMemberId)) throw new ControlError(404, 'Unknown member.');
  const pages = item.pages.filter((page) => seed.pageId === undefined || page.id === seed.pageId);
  if (pages.length === 0) throw new ControlError(404, 'The item has no such page.');
  const now = tenant.practiceNow();
  for (const page of pages.filter((one) => one.resolvedAt === null)) {
    page.resolvedAt = now;
    page.resolvedByMemberId = seed.byMemberId;
    tenant.record('page-resolved', {
      itemId: item.id,
      pageId: page.id,
      memberId: page.memberId,
      byMemberId: seed.byMemberId,
    });
  }
  item.modifiedAt = now;
  emit(tenant, 'conversationItem.updated', itemJson(tenant, item, true));
  return item;
}

/** Staff write in the app: to the patient, or a note among themselves. */
export function staffWrites(tenant: SpruceTenant, seed: z.output<typeof staffSchema>): Item {
  const conversation = tenant.conversations.get(seed.conversationId);
  const member = tenant.members.get(seed.memberId);
  if (!conversation || !member) throw new ControlError(404, 'Unknown conversation or member.');
  return addItem(tenant, conversation, {
    direction: seed.internal ? 'none' : 'outbound',
    isInternalNote: seed.internal,
    text: seed.text,
    author: { displayName: member.displayName, id: member.id },
    requestId: newId('asyncRequest'),
  });
}

/** Two contacts become one; the other's conversations go to the one that stays. */
export function mergeContacts(tenant: SpruceTenant, seed: z.output<typeof mergeSchema>): Contact {
  const stays = tenant.contacts.get(seed.contactId);
  const goes = tenant.contacts.get(seed.mergedContactId);
  if (!stays || !goes || stays === goes) throw new ControlError(404, 'Unknown contact.');
  tenant.contacts.delete(goes.id);
  stays.integrationLinks = [
    ...stays.integrationLinks,
    ...goes.integrationLinks.filter((link) => !stays.integrationLinks.some((one) => one.type === link.type)),
  ];
  stays.hasAccount ||= goes.hasAccount;
  const moved = (ids: readonly string[]) => [...new Set(ids.map((id) => (id === goes.id ? stays.id : id)))];
  for (const conversation of tenant.conversations.values()) {
    conversation.contactIds = moved(conversation.contactIds);
    conversation.associatedContactIds = moved(conversation.associatedContactIds);
  }
  emit(tenant, 'contact.merged', { ...contactJson(tenant, stays), deletedContactIds: [goes.id] });
  return stays;
}

/** A patient accepts the invite: from now on they read and reply. */
export function acceptInvite(tenant: SpruceTenant, contactId: string): void {
  const contact = tenant.contacts.get(contactId);
  if (!contact?.hasPendingInvite) throw new ControlError(409, 'The contact has no pending invite.');
  contact.hasAccount = true;
  contact.hasPendingInvite = false;
  emit(tenant, 'contact.updated', contactJson(tenant, contact));
}

function conversationFor(tenant: SpruceTenant, seed: z.output<typeof replySchema>): Conversation {
  const conversation = seed.conversationId
    ? tenant.conversations.get(seed.conversationId)
    : latestSecure(tenant, seed.contactId ?? '');
  if (!conversation || conversation.type !== 'secure')
    throw new ControlError(404, 'No such secure conversation.');
  return conversation;
}

function authorOf(
  tenant: SpruceTenant,
  seed: z.output<typeof replySchema>,
  conversation: Conversation,
): Contact | null {
  if (seed.authorContactId === null) return null;
  const author = tenant.contacts.get(
    seed.authorContactId ?? seed.contactId ?? conversation.contactIds[0] ?? '',
  );
  if (!author?.hasAccount) throw new ControlError(409, 'Only a contact with an account can reply.');
  return author;
}
