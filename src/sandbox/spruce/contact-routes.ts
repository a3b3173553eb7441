import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { contactBodySchema, createContact, updateContact } from './contacts.js';
import { badParameter, notFound } from './errors.js';
import { pageOf } from './paging.js';
import type { Contact } from './records.js';
import { contactJson, conversationJson, integrationLinksJson } from './render.js';
import { invite, inviteSchema } from './invites.js';
import { visible } from './lists.js';
import { searchContacts, searchSchema } from './search.js';
import type { SpruceTenant } from './tenant.js';
import { check } from './vendor-call.js';
import type { TenantFor } from './vendor-call.js';
import { emit } from './webhooks.js';

export const listQuerySchema = z.looseObject({
  pageSize: z.string().optional(),
  paginationToken: z.string().optional(),
});

const linkSchema = z.object({
  type: z.enum(['elation', 'hint', 'athena', 'custom']),
  externalId: z.string().min(1),
  url: z.string().optional(),
});

const most = 500;

export function contactRoutes(app: FastifyInstance, tenantFor: TenantFor): void {
  app.get('/contacts', async (request) => {
    const tenant = tenantFor(request);
    const page = pageOf([...tenant.contacts.values()], check(listQuerySchema, request.query), most);
    return { contacts: page.rows.map((one) => contactJson(tenant, one)), ...page.rest };
  });
  app.post('/contacts', async (request, reply) => {
    const tenant = tenantFor(request);
    const contact = createContact(tenant, check(contactBodySchema, request.body));
    return reply.code(201).send(contactJson(tenant, contact));
  });
  app.post('/contacts/search', async (request) => {
    const tenant = tenantFor(request);
    const search = check(searchSchema, request.body);
    if (search.freeText === undefined && !search.structured)
      throw badParameter('One of freeText, structured is required');
    const found = searchContacts(tenant.contacts.values(), search);
    const page = pageOf(found, check(listQuerySchema, request.query), most);
    const contacts = page.rows.map((one) => contactJson(tenant, one));
    return { contacts, totalCountRelation: 'eq', ...page.rest };
  });
  app.get('/contacts/:contactId', async (request) => {
    const { tenant, contact } = needContact(request, tenantFor);
    return contactJson(tenant, contact);
  });
  app.patch('/contacts/:contactId', async (request) => {
    const { tenant, contact } = needContact(request, tenantFor);
    return contactJson(tenant, updateContact(tenant, contact, check(contactBodySchema, request.body)));
  });
  app.get('/contacts/:contactId/conversations', async (request) => {
    const { tenant, contact } = needContact(request, tenantFor);
    const conversations = visible(tenant, tenant.conversations.values()).filter((one) =>
      [...one.contactIds, ...one.associatedContactIds].includes(contact.id),
    );
    return { conversations: conversations.map((one) => conversationJson(tenant, one)) };
  });
  app.get('/contacts/:contactId/integrationlinks', async (request) => {
    const { contact } = needContact(request, tenantFor);
    return { integrationLinks: integrationLinksJson(contact) };
  });
  app.post('/contacts/:contactId/integrationlinks', async (request, reply) => {
    const { tenant, contact } = needContact(request, tenantFor);
    // The specification allows both places.
    const link = check(linkSchema, { ...(request.query as object), ...(request.body as object | null) });
    contact.integrationLinks = [...contact.integrationLinks.filter((one) => one.type !== link.type), link];
    emit(tenant, 'contact.updated', contactJson(tenant, contact));
    return reply.code(201).send({ integrationLinks: integrationLinksJson(contact) });
  });
  app.delete('/contacts/:contactId/integrationlinks', async (request, reply) => {
    const { tenant, contact } = needContact(request, tenantFor);
    const link = check(linkSchema, { ...(request.query as object), ...(request.body as object | null) });
    contact.integrationLinks = contact.integrationLinks.filter(
      (one) => one.type !== link.type || one.externalId !== link.externalId,
    );
    emit(tenant, 'contact.updated', contactJson(tenant, contact));
    return reply.code(200).send();
  });
  app.post('/contacts/:contactId/invite', async (request) => {
    const { tenant, contact } = needContact(request, tenantFor);
    const conversation = invite(tenant, contact, check(inviteSchema, request.body));
    return { contact: contactJson(tenant, contact), conversation: conversationJson(tenant, conversation) };
  });
  app.delete('/contacts/:contactId', async (request, reply) => {
    const { tenant, contact } = needContact(request, tenantFor);
    tenant.contacts.delete(contact.id);
    emit(tenant, 'contact.deleted', contactJson(tenant, contact));
    return reply.code(200).send();
  });
}

function needContact(
  request: FastifyRequest,
  tenantFor: TenantFor,
): { tenant: SpruceTenant; contact: Contact } {
  const tenant = tenantFor(request);
  const { contactId } = request.params as { contactId: string };
  const contact = tenant.contacts.get(contactId);
  if (!contact) throw notFound('Contact');
  return { tenant, contact };
}
