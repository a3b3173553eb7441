import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Hl7Receiver } from '../process/intake/hl7-door.js';
import type { Metrics } from '../observability/metrics.js';
import { loadPractice } from '../store/practices.js';
import { sourceOfToken, type Source } from '../store/sources.js';
import type { Store } from '../store/store.js';
import { keepTransmission } from '../store/transmissions.js';

export interface IntakeHttpOptions {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly hl7: Hl7Receiver;
  /** Called after a body was stored. */
  readonly onStored: () => void;
  /** Largest body in bytes. Default 32 MiB. */
  readonly bodyLimit?: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    intakeSource?: Source;
  }
}

const statusOf = { accept: 200, error: 503, reject: 400 } as const;

/**
 * `POST /intake/hl7v2` and `POST /intake/fhir`: one bearer token per source. Bodies are stored first and answered then;
 * the token is checked before a byte of the body is read.
 */
export function intake(options: IntakeHttpOptions): FastifyPluginAsync {
  const { store, metrics, hl7, onStored } = options;
  const bodyLimit = options.bodyLimit ?? 32 * 1024 * 1024;

  return async (app: FastifyInstance) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) =>
      done(null, body),
    );

    const authenticate =
      (format: 'hl7v2' | 'fhir') => async (request: FastifyRequest, reply: FastifyReply) => {
        const source = await sourceOfToken(store, bearerOf(request));
        if (source?.config.format === format) {
          request.intakeSource = source;
          return;
        }
        metrics.inbound(`${format}-refused`);
        return reply.code(401).header('www-authenticate', 'Bearer').send({
          error: 'The token fits no source for this kind of message. Ask the practice for a new one.',
        });
      };

    app.post('/intake/hl7v2', { bodyLimit, onRequest: authenticate('hl7v2') }, async (request, reply) => {
      const { practiceId, config } = request.intakeSource as Source;
      const practice = await loadPractice(store, practiceId);
      const answer = await hl7.receive({ practice, source: config }, bodyOf(request));
      reply.code(statusOf[answer.code]);
      if (answer.bytes) return reply.type('application/hl7-v2').send(answer.bytes);
      return answer.isHl7
        ? reply.code(204).send()
        : reply.send({ error: 'This is no HL7 v2 message: it has no MSH segment.' });
    });

    app.post('/intake/fhir', { bodyLimit, onRequest: authenticate('fhir') }, async (request, reply) => {
      const { practiceId, config: source } = request.intakeSource as Source;
      const practice = await loadPractice(store, practiceId);
      const body = bodyOf(request);
      const refused = isJson(body)
        ? undefined
        : { reason: 'not-json', words: 'This is not JSON. Have the sender send FHIR R4 as JSON.' };
      const kept = await keepTransmission(store, {
        practice,
        source,
        body,
        envelope: null,
        ...(refused && { refused }),
      });
      metrics.inbound(refused ? 'fhir-reject' : 'fhir-accept');
      reply.type('application/fhir+json');
      if (refused) return reply.code(400).send(outcome('error', 'structure', refused.words));
      if (!kept.isRepeat) onStored();
      const words = kept.isRepeat ? 'Received before; nothing to do.' : 'Received and stored.';
      return reply.code(kept.isRepeat ? 200 : 202).send(outcome('information', 'informational', words));
    });
  };
}

function bearerOf(request: FastifyRequest): string {
  const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ');
  return scheme.toLowerCase() === 'bearer' ? token : '';
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8').replace(/^\ufeff/, ''));
    return true;
  } catch {
    return false;
  }
}

/** A FHIR OperationOutcome. */
function outcome(severity: string, code: string, diagnostics: string): string {
  return JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity, code, diagnostics }],
  });
}
