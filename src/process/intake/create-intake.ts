import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { createTell } from '../../activities/tell.js';
import { createVendors } from '../../activities/vendors.js';
import { intake } from '../../http/intake.js';
import { readDelivery } from '../../intake/read-delivery.js';
import type { ProcessDeps } from '../deps.js';
import { Intake } from './doors.js';
import type { IntakePort } from './port.js';

/** Builds intake without opening a door. The quarantine lies beside the engines' data unless told otherwise. */
export function createIntake(deps: ProcessDeps, env: NodeJS.ProcessEnv = process.env): Intake {
  return new Intake(intakePort(deps), {
    quarantineFolder: env.RESULTLOOP_QUARANTINE || join(env.RESULTLOOP_DATA || '.resultloop', 'quarantine'),
  });
}

/** What intake needs, from what every process has. */
export function intakePort(deps: ProcessDeps): IntakePort {
  const { store, temporal, metrics, log } = deps;
  const vendors = createVendors(store, metrics, (err) =>
    log.warn({ err }, 'a vendor call could not be recorded'),
  );
  return {
    store,
    metrics,
    log,
    tell: createTell(temporal),
    read: readDelivery,
    athena: (practice) => vendors.athena(practice),
  };
}

/** The HTTP doors alone, without listening. */
export async function buildIntakeHttp(deps: ProcessDeps, doors: Intake): Promise<FastifyInstance> {
  const { store, metrics, log } = deps;
  const app = Fastify({ logger: false, trustProxy: false });
  await app.register(intake({ store, metrics, hl7: doors.hl7, onStored: () => doors.processor.wake() }));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'There is nothing here.' }));
  app.setErrorHandler((err: { statusCode?: number }, _request, reply) => {
    const status = err.statusCode ?? 500;
    if (status >= 500) log.error({ err }, 'a request failed');
    return reply.code(status).send({
      error: status >= 500 ? 'It could not be stored now. Send it again.' : 'This request cannot be read.',
    });
  });
  return app;
}
