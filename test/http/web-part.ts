import formbody from '@fastify/formbody';
import Fastify from 'fastify';
import type { Tell } from '../../src/activities/tell.js';
import { verifySpruceSignature } from '../../src/clients/spruce/index.js';
import { verifyTwilioSignature } from '../../src/clients/twilio/index.js';
import { InboundProcessor } from '../../src/http/inbound/processor.js';
import { webhooks } from '../../src/http/webhooks/index.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { BlindIndex } from '../../src/security/blind-index.js';
import { FieldCipher } from '../../src/security/field-cipher.js';
import { loadKeyRing } from '../../src/security/key-ring.js';
import { openDatabase } from '../../src/store/database.js';
import { loadPractice } from '../../src/store/practices.js';

/**
 * The webhook doors on the test's database, with the work behind them and nobody to tell; beside them bare doors that
 * check the same signatures and do nothing else.
 */
const { DATABASE_URL = '', RESULTLOOP_KEYS = '' } = process.env;
const ring = loadKeyRing(RESULTLOOP_KEYS);
const store = {
  db: openDatabase(DATABASE_URL),
  ring,
  cipher: new FieldCipher(ring),
  index: new BlindIndex(ring),
  realNow: Date.now,
};
const nobody = new Proxy({} as Tell, { get: () => () => Promise.resolve() });
const processor = new InboundProcessor({ store, tell: nobody }, createLogger('part'));
const { connections, settings } = await loadPractice(store, 'riverside');

const app = Fastify({ logger: false });
await app.register(formbody);
await app.register(webhooks({ store, metrics: createMetrics(), onStored: () => processor.wake() }));
await app.register(async (bare) => {
  bare.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  bare.post('/bare/twilio', async (request, reply) => {
    const isSigned = verifyTwilioSignature({
      authTokens: connections.twilio.authTokens,
      url: `${settings.publicBaseUrl}${request.url}`,
      params: request.body as Record<string, string>,
      header: String(request.headers['x-twilio-signature']),
    });
    return reply.code(isSigned ? 204 : 403).send();
  });
  bare.post('/bare/spruce', async (request, reply) => {
    const isSigned = verifySpruceSignature({
      secrets: connections.spruce.webhookSecrets,
      rawBody: request.body as Buffer,
      header: String(request.headers['x-spruce-signature']),
    });
    return reply.code(isSigned ? 204 : 403).send();
  });
});
await app.listen({ port: 0, host: '127.0.0.1' });
processor.start();
const address = app.server.address();
const port = typeof address === 'object' ? address?.port : null;
process.stdout.write(`${JSON.stringify({ ready: true, port })}\n`);
