import { z } from 'zod';
import { pathOf, VendorError } from '../http/index.js';
import { duplicateStatus, type SpruceCalls } from './calls.js';
import type { NewMessage, SpruceClient } from './contract.js';
import { scheduledMessageShape } from './shapes.js';

type MessageCalls = Pick<
  SpruceClient,
  'postMessage' | 'scheduleMessage' | 'scheduledMessages' | 'cancelScheduledMessage'
>;

export function messageCalls(calls: SpruceCalls): MessageCalls {
  return {
    async postMessage({ conversationId, idempotencyKey, isUrgent, ...message }) {
      try {
        return await calls.ask(
          {
            operation: 'message.post',
            method: 'POST',
            path: pathOf`/conversations/${conversationId}/messages`,
            json: messagePost(message),
            idempotencyKey,
            isUrgent: isUrgent ?? (message.pageMemberIds ?? []).length > 0,
          },
          postedMessage,
        );
      } catch (error) {
        if (error instanceof VendorError && error.status === duplicateStatus) return { duplicate: true };
        throw error;
      }
    },

    async scheduleMessage({ conversationId, sendAt, idempotencyKey, ...message }) {
      const call = {
        operation: 'message.schedule',
        method: 'POST',
        path: pathOf`/conversations/${conversationId}/scheduledmessages`,
        json: { message: messagePost(message), sendAt: new Date(sendAt).toISOString() },
        idempotencyKey,
      } as const;
      const shape = z.object({ scheduledMessage: scheduledMessageShape });
      return (await calls.ask(call, shape)).scheduledMessage;
    },

    async scheduledMessages(conversationId) {
      const path = pathOf`/conversations/${conversationId}/scheduledmessages`;
      const shape = z.object({ scheduledMessages: z.array(scheduledMessageShape) });
      return (await calls.ask({ operation: 'message.list-scheduled', method: 'GET', path }, shape))
        .scheduledMessages;
    },

    cancelScheduledMessage: (scheduledMessageId) =>
      calls.tell({
        operation: 'message.cancel-scheduled',
        method: 'DELETE',
        path: pathOf`/scheduledmessages/${scheduledMessageId}`,
      }),
  };
}

/** A message as Spruce takes it. */
export function messagePost(
  message: Pick<NewMessage, 'text' | 'internal' | 'pageMemberIds'> & {
    readonly authorId?: string | undefined;
  },
) {
  const pages = (message.pageMemberIds ?? []).map((value) => ({ type: 'page', value }));
  const body = message.text ? [{ type: 'text', value: message.text }, ...pages] : pages;
  // A page in a message that the patient can read would show the patient who was paged, and why.
  const internal = message.internal === true || pages.length > 0;
  return { body, internal, ...(message.authorId && { author: message.authorId }) };
}

const postedMessage = z
  .object({ requestId: z.string().optional(), requestID: z.string().optional() })
  .transform((answer, ctx) => {
    const requestId = answer.requestId || answer.requestID;
    if (requestId) return { requestId };
    ctx.addIssue({ code: 'custom', path: ['requestId'], message: 'missing' });
    return z.NEVER;
  });
