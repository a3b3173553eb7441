import type { FastifyInstance } from 'fastify';
import { controlErrorHandler, needTenant, requireLoopback } from '../shared/control-routes.js';
import type { Tenants } from '../shared/tenant.js';
import { clickLink } from './click.js';
import { receiveText } from './inbound.js';
import { answerText } from './patient-answer.js';
import { changeSchema, clickSchema, inboundSchema, numbersSchema, twilioSeedSchema } from './seed.js';
import { TwilioTenant } from './tenant.js';

/** What only the Twilio sandbox can be told, below `/__sandbox`. */
export function twilioControlRoutes(tenants: Tenants<TwilioTenant>, closing: AbortSignal) {
  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', requireLoopback);
    app.setErrorHandler(controlErrorHandler);

    app.put('/tenants/:id', async (request) => {
      const { id } = request.params as { id: string };
      const change = changeSchema.parse(request.body);
      const known = tenants.get(id);
      const seed = twilioSeedSchema.parse({ ...known?.settings, ...change });
      if (known) known.update(seed, change);
      else {
        const tenant = tenants.add(new TwilioTenant(id, seed, closing));
        tenant.onArrived = (message) => void answerText(tenant, message);
      }
      return { ok: true };
    });

    app.post('/tenants/:id/numbers', async (request) => {
      needTenant(tenants, request).setNumbers(numbersSchema.parse(request.body));
      return { ok: true };
    });

    app.post('/tenants/:id/inbound', async (request) =>
      receiveText(needTenant(tenants, request), inboundSchema.parse(request.body)),
    );

    app.post('/tenants/:id/clicks', async (request) =>
      clickLink(needTenant(tenants, request), clickSchema.parse(request.body)),
    );

    app.get('/tenants/:id/calls', async (request) => ({
      calls: [...needTenant(tenants, request).calls.values()],
    }));

    app.get('/tenants/:id/messages', async (request) => ({
      messages: [...needTenant(tenants, request).messages.values()],
    }));
  };
}
