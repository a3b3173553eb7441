import { z } from 'zod';
import { pathOf } from '../http/index.js';
import { pageOf, type SpruceCalls } from './calls.js';
import type { SpruceClient } from './contract.js';
import { messagePost } from './messages.js';
import { conversationShape, itemShape, tagShape } from './shapes.js';

const largestPage = 200;

type ConversationCalls = Pick<
  SpruceClient,
  | 'createSecureConversation'
  | 'createNoteConversation'
  | 'conversation'
  | 'changeConversation'
  | 'conversationTag'
  | 'conversationsSince'
  | 'conversationsOfContact'
  | 'items'
  | 'item'
>;

export function conversationCalls(calls: SpruceCalls): ConversationCalls {
  const create = (operation: string, json: unknown, idempotencyKey: string, isUrgent = false) =>
    calls.ask(
      { operation, method: 'POST', path: '/conversations', json, idempotencyKey, isUrgent },
      createdConversation,
    );

  return {
    async createSecureConversation({ contactId, internalEndpointId, subject, message, authorId, ...rest }) {
      const secure = {
        destinationContactIds: [contactId],
        internalEndpointId,
        ...(subject && { subject }),
        ...(message && { message: messagePost({ text: message, authorId }) }),
      };
      const json = { type: 'secure', secure };
      const created = await create('conversation.create-secure', json, rest.idempotencyKey);
      return { conversationId: created.conversation.id, requestId: created.postMessageRequestId ?? null };
    },

    async createNoteConversation({ title, memberIds, contactId, idempotencyKey, isUrgent }) {
      const note = { title, memberIds, ...(contactId && { associatedContactIds: [contactId] }) };
      const json = { type: 'note', note };
      const created = await create('conversation.create-note', json, idempotencyKey, isUrgent);
      return { conversationId: created.conversation.id };
    },

    async conversation(conversationId) {
      const path = pathOf`/conversations/${conversationId}`;
      const shape = z.object({ conversation: conversationShape });
      return (await calls.ask({ operation: 'conversation.read', method: 'GET', path }, shape)).conversation;
    },

    changeConversation: ({ conversationId, assignToMemberId, archived, tagIds }) =>
      calls.ask(
        {
          operation: 'conversation.change',
          method: 'PATCH',
          path: pathOf`/conversations/${conversationId}`,
          json: {
            ...(archived !== undefined && { archived }),
            // Spruce leaves what is null as it is; an empty text clears.
            ...(assignToMemberId !== undefined && { assignToMemberId: assignToMemberId ?? '' }),
            ...(tagIds && { tagIds }),
          },
        },
        conversationShape,
      ),

    conversationTag: (value) =>
      calls.ask(
        { operation: 'tag.ensure', method: 'POST', path: '/conversations/tags', json: { value } },
        tagShape,
      ),

    conversationsSince: (startFrom) =>
      calls.list({
        call: {
          operation: 'conversation.list-recent',
          method: 'GET',
          path: '/conversations',
          query: { orderBy: 'last_message', startFrom: new Date(startFrom).toISOString() },
        },
        page: pageOf('conversations', conversationShape),
        pageSize: largestPage,
        startOnly: ['startFrom'],
      }),

    async conversationsOfContact(contactId) {
      const path = pathOf`/contacts/${contactId}/conversations`;
      const shape = z.object({ conversations: z.array(conversationShape) });
      return (await calls.ask({ operation: 'conversation.list', method: 'GET', path }, shape)).conversations;
    },

    items: (conversationId, { startFrom, order } = {}) =>
      calls.list({
        call: {
          operation: 'item.list',
          method: 'GET',
          path: pathOf`/conversations/${conversationId}/items`,
          query: {
            order,
            startFrom: startFrom === undefined ? undefined : new Date(startFrom).toISOString(),
          },
        },
        page: pageOf('conversationItems', itemShape),
        pageSize: largestPage,
      }),

    async item(itemId) {
      const path = pathOf`/conversationItems/${itemId}`;
      const shape = z.object({ conversationItem: itemShape });
      return (await calls.ask({ operation: 'item.read', method: 'GET', path }, shape)).conversationItem;
    },
  };
}

const createdConversation = z.object({
  conversation: z.object({ id: z.string().min(1) }),
  postMessageRequestId: z.string().nullish(),
});
