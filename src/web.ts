import formbody from '@fastify/formbody';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { createTell } from './activities/tell.js';
import { createVendors } from './activities/vendors.js';
import { codecServer } from './http/codec-server.js';
import { health } from './http/health.js';
import { intake } from './http/intake.js';
import { InboundProcessor } from './http/inbound/processor.js';
import { patientPage } from './http/patient-page/index.js';
import { athenaWebhook } from './http/webhooks/athenahealth.js';
import { webhooks } from './http/webhooks/index.js';
import { deliverOverdueCommands } from './process/deliver-command.js';
import { openDeps, type ProcessDeps } from './process/deps.js';
import { createIntake } from './process/intake/create-intake.js';
import type { Intake } from './process/intake/doors.js';
import { PollWaker } from './process/poll-waker.js';
import { EncryptionCodec } from './security/payload-codec.js';
import { databaseAnswers } from './store/database.js';

/**
 * The web process: vendor webhooks, the patient's page, the doors of other sources of results, the codec endpoint, health
 * and metrics.
 */
async function main(): Promise<void> {
  const deps = await openDeps(process.env, 'web');
  // A practice with much traffic runs `resultloop intake` beside it; one port has one listener.
  const doors = process.env.RESULTLOOP_INTAKE === 'alone' ? null : createIntake(deps);
  const { app, processor } = await buildWeb(deps, doors);
  processor.start();
  await doors?.start();
  const url = await app.listen({
    port: Number(process.env.PORT ?? 8000),
    host: process.env.HOST ?? '127.0.0.1',
  });
  const stop = async () => {
    await app.close();
    await doors?.stop();
    await processor.stop();
    await deps.close();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop()).once('SIGINT', () => void stop());
  process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`);
}

const unreadable = 'This request cannot be read.';

/** Builds the server without listening. `doors`: who takes what comes to the intake routes; `null` = not this process. */
export async function buildWeb(
  deps: ProcessDeps,
  doors: Intake | null = null,
): Promise<{ app: FastifyInstance; processor: InboundProcessor }> {
  const { store, temporal, metrics, log, ring } = deps;
  // No request log: a URL may hold a link token.
  const app = Fastify({
    logger: false,
    bodyLimit: 1_048_576,
    trustProxy: false,
    // An address that cannot be read is not repeated in the answer.
    frameworkErrors: (_err, _request, reply: FastifyReply) =>
      void reply.code(400).send({ error: unreadable }),
  });
  const tell = createTell(temporal);
  const vendors = createVendors(store, metrics, (err) =>
    log.warn({ err }, 'a vendor call could not be recorded'),
  );
  const waker = new PollWaker(temporal);
  const processor = new InboundProcessor(
    {
      store,
      tell,
      spruce: (p) => vendors.spruce(p),
      twilio: (p) => vendors.twilio(p),
      wakePoll: (id) => waker.wake(id),
    },
    log,
    () => deliverOverdueCommands(deps),
  );
  // Before any door: a handler reaches only the plugins that are registered after it.
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'There is nothing here.' }));
  app.setErrorHandler((err: { statusCode?: number }, _request, reply) => {
    const status = err.statusCode ?? 500;
    if (status >= 500) log.error({ err }, 'a request failed');
    return reply.code(status).send({
      error: status >= 500 ? 'Something failed here; it was recorded.' : unreadable,
    });
  });
  await app.register(formbody);
  await app.register(webhooks({ store, metrics, onStored: () => processor.wake() }));
  await app.register(athenaWebhook({ store, metrics, onStored: () => processor.wake() }));
  await app.register(patientPage({ store, onStored: () => processor.wake() }));
  if (doors)
    await app.register(intake({ store, metrics, hl7: doors.hl7, onStored: () => doors.processor.wake() }));
  await app.register(
    health({
      registry: metrics.registry,
      checks: {
        database: async () => {
          if (!(await databaseAnswers(store.db))) throw new Error('the database does not answer');
        },
        temporal: () => temporal.connection.ensureConnected(),
      },
      onFailure: (check, err) => log.warn({ check, err }, 'a health check failed'),
    }),
  );
  await app.register(
    codecServer({
      codec: new EncryptionCodec(ring),
      allowedOrigins: (process.env.CODEC_ALLOWED_ORIGIN ?? '').split(',').filter(Boolean),
      // On loopback until there is a login: whoever sits at this machine may see the workflows' plain words.
      authorize: async () => ({ allowed: true, actor: 'operator-on-this-machine' }),
      onAccess: async (access) =>
        log.info({ operation: access.operation, actor: access.actor }, 'payloads were decoded'),
    }),
  );
  return { app, processor };
}

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) await main();
