import { newId } from './ids.js';
import type { Conversation, Item } from './records.js';
import { itemJson } from './render.js';
import type { SpruceTenant } from './tenant.js';
import { emit } from './webhooks.js';

export interface NewItem {
  readonly direction: Item['direction'];
  readonly text: string;
  readonly author: Item['author'];
  readonly isInternalNote?: boolean;
  readonly requestId?: string;
  readonly pagedMemberIds?: readonly string[];
  readonly stayArchived?: boolean;
  /** Stays out of lists for this long, real ms. */
  readonly absentMs?: number;
}

/** Puts an item into a conversation, journals it with its pages, and tells the webhooks. */
export function addItem(tenant: SpruceTenant, conversation: Conversation, given: NewItem): Item {
  const now = tenant.practiceNow();
  const item: Item = {
    id: newId('ti'),
    conversationId: conversation.id,
    direction: given.direction,
    isInternalNote: given.isInternalNote ?? false,
    author: given.author,
    text: given.text,
    requestId: given.requestId ?? '',
    createdAt: now,
    listedReal: Date.now() + (given.absentMs ?? 0),
    modifiedAt: now,
    pages: (given.pagedMemberIds ?? []).map((memberId) => ({
      id: newId('page'),
      memberId,
      resolvedAt: null,
      resolvedByMemberId: null,
    })),
  };
  tenant.items.set(item.id, item);
  conversation.lastMessageAt = now;
  if (!given.stayArchived) conversation.archived = false;
  tenant.record('item-created', {
    itemId: item.id,
    conversationId: conversation.id,
    direction: item.direction,
    internal: item.isInternalNote,
    pages: item.pages.map((page) => page.memberId),
    requestId: item.requestId,
    text: item.text,
  });
  for (const page of item.pages)
    tenant.record('page-created', { memberId: page.memberId, pageId: page.id, itemId: item.id });
  emit(tenant, 'conversationItem.created', itemJson(tenant, item, true));
  return item;
}
