import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { controlErrorHandler, needTenant, requireLoopback } from '../shared/control-routes.js';
import type { Tenants } from '../shared/tenant.js';
import { seedContact } from './contacts.js';
import { acceptInvite, mergeContacts, reply, resolvePages, staffWrites } from './people.js';
import { contactJson, conversationJson, itemJson } from './render.js';
import {
  changeSchema,
  mergeSchema,
  replySchema,
  resolveSchema,
  spruceSeedSchema,
  staffSchema,
} from './seed.js';
import type { SpruceSettings } from './seed.js';
import { SpruceTenant } from './tenant.js';
import { addWebhookEndpoint } from './webhook-routes.js';

/** What only the Spruce sandbox can be told, below `/__sandbox`. */
export function spruceControlRoutes(tenants: Tenants<SpruceTenant>, closing: AbortSignal) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', requireLoopback);
    app.setErrorHandler(controlErrorHandler);

    app.put('/tenants/:id', async (request) => {
      const { id } = request.params as { id: string };
      const change = changeSchema.parse(request.body);
      const known = tenants.get(id);
      const settings = spruceSeedSchema.parse({ ...known?.settings, ...change });
      const tenant = known ?? tenants.add(new SpruceTenant(id, settings, closing));
      takeSeed(tenant, settings, change);
      return { ok: true };
    });

    app.post('/tenants/:id/replies', async (request) => {
      const tenant = needTenant(tenants, request);
      return { item: itemJson(tenant, reply(tenant, replySchema.parse(request.body)), true) };
    });

    app.post('/tenants/:id/pages/resolve', async (request) => {
      const tenant = needTenant(tenants, request);
      return { item: itemJson(tenant, resolvePages(tenant, resolveSchema.parse(request.body)), true) };
    });

    app.post('/tenants/:id/invites/accept', async (request) => {
      const { contactId } = z.object({ contactId: z.string() }).parse(request.body);
      acceptInvite(needTenant(tenants, request), contactId);
      return { ok: true };
    });

    app.post('/tenants/:id/staff', async (request) => {
      const tenant = needTenant(tenants, request);
      return { item: itemJson(tenant, staffWrites(tenant, staffSchema.parse(request.body)), true) };
    });

    app.post('/tenants/:id/contacts/merge', async (request) => {
      mergeContacts(needTenant(tenants, request), mergeSchema.parse(request.body));
      return { ok: true };
    });

    app.get('/tenants/:id/items', async (request) => {
      const tenant = needTenant(tenants, request);
      return { items: [...tenant.items.values()].map((item) => itemJson(tenant, item, true)) };
    });

    app.get('/tenants/:id/conversations', async (request) => {
      const tenant = needTenant(tenants, request);
      const conversations = [...tenant.conversations.values()];
      return { conversations: conversations.map((one) => conversationJson(tenant, one)) };
    });

    app.get('/tenants/:id/contacts', async (request) => {
      const tenant = needTenant(tenants, request);
      return { contacts: [...tenant.contacts.values()].map((one) => contactJson(tenant, one)) };
    });
  };
}

/** Applies what the change names; everything else stays. */
function takeSeed(
  tenant: SpruceTenant,
  settings: SpruceSettings,
  change: Readonly<Record<string, unknown>>,
): void {
  tenant.settings = settings;
  if ('seed' in change) tenant.reseed();
  if ('clock' in change && settings.clock) tenant.setClock(settings.clock);
  if ('members' in change) for (const member of settings.members) tenant.members.set(member.id, member);
  if ('endpoints' in change)
    for (const endpoint of settings.endpoints) tenant.endpoints.set(endpoint.id, endpoint);
  if ('contacts' in change) for (const contact of settings.contacts) seedContact(tenant, contact);
  if (!('webhook' in change) || !settings.webhook) return;
  const { url, secret } = settings.webhook;
  const seeded = [...tenant.webhookEndpoints.values()].find((one) => one.name === seededName);
  if (seeded) Object.assign(seeded, { url, secret });
  else addWebhookEndpoint(tenant, seededName, url, secret);
}

const seededName = 'Seeded endpoint';
