import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { verifySpruceSignature } from '../../clients/spruce/index.js';
import {
  parseInboundText,
  parseStatusCallback,
  replyTwiml,
  verifyTwilioForm,
  verifyTwilioJson,
} from '../../clients/twilio/index.js';
import type { Metrics } from '../../observability/metrics.js';
import { keepInbound } from '../../store/inbound.js';
import { loadPractice, UnknownPractice, type Practice } from '../../store/practices.js';
import type { Store } from '../../store/store.js';
import { answerTo } from '../inbound/text-answer.js';
import { voiceRoutes } from './twilio-voice.js';

export interface WebhookOptions {
  readonly store: Store;
  readonly metrics: Metrics;
  /** Called after a message was stored. */
  readonly onStored: () => void;
}

/**
 * Webhooks of Twilio and Spruce. Each is checked against its signature over the exact public URL or bytes, stored,
 * answered, and only then worked on. Unknown fields are welcome.
 */
export function webhooks(options: WebhookOptions): FastifyPluginAsync {
  const { store, metrics, onStored } = options;

  return async (app: FastifyInstance) => {
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );

    app.post<{ Params: { practice: string }; Querystring: { e?: string } }>(
      '/webhooks/twilio/:practice/status',
      async (request, reply) => {
        const practice = await practiceOf(store, request.params.practice);
        if (!practice || !fromTwilio(request, practice)) return refuse('text-status', reply);
        const status = parseStatusCallback(request.body);
        await keepInbound(store, practice, {
          vendor: 'twilio',
          kind: 'text-status',
          // By what is signed: Twilio's idempotency token is not, and says nothing that these two do not.
          dedupeKey: status ? `${status.sid}/${status.status}` : hashOf(request.body),
          body: { effectId: request.query.e ?? null, form: request.body },
        });
        metrics.inbound('text-status');
        onStored();
        return reply.code(204).send();
      },
    );

    app.post<{ Params: { practice: string } }>(
      '/webhooks/twilio/:practice/inbound',
      async (request, reply) => {
        const practice = await practiceOf(store, request.params.practice);
        if (!practice || !fromTwilio(request, practice)) return refuse('text', reply);
        const text = parseInboundText(request.body);
        const kept = await keepInbound(store, practice, {
          vendor: 'twilio',
          kind: 'text',
          dedupeKey: `text/${text?.sid ?? hashOf(request.body)}`,
          body: request.body,
        });
        metrics.inbound('text');
        onStored();
        // A repeat was answered when it first came.
        const answer = kept !== null && text ? await answerTo(store, practice, text) : null;
        return reply.type('text/xml').send(replyTwiml(answer));
      },
    );

    app.post<{ Params: { practice: string; secret?: string } }>(
      '/webhooks/twilio/:practice/click/:secret?',
      async (request, reply) => {
        const practice = await practiceOf(store, request.params.practice);
        const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        if (!practice || !isLinkEvent(request, practice, rawBody, request.params.secret))
          return refuse('link-event', reply);
        await keepInbound(store, practice, {
          vendor: 'twilio',
          kind: 'link-event',
          // Events carry no id of their own; the same bytes are the same event.
          dedupeKey: `link/${createHash('sha256').update(rawBody).digest('hex')}`,
          body: rawBody.toString('utf8'),
        });
        metrics.inbound('link-event');
        onStored();
        return reply.code(204).send();
      },
    );

    voiceRoutes(app, {
      store,
      onStored,
      refuse,
      signedBy: async (request, id) => {
        const practice = await practiceOf(store, id);
        return practice && fromTwilio(request, practice) ? practice : null;
      },
    });

    app.post<{ Params: { practice: string } }>('/webhooks/spruce/:practice', async (request, reply) => {
      const practice = await practiceOf(store, request.params.practice);
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const header = headerOf(request, 'x-spruce-signature');
      const secrets = practice?.connections.spruce.webhookSecrets ?? [];
      if (!practice || !verifySpruceSignature({ secrets, rawBody, header }))
        return refuse('spruce-event', reply);
      await keepInbound(store, practice, {
        vendor: 'spruce',
        kind: 'spruce-event',
        // Deliveries carry no id of their own; the same bytes are the same event.
        dedupeKey: createHash('sha256').update(rawBody).digest('hex'),
        body: rawBody.toString('utf8'),
      });
      metrics.inbound('spruce-event');
      onStored();
      return reply.code(204).send();
    });
  };

  function refuse(kind: string, reply: { code(code: number): { send(body?: unknown): unknown } }) {
    metrics.inbound(`${kind}-refused`);
    return reply
      .code(403)
      .send({ error: 'The signature does not fit. Check the configured public URL and secret.' });
  }
}

function fromTwilio(request: FastifyRequest, practice: Practice): boolean {
  return verifyTwilioForm({
    authTokens: practice.connections.twilio.authTokens,
    // Behind a proxy the address that Twilio called is the configured one, not the Host header.
    url: `${practice.settings.publicBaseUrl}${request.url}`,
    params: (request.body ?? {}) as Record<string, string>,
    header: headerOf(request, 'x-twilio-signature'),
  });
}

/**
 * Twilio does not say whether link events are signed. Where they are, the signature decides; where not, a secret that
 * only the configured callback address holds.
 */
function isLinkEvent(
  request: FastifyRequest,
  practice: Practice,
  rawBody: Buffer,
  secret: string | undefined,
): boolean {
  const { authTokens, linkSecret } = practice.connections.twilio;
  const header = headerOf(request, 'x-twilio-signature');
  if (header !== undefined)
    return verifyTwilioJson({
      authTokens,
      url: `${practice.settings.publicBaseUrl}${request.url}`,
      rawBody,
      header,
    });
  if (secret === undefined || linkSecret === undefined) return false;
  const [given, right] = [secret, linkSecret].map((text) => createHash('sha256').update(text).digest());
  return given !== undefined && right !== undefined && timingSafeEqual(given, right);
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function hashOf(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}

async function practiceOf(store: Store, id: string): Promise<Practice | null> {
  try {
    return await loadPractice(store, id);
  } catch (err) {
    if (err instanceof UnknownPractice) return null;
    throw err;
  }
}
