import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { listQuerySchema } from './contact-routes.js';
import { notFound } from './errors.js';
import { newId } from './ids.js';
import { pageOf } from './paging.js';
import type { WebhookEndpoint } from './records.js';
import { webhookEndpointJson, webhookEventJson } from './render.js';
import type { SpruceTenant } from './tenant.js';
import { check } from './vendor-call.js';
import type { TenantFor } from './vendor-call.js';
import { setPaused } from './webhooks.js';

const endpointSchema = z.object({ name: z.string().min(1), url: z.url() });
const instant = z.iso.datetime({ offset: true }).optional();
const eventsQuery = listQuerySchema.extend({ startTime: instant, endTime: instant });
const pausedQuery = z.object({ paused: z.enum(['true', 'false']) });

const eventsPerPage = '20';

export function webhookRoutes(app: FastifyInstance, tenantFor: TenantFor): void {
  app.get('/webhooks/endpoints', async (request) => {
    const tenant = tenantFor(request);
    const endpoints = [...tenant.webhookEndpoints.values()];
    return { endpoints: endpoints.map((one) => webhookEndpointJson(tenant, one)) };
  });
  app.post('/webhooks/endpoints', async (request) => {
    const tenant = tenantFor(request);
    const { name, url } = check(endpointSchema, request.body);
    const endpoint = addWebhookEndpoint(tenant, name, url, randomBytes(32).toString('base64'));
    return { endpoint: webhookEndpointJson(tenant, endpoint, endpoint.secret) };
  });
  app.get('/webhooks/endpoints/:endpointId', async (request) => {
    const { tenant, endpoint } = needEndpoint(request, tenantFor);
    return { endpoint: webhookEndpointJson(tenant, endpoint) };
  });
  app.delete('/webhooks/endpoints/:endpointId', async (request, reply) => {
    const { tenant, endpoint } = needEndpoint(request, tenantFor);
    tenant.webhookEndpoints.delete(endpoint.id);
    return reply.code(200).send();
  });
  app.post('/webhooks/endpoints/:endpointId/paused', async (request) => {
    const { tenant, endpoint } = needEndpoint(request, tenantFor);
    setPaused(tenant, endpoint, check(pausedQuery, request.query).paused === 'true');
    return { paused: endpoint.isPaused };
  });
  app.get('/webhooks/endpoints/:endpointId/events', async (request) => {
    const { tenant, endpoint } = needEndpoint(request, tenantFor);
    const { startTime, endTime, paginationToken } = check(eventsQuery, request.query);
    const listed = endpoint.events.filter(
      ({ eventTime }) =>
        (!startTime || tenant.shown(eventTime) >= Date.parse(startTime)) &&
        (!endTime || tenant.shown(eventTime) <= Date.parse(endTime)),
    );
    const page = pageOf(listed, { pageSize: eventsPerPage, ...(paginationToken && { paginationToken }) }, 20);
    const { totalCount: _, ...rest } = page.rest;
    return { events: page.rows.map((one) => webhookEventJson(tenant, one)), ...rest };
  });
}

/** Registers where events of the organization go. */
export function addWebhookEndpoint(
  tenant: SpruceTenant,
  name: string,
  url: string,
  secret: string,
): WebhookEndpoint {
  const endpoint: WebhookEndpoint = {
    id: newId('wde'),
    name,
    url,
    secret,
    secretId: newId('wss'),
    createdAt: tenant.practiceNow(),
    isPaused: false,
    events: [],
    release: null,
  };
  tenant.webhookEndpoints.set(endpoint.id, endpoint);
  return endpoint;
}

function needEndpoint(
  request: FastifyRequest,
  tenantFor: TenantFor,
): { tenant: SpruceTenant; endpoint: WebhookEndpoint } {
  const tenant = tenantFor(request);
  const { endpointId } = request.params as { endpointId: string };
  const endpoint = tenant.webhookEndpoints.get(endpointId);
  if (!endpoint) throw notFound('Webhook endpoint');
  return { tenant, endpoint };
}
