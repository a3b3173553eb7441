import { setMaxListeners } from 'node:events';
import formbody from '@fastify/formbody';
import fastify from 'fastify';
import { commonControlRoutes } from '../shared/control-routes.js';
import { applyFaults } from '../shared/fault-hook.js';
import { listen, sandboxServerOptions } from '../shared/listen.js';
import type { RunningSandbox, SandboxOptions } from '../shared/listen.js';
import { Tenants } from '../shared/tenant.js';
import { twilioControlRoutes } from './control-routes.js';
import { TwilioError } from './errors.js';
import type { TwilioTenant } from './tenant.js';
import { answerError, tenantOf, vendorRoutes } from './vendor-routes.js';

/**
 * Starts a server that answers as Twilio does for texts, with many accounts at once. After `close()` no
 * status moves and no webhook leaves.
 * @throws when the port is taken.
 */
export async function startTwilioSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const tenants = new Tenants<TwilioTenant>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const app = fastify(sandboxServerOptions);
  await app.register(formbody);
  applyFaults(app, (request) => tenantOf(tenants, request));
  app.setNotFoundHandler((request, reply) => answerError(new TwilioError(404, 20404), request, reply));
  await app.register(commonControlRoutes(tenants), { prefix: '/__sandbox' });
  await app.register(twilioControlRoutes(tenants, closing.signal), { prefix: '/__sandbox' });
  await app.register(vendorRoutes(tenants));
  const running = await listen(app, options);
  return {
    url: running.url,
    close: async () => {
      closing.abort();
      await running.close();
    },
  };
}
