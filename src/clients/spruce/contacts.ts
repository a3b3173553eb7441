import { z } from 'zod';
import { pathOf, VendorError } from '../http/index.js';
import { pageOf, type SpruceCalls } from './calls.js';
import type { SpruceClient } from './contract.js';
import { contactShape, type SpruceContact } from './shapes.js';

/** Link type of our own ids; the id format of Spruce's athenahealth link is not documented. */
const ourLink = 'custom';
const largestPage = 500;

type ContactCalls = Pick<
  SpruceClient,
  'findContactByExternalId' | 'findContactsByPhone' | 'createContact' | 'linkContact' | 'contact' | 'invite'
>;

export function contactCalls(calls: SpruceCalls): ContactCalls {
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

    async invite({ contactId, destinationId, internalEndpointId }) {
      const call = {
        operation: 'contact.invite',
        method: 'POST',
        path: pathOf`/contacts/${contactId}/invite`,
        json: { destinationId, internalEndpointId },
      } as const;
      const shape = z.object({ conversation: z.object({ id: z.string().min(1) }) });
      return { conversationId: (await calls.ask(call, shape)).conversation.id };
    },
  };
}

function linkedTwice(): VendorError {
  return new VendorError(
    'spruce knows two contacts under one external id; merge them in Spruce, then try again.',
    { vendor: 'spruce', code: 'conflict', outcome: 'refused', requestId: '' },
  );
}
