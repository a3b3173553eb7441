import type { FastifyInstance } from 'fastify';
import { listQuerySchema } from './contact-routes.js';
import { needConversation } from './conversation-routes.js';
import { pageOf } from './paging.js';
import { scheduledMessageJson } from './render.js';
import { schedule, scheduleSchema, unschedule } from './scheduled.js';
import { check } from './vendor-call.js';
import type { TenantFor } from './vendor-call.js';

const most = 100;

export function scheduledRoutes(app: FastifyInstance, tenantFor: TenantFor): void {
  app.get('/conversations/:conversationId/scheduledmessages', async (request) => {
    const { tenant, conversation } = needConversation(request, tenantFor);
    // A sent one stays, with its item: how else would anybody find it.
    const here = [...tenant.scheduled.values()].filter((one) => one.conversationId === conversation.id);
    return { scheduledMessages: here.map((one) => scheduledMessageJson(tenant, one)) };
  });
  app.post('/conversations/:conversationId/scheduledmessages', async (request, reply) => {
    const { tenant, conversation } = needConversation(request, tenantFor);
    const scheduled = schedule(tenant, conversation, check(scheduleSchema, request.body));
    return reply.code(201).send({ scheduledMessage: scheduledMessageJson(tenant, scheduled) });
  });
  app.get('/scheduledmessages', async (request) => {
    const tenant = tenantFor(request);
    const open = [...tenant.scheduled.values()].filter((one) => one.sentItemId === null);
    const page = pageOf(open, check(listQuerySchema.omit({ pageSize: true }), request.query), most);
    return { scheduledMessages: page.rows.map((one) => scheduledMessageJson(tenant, one)), ...page.rest };
  });
  app.delete('/scheduledmessages/:scheduledMessageId', async (request, reply) => {
    unschedule(tenantFor(request), (request.params as { scheduledMessageId: string }).scheduledMessageId);
    return reply.code(200).send();
  });
}
