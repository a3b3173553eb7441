import { setMaxListeners } from 'node:events';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { commonControlRoutes } from '../shared/control-routes.js';
import { applyFaults, pathOf } from '../shared/fault-hook.js';
import { listen, sandboxServerOptions } from '../shared/listen.js';
import type { RunningSandbox, SandboxOptions } from '../shared/listen.js';
import { Tenants } from '../shared/tenant.js';
import { contactRoutes } from './contact-routes.js';
import { spruceControlRoutes } from './control-routes.js';
import { conversationRoutes } from './conversation-routes.js';
import { SpruceError, notFound } from './errors.js';
import { organizationRoutes } from './organization-routes.js';
import { scheduledRoutes } from './scheduled-routes.js';
import type { SpruceTenant } from './tenant.js';
import { answerError, guardCalls, tenantByToken } from './vendor-call.js';
import { webhookRoutes } from './webhook-routes.js';

/**
 * Starts a server that answers as Spruce's public API does, with many organizations at once. After `close()`
 * no item appears and no webhook leaves.
 * @throws when the port is taken.
 */
export async function startSpruceSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const tenants = new Tenants<SpruceTenant>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const app = fastify(sandboxServerOptions);
  applyFaults(app, (request) => tenantByToken(tenants, request));
  await app.register(commonControlRoutes(tenants), { prefix: '/__sandbox' });
  await app.register(spruceControlRoutes(tenants, closing.signal), { prefix: '/__sandbox' });
  await app.register(
    async (vendor) => {
      const isKnown = rememberPaths(vendor);
      const tenantFor = guardCalls(vendor, tenants);
      contactRoutes(vendor, tenantFor);
      conversationRoutes(vendor, tenantFor);
      scheduledRoutes(vendor, tenantFor);
      organizationRoutes(vendor, tenantFor);
      webhookRoutes(vendor, tenantFor);
      vendor.setNotFoundHandler((request, reply) =>
        answerError(
          isKnown(pathOf(request))
            ? new SpruceError(405, 'METHOD_NOT_ALLOWED', 'Method not allowed')
            : notFound('Resource'),
          request,
          reply,
        ),
      );
    },
    { prefix: '/v1' },
  );
  const running = await listen(app, options);
  return {
    url: running.url,
    close: async () => {
      closing.abort();
      await running.close();
    },
  };
}

/** Tells whether a path has a route under another method. */
function rememberPaths(app: FastifyInstance): (path: string) => boolean {
  const patterns: RegExp[] = [];
  app.addHook('onRoute', ({ url }) => {
    patterns.push(new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`));
  });
  return (path) => patterns.some((pattern) => pattern.test(path));
}
