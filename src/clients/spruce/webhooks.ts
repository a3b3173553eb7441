import { z } from 'zod';
import { pathOf } from '../http/index.js';
import { pageOf, type SpruceCalls } from './calls.js';
import type { SpruceClient } from './contract.js';
import { webhookEventShape, webhookShape } from './shapes.js';

type WebhookCalls = Pick<
  SpruceClient,
  'registerWebhook' | 'webhookEndpoints' | 'pauseWebhook' | 'webhookEvents' | 'deleteWebhook'
>;

export function webhookCalls(calls: SpruceCalls): WebhookCalls {
  return {
    async registerWebhook({ name, url }) {
      const created = await calls.ask(
        { operation: 'webhook.register', method: 'POST', path: '/webhooks/endpoints', json: { name, url } },
        registered,
      );
      return created.endpoint;
    },

    async webhookEndpoints() {
      const shape = z.object({ endpoints: z.array(webhookShape) });
      const call = { operation: 'webhook.list', method: 'GET', path: '/webhooks/endpoints' } as const;
      return (await calls.ask(call, shape)).endpoints;
    },

    pauseWebhook: (endpointId, paused) =>
      calls.tell({
        operation: 'webhook.pause',
        method: 'POST',
        path: pathOf`/webhooks/endpoints/${endpointId}/paused`,
        query: { paused },
      }),

    webhookEvents: (endpointId, { from, to }) =>
      calls.list({
        call: {
          operation: 'webhook.events',
          method: 'GET',
          path: pathOf`/webhooks/endpoints/${endpointId}/events`,
          query: {
            startTime: new Date(from).toISOString(),
            endTime: to === undefined ? undefined : new Date(to).toISOString(),
          },
        },
        page: pageOf('events', webhookEventShape),
      }),

    deleteWebhook: (endpointId) =>
      calls.tell({
        operation: 'webhook.delete',
        method: 'DELETE',
        path: pathOf`/webhooks/endpoints/${endpointId}`,
      }),
  };
}

const registered = z.object({
  endpoint: webhookShape.transform(({ endpointId, secrets: [secret] }, ctx) => {
    if (secret) return { endpointId, secret };
    ctx.addIssue({ code: 'custom', path: ['signingSecrets'], message: 'missing' });
    return z.NEVER;
  }),
});
