import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { absentFromListsMs } from '../shared/fault-hook.js';
import { listQuerySchema } from './contact-routes.js';
import { openNote, openSecure } from './conversations.js';
import { SpruceError, badParameter, notFound } from './errors.js';
import { newId } from './ids.js';
import { visible } from './lists.js';
import { pageOf } from './paging.js';
import { checkMessage, messageSchema, postMessage } from './posting.js';
import type { Conversation, Tag } from './records.js';
import { conversationJson, itemJson } from './render.js';
import type { SpruceTenant } from './tenant.js';
import { check } from './vendor-call.js';
import type { TenantFor } from './vendor-call.js';
import { emit } from './webhooks.js';

const createSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('secure'),
    secure: z.object({
      destinationContactIds: z.array(z.string()),
      internalEndpointId: z.string(),
      subject: z.string().optional(),
      message: messageSchema.optional(),
    }),
  }),
  z.object({
    type: z.literal('note'),
    note: z
      .object({
        title: z.string().optional(),
        memberIds: z.array(z.string()).optional(),
        associatedContactIds: z.array(z.string()).optional(),
        message: messageSchema.optional(),
      })
      .default({}),
  }),
]);

const updateSchema = z.object({
  archived: z.boolean().nullish(),
  assignToMemberId: z.string().nullish(),
  tagIds: z.array(z.string()).nullish(),
});

const startFrom = z.iso.datetime({ offset: true }).optional();
const conversationsQuery = listQuerySchema.extend({
  orderBy: z.enum(['created', 'last_message']),
  startFrom,
});
const itemsQuery = listQuerySchema.extend({
  order: z.enum(['newest_first', 'oldest_first']).default('newest_first'),
  startFrom,
});

const most = 200;

export function conversationRoutes(app: FastifyInstance, tenantFor: TenantFor): void {
  app.get('/conversations', async (request) => {
    const tenant = tenantFor(request);
    const query = check(conversationsQuery, request.query);
    if (query.startFrom && query.paginationToken)
      throw badParameter('Only one of startFrom or paginationToken can be provided');
    const timeOf = (one: Conversation): number =>
      tenant.shown(query.orderBy === 'created' ? one.createdAt : (one.lastMessageAt ?? one.createdAt));
    const listed = visible(tenant, tenant.conversations.values())
      .filter((one) => !query.startFrom || timeOf(one) >= Date.parse(query.startFrom))
      .sort((a, b) => timeOf(a) - timeOf(b));
    const page = pageOf(listed, query, most);
    return { conversations: page.rows.map((one) => conversationJson(tenant, one)), ...page.rest };
  });
  app.post('/conversations', async (request, reply) => {
    const tenant = tenantFor(request);
    const absentMs = absentFromListsMs(request);
    const body = check(createSchema, request.body);
    const { message } = body.type === 'secure' ? body.secure : body.note;
    if (message) checkMessage(tenant, message, body.type);
    const conversation =
      body.type === 'secure'
        ? openSecure(tenant, body.secure.destinationContactIds, body.secure.internalEndpointId, {
            subject: body.secure.subject,
            absentMs,
          })
        : openNote(tenant, body.note, absentMs);
    return reply.code(201).send({
      conversation: conversationJson(tenant, conversation),
      ...(message && { postMessageRequestId: postMessage(tenant, conversation, message, absentMs) }),
    });
  });
  app.get('/conversations/:conversationId', async (request) => {
    const { tenant, conversation } = needConversation(request, tenantFor);
    return { conversation: conversationJson(tenant, conversation) };
  });
  app.patch('/conversations/:conversationId', async (request) => {
    const { tenant, conversation } = needConversation(request, tenantFor);
    update(tenant, conversation, check(updateSchema, request.body));
    return conversationJson(tenant, conversation);
  });
  app.get('/conversations/:conversationId/items', async (request) => {
    const { tenant, conversation } = needConversation(request, tenantFor, 400);
    const query = check(itemsQuery, request.query);
    const listed = visible(tenant, tenant.items.values())
      .filter((one) => one.conversationId === conversation.id)
      .filter((one) => !query.startFrom || tenant.shown(one.createdAt) >= Date.parse(query.startFrom));
    const page = pageOf(query.order === 'newest_first' ? listed.reverse() : listed, query, most);
    return { conversationItems: page.rows.map((one) => itemJson(tenant, one)), ...page.rest };
  });
  app.post('/conversations/:conversationId/messages', async (request) => {
    const { tenant, conversation } = needConversation(request, tenantFor, 400);
    const message = check(messageSchema, request.body);
    return { requestId: postMessage(tenant, conversation, message, absentFromListsMs(request)) };
  });
  app.get('/conversationItems/:itemId', async (request) => {
    const tenant = tenantFor(request);
    const item = tenant.items.get((request.params as { itemId: string }).itemId);
    if (!item) throw notFound('Conversation item');
    return { conversationItem: itemJson(tenant, item) };
  });
  app.delete('/conversationItems/:itemId', async (request) => {
    const tenant = tenantFor(request);
    const item = tenant.items.get((request.params as { itemId: string }).itemId);
    if (!item) throw notFound('Conversation item');
    if (item.direction === 'inbound') throw new SpruceError(403, 'FORBIDDEN', 'The item cannot be deleted');
    tenant.items.delete(item.id);
    tenant.record('item-deleted', { itemId: item.id, conversationId: item.conversationId });
    emit(tenant, 'conversationItem.deleted', itemJson(tenant, item, true));
    return { requestId: newId('asyncRequest') };
  });
  app.get('/conversations/tags', async (request) => {
    const tenant = tenantFor(request);
    const query = check(listQuerySchema, request.query);
    const page = pageOf([...tenant.conversationTags.values()], query, 500);
    return { tags: page.rows.map((tag) => ({ ...tag, object: 'tag' })), ...page.rest };
  });
  app.post('/conversations/tags', async (request, reply) => {
    const tenant = tenantFor(request);
    const { value } = check(z.object({ value: z.string().min(1) }), request.body);
    const known = [...tenant.conversationTags.values()].find((one) => one.value === value);
    const tag: Tag = known ?? { id: newId('tag'), value };
    tenant.conversationTags.set(tag.id, tag);
    return reply.code(201).send({ ...tag, object: 'tag' });
  });
}

function update(
  tenant: SpruceTenant,
  conversation: Conversation,
  { archived, assignToMemberId, tagIds }: z.output<typeof updateSchema>,
): void {
  if (assignToMemberId && !tenant.members.has(assignToMemberId)) throw badParameter('Unknown member');
  const tags = tagIds?.map((id) => {
    const tag = tenant.conversationTags.get(id);
    if (!tag) throw badParameter('Unknown tag');
    return tag;
  });
  if (tags) conversation.tags = tags;
  if (assignToMemberId !== null && assignToMemberId !== undefined)
    conversation.assignedToMemberId = assignToMemberId || null;
  if (archived !== null && archived !== undefined) conversation.archived = archived;
  if (archived) conversation.assignedToMemberId = null;
  emit(tenant, 'conversation.updated', conversationJson(tenant, conversation));
}

/** @param status what an unknown conversation is answered; the posting operations declare no 404. */
export function needConversation(
  request: FastifyRequest,
  tenantFor: TenantFor,
  status: 400 | 404 = 404,
): { tenant: SpruceTenant; conversation: Conversation } {
  const tenant = tenantFor(request);
  const { conversationId } = request.params as { conversationId: string };
  const conversation = tenant.conversations.get(conversationId);
  if (!conversation)
    throw status === 404 ? notFound('Conversation') : badParameter('Invalid conversation ID');
  return { tenant, conversation };
}
