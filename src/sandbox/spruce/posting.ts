import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { checkEndpoint, checkReachable, latestSecure, openSecure } from './conversations.js';
import { badParameter } from './errors.js';
import { newId } from './ids.js';
import { addItem } from './items.js';
import type { Conversation } from './records.js';
import type { SpruceTenant } from './tenant.js';

/** A message as the API takes it. Attachments are refused: the sandbox has no media. */
export const messageSchema = z.object({
  body: z.array(z.object({ type: z.enum(['text', 'page']), value: z.string() })).min(1),
  author: z.string().optional(),
  internal: z.boolean().optional(),
  stayArchived: z.boolean().optional(),
  attachments: z.array(z.unknown()).max(0, 'the sandbox does not take attachments').optional(),
});

/** Body of PostMessageFromEndpoint, for secure destinations. */
export const endpointPostSchema = z.object({
  destination: z.strictObject({
    secureEndpoint: z.object({
      contactId: z.string(),
      subject: z.string().optional(),
      deliveryMethod: z
        .enum([
          'any_available_secure_conversation',
          'only_conversations_matching_internal_endpoint',
          'new_conversation',
        ])
        .default('any_available_secure_conversation'),
    }),
  }),
  message: messageSchema,
  sendAt: z.undefined('the sandbox does not schedule').optional(),
});

type Message = z.output<typeof messageSchema>;

/**
 * Accepts a message for a conversation; its item appears later.
 * @returns the request id that the item will carry.
 * @throws SpruceError 400 for a message that cannot be posted there.
 */
export function postMessage(
  tenant: SpruceTenant,
  conversation: Conversation,
  message: Message,
  absentMs = 0,
): string {
  checkMessage(tenant, message, conversation.type);
  for (const contactId of conversation.contactIds) checkReachable(tenant, contactId);
  return accept(tenant, message, { conversationId: conversation.id }, () => conversation, absentMs);
}

/** As {@link postMessage}, finding or opening the conversation by `deliveryMethod` when the item appears. */
export function postFromEndpoint(
  tenant: SpruceTenant,
  endpointId: string,
  post: z.output<typeof endpointPostSchema>,
  absentMs = 0,
): string {
  const { contactId, subject, deliveryMethod } = post.destination.secureEndpoint;
  checkEndpoint(tenant, endpointId);
  checkReachable(tenant, contactId);
  checkMessage(tenant, post.message, 'secure');
  const conversationFor = () => {
    const here = latestSecure(tenant, contactId, endpointId);
    const found =
      deliveryMethod === 'new_conversation'
        ? undefined
        : deliveryMethod === 'only_conversations_matching_internal_endpoint'
          ? here
          : (here ?? latestSecure(tenant, contactId));
    return found ?? openSecure(tenant, [contactId], endpointId, { subject, absentMs });
  };
  return accept(tenant, post.message, { conversationId: null, contactId }, conversationFor, absentMs);
}

/** @throws SpruceError 400 when a post into this kind of conversation would be refused. */
export function checkMessage(tenant: SpruceTenant, message: Message, type: Conversation['type']): void {
  if (type === 'note' && message.internal !== true)
    throw badParameter('Note conversations accept only internal messages');
  const { author } = message;
  if (author !== undefined && author !== tenant.organizationId && !tenant.members.has(author))
    throw badParameter('Invalid author');
  const paged = pagedIn(message);
  if (paged.length > 0 && message.internal !== true) throw badParameter('A page needs internal = true');
  if (paged.some((id) => !tenant.members.has(id))) throw badParameter('Unknown member in a page element');
}

function accept(
  tenant: SpruceTenant,
  message: Message,
  where: { conversationId: string | null; contactId?: string },
  conversationFor: () => Conversation,
  absentMs: number,
): string {
  const requestId = newId('asyncRequest');
  const text = textOf(tenant, message);
  const isInternal = message.internal ?? false;
  tenant.record('message-posted', { ...where, requestId, internal: isInternal, text });
  const member = tenant.members.get(message.author ?? '');
  void appear(tenant, requestId, () =>
    addItem(tenant, conversationFor(), {
      direction: isInternal ? 'none' : 'outbound',
      isInternalNote: isInternal,
      text,
      author: member
        ? { displayName: member.displayName, id: member.id }
        : { displayName: tenant.settings.name, id: tenant.organizationId },
      requestId,
      pagedMemberIds: pagedIn(message),
      stayArchived: message.stayArchived ?? false,
      absentMs,
    }),
  );
  return requestId;
}

async function appear(tenant: SpruceTenant, requestId: string, add: () => unknown): Promise<void> {
  await pause(tenant.settings.postDelayMs, undefined, { signal: tenant.closing }).catch(() => undefined);
  if (tenant.closing.aborted) return;
  try {
    add();
  } catch (error) {
    // The contact changed between the 200 and now: no item, and nobody is told, as with Spruce.
    tenant.record('post-failed', { requestId, reason: error instanceof Error ? error.message : 'unknown' });
  }
}

export function pagedIn(message: Pick<Message, 'body'>): readonly string[] {
  return message.body.filter((part) => part.type === 'page').map((part) => part.value);
}

/** A page shows as a mention inside the text. */
export function textOf(tenant: SpruceTenant, message: Pick<Message, 'body'>): string {
  return message.body
    .map(({ type, value }) =>
      type === 'text' ? value : `@${tenant.members.get(value)?.displayName ?? value}`,
    )
    .join('');
}
