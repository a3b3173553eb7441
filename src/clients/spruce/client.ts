import { z } from 'zod';
import { createHttp, pathOf, VendorError } from '../http/index.js';
import { duplicateStatus, pageOf, spruceCalls } from './calls.js';
import type { NewMessage, SpruceClient, SpruceOptions } from './contract.js';
import type { SpruceContact } from './shapes.js';
import {
  contactShape,
  conversationShape,
  endpointShape,
  itemShape,
  memberShape,
  webhookShape,
} from './shapes.js';

const defaultTimeoutMs = 10_000;
/** Link type of our own ids; the id format of Spruce's athenahealth link is not documented. */
const ourLink = 'custom';
const largestPage = 500;
const largestItemPage = 200;

/** Spruce for one practice. Never repeats a call by itself: the workflow decides. */
export function createSpruceClient(options: SpruceOptions): SpruceClient {
  if (!options.token) throw new Error('A Spruce connection needs its access token.');
  const { baseUrl, onCall, timeoutMs = defaultTimeoutMs } = options;
  const calls = spruceCalls(createHttp({ vendor: 'spruce', baseUrl, timeoutMs, onCall }), options.token);

  const search = (structured: unknown): Promise<readonly SpruceContact[]> =>
    calls.list({
      call: {
        operation: 'contact.search',
        method: 'POST',
        path: '/contacts/search',
        json: { structured },
        effect: 'read',
      },
      page: pageOf('contacts', contactShape),
      pageSize: largestPage,
    });

  return {
    async findContactByExternalId(externalId) {
      const ids = [{ integrationLinkType: ourLink, id: externalId }];
      const found = await search({ integrationIDFilter: [{ match: 'any', integrationIDs: ids }] });
      // A search is a search: only the exact link identifies the person.
      const linked = found.filter((contact) =>
        contact.links.some((link) => link.type === ourLink && link.externalId === externalId),
      );
      if (linked.length > 1) throw linkedTwice();
      return linked[0] ?? null;
    },

    findContactsByPhone: (e164) => search({ phoneNumberFilter: [{ match: 'any', values: [e164] }] }),

    createContact: ({ phone, idempotencyKey, ...names }) =>
      calls.ask(
        {
          operation: 'contact.create',
          method: 'POST',
          path: '/contacts',
          json: { category: 'patient', ...names, ...(phone && { phoneNumbers: [{ value: phone }] }) },
          idempotencyKey,
        },
        contactShape,
      ),

    linkContact: (contactId, externalId) =>
      calls.tell({
        operation: 'contact.link',
        method: 'POST',
        path: pathOf`/contacts/${contactId}/integrationlinks`,
        json: { type: ourLink, externalId },
      }),

    contact: (contactId) =>
      calls.ask(
        { operation: 'contact.read', method: 'GET', path: pathOf`/contacts/${contactId}` },
        contactShape,
      ),

    async internalEndpoints() {
      const shape = z.object({ internalEndpoints: z.array(endpointShape) });
      const call = { operation: 'endpoint.list', method: 'GET', path: '/internalendpoints' } as const;
      return (await calls.ask(call, shape)).internalEndpoints;
    },

    members: () =>
      calls.list({
        call: { operation: 'member.list', method: 'GET', path: '/organization/members' },
        page: pageOf('members', memberShape),
        pageSize: largestPage,
      }),

    async createSecureConversation({ contactId, internalEndpointId, subject, message, authorId, ...rest }) {
      const secure = {
        destinationContactIds: [contactId],
        internalEndpointId,
        ...(subject && { subject }),
        ...(message && { message: messagePost({ text: message, authorId }) }),
      };
      const created = await calls.ask(
        {
          operation: 'conversation.create-secure',
          method: 'POST',
          path: '/conversations',
          json: { type: 'secure', secure },
          idempotencyKey: rest.idempotencyKey,
        },
        createdConversation,
      );
      return { conversationId: created.conversation.id, requestId: created.postMessageRequestId ?? null };
    },

    async createNoteConversation({ title, memberIds, idempotencyKey }) {
      const created = await calls.ask(
        {
          operation: 'conversation.create-note',
          method: 'POST',
          path: '/conversations',
          json: { type: 'note', note: { title, memberIds } },
          idempotencyKey,
        },
        createdConversation,
      );
      return { conversationId: created.conversation.id };
    },

    async postMessage({ conversationId, idempotencyKey, ...message }) {
      try {
        return await calls.ask(
          {
            operation: 'message.post',
            method: 'POST',
            path: pathOf`/conversations/${conversationId}/messages`,
            json: messagePost(message),
            idempotencyKey,
          },
          postedMessage,
        );
      } catch (error) {
        if (error instanceof VendorError && error.status === duplicateStatus) return { duplicate: true };
        throw error;
      }
    },

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
        pageSize: largestItemPage,
      }),

    async item(itemId) {
      const path = pathOf`/conversationItems/${itemId}`;
      const shape = z.object({ conversationItem: itemShape });
      return (await calls.ask({ operation: 'item.read', method: 'GET', path }, shape)).conversationItem;
    },

    async registerWebhook({ name, url }) {
      const created = await calls.ask(
        { operation: 'webhook.register', method: 'POST', path: '/webhooks/endpoints', json: { name, url } },
        registeredWebhook,
      );
      return created.endpoint;
    },

    async webhookEndpoints() {
      const shape = z.object({ endpoints: z.array(webhookShape) });
      const call = { operation: 'webhook.list', method: 'GET', path: '/webhooks/endpoints' } as const;
      return (await calls.ask(call, shape)).endpoints;
    },

    deleteWebhook: (endpointId) =>
      calls.tell({
        operation: 'webhook.delete',
        method: 'DELETE',
        path: pathOf`/webhooks/endpoints/${endpointId}`,
      }),
  };
}

const createdConversation = z.object({
  conversation: z.object({ id: z.string().min(1) }),
  postMessageRequestId: z.string().nullish(),
});

const postedMessage = z
  .object({ requestId: z.string().optional(), requestID: z.string().optional() })
  .transform((answer, ctx) => {
    const requestId = answer.requestId || answer.requestID;
    if (requestId) return { requestId };
    ctx.addIssue({ code: 'custom', path: ['requestId'], message: 'missing' });
    return z.NEVER;
  });

const registeredWebhook = z.object({
  endpoint: webhookShape.transform(({ endpointId, secrets: [secret] }, ctx) => {
    if (secret) return { endpointId, secret };
    ctx.addIssue({ code: 'custom', path: ['signingSecrets'], message: 'missing' });
    return z.NEVER;
  }),
});

function messagePost(message: Pick<NewMessage, 'text' | 'authorId' | 'internal' | 'pageMemberIds'>) {
  const pages = (message.pageMemberIds ?? []).map((value) => ({ type: 'page', value }));
  const body = message.text ? [{ type: 'text', value: message.text }, ...pages] : pages;
  // A page in a message that the patient can read would show the patient who was paged, and why.
  const internal = message.internal === true || pages.length > 0;
  return { body, internal, ...(message.authorId && { author: message.authorId }) };
}

function linkedTwice(): VendorError {
  return new VendorError(
    'spruce knows two contacts under one external id; merge them in Spruce, then try again.',
    { vendor: 'spruce', code: 'conflict', outcome: 'refused', requestId: '' },
  );
}
