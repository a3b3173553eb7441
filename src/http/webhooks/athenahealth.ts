import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { parseAthenaEvents, verifyAthenaSignature } from '../../clients/athenahealth/index.js';
import { keepInbound } from '../../store/inbound.js';
import { loadPractice, UnknownPractice, type Practice } from '../../store/practices.js';
import type { Store } from '../../store/store.js';
import type { WebhookOptions } from './index.js';

/**
 * Deliveries of athenahealth's event subscriptions. Checked over the exact bytes, stored, answered (athenahealth waits
 * 2 s), and only then worked on. One row per event: a bundle may hold several, and each may come again in another.
 */
export function athenaWebhook({ store, metrics, onStored }: WebhookOptions): FastifyPluginAsync {
  return async (app: FastifyInstance) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    app.post<{ Params: { practice: string } }>('/webhooks/athenahealth/:practice', async (request, reply) => {
      const practice = await practiceOf(store, request.params.practice);
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const header = request.headers['x-hub-signature'];
      const secrets = practice?.connections.athenahealth.webhookSecrets ?? [];
      const isSigned = typeof header === 'string' && verifyAthenaSignature({ secrets, rawBody, header });
      if (!practice || !isSigned) {
        metrics.inbound('athena-event-refused');
        return reply.code(403).send({
          error: 'The signature does not fit. Check the secret with which the events were subscribed.',
        });
      }
      const text = rawBody.toString('utf8');
      const events = parseAthenaEvents(text) ?? [];
      const kept = { vendor: 'athenahealth', kind: 'athena-event' } as const;
      for (const event of events)
        await keepInbound(store, practice, { ...kept, dedupeKey: `event/${event.id}`, body: { event } });
      // What is signed and not understood is kept too: nothing is dropped.
      if (events.length === 0)
        await keepInbound(store, practice, { ...kept, dedupeKey: `body/${hashOf(rawBody)}`, body: { text } });
      metrics.inbound('athena-event');
      onStored();
      return reply.code(200).send();
    });
  };
}

async function practiceOf(store: Store, id: string): Promise<Practice | null> {
  try {
    return await loadPractice(store, id);
  } catch (err) {
    if (err instanceof UnknownPractice) return null;
    throw err;
  }
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}
