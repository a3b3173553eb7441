import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { faultRuleSchema } from './faults.js';
import type { SandboxTenant, Tenants } from './tenant.js';

/** A practice clock as JSON, checked by the tenant that takes it. */
export const clockSchema = z.object({
  segments: z
    .array(z.object({ real: z.number(), practice: z.number(), factor: z.number().positive() }))
    .min(1)
    .readonly(),
});

const journalQuery = z.object({
  after: z.coerce.number().int().nonnegative().default(0),
  waitMs: z.coerce.number().int().nonnegative().max(30_000).default(0),
});

/** An answer of the control API other than 200; `message` says what the caller can do. */
export class ControlError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
    this.name = 'ControlError';
  }
}

/** The tenant named in the path of a control call. @throws ControlError 404 when it was never seeded. */
export function needTenant<T extends SandboxTenant>(tenants: Tenants<T>, request: FastifyRequest): T {
  const { id } = request.params as { id: string };
  const tenant = tenants.get(id);
  if (!tenant)
    throw new ControlError(404, `Unknown tenant "${id}": seed it with PUT /__sandbox/tenants/${id}.`);
  return tenant;
}

/** Refuses control calls that do not come from this machine. */
export async function requireLoopback(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const from = request.raw.socket.remoteAddress ?? '';
  if (from === '::1' || from.replace(/^::ffff:/, '').startsWith('127.')) return;
  await reply.code(403).send({ error: 'The control API answers on loopback only.' });
}

/** Gives a scope back the plain JSON parser, whatever its parent takes for the vendor's own calls. */
export function parseJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    app.getDefaultJsonParser('error', 'error'),
  );
}

/** Turns errors of control routes into JSON that names the wrong field. */
export function controlErrorHandler(
  error: unknown,
  _request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof ControlError) return reply.code(error.statusCode).send({ error: error.message });
  if (error instanceof z.ZodError) return reply.code(400).send({ error: z.prettifyError(error) });
  return reply.code(400).send({ error: error instanceof Error ? error.message : 'Unknown error.' });
}

/**
 * The control calls that all three sandboxes have: clock, journal, faults.
 * Register with prefix `/__sandbox`.
 */
export function commonControlRoutes(tenants: Tenants<SandboxTenant>) {
  return async (app: FastifyInstance): Promise<void> => {
    parseJsonBodies(app);
    app.addHook('onRequest', requireLoopback);
    app.setErrorHandler(controlErrorHandler);

    app.put('/tenants/:id/clock', async (request) => {
      needTenant(tenants, request).setClock(clockSchema.parse(request.body));
      return { ok: true };
    });

    app.get('/tenants/:id/journal', async (request) => {
      const { after, waitMs } = journalQuery.parse(request.query);
      const entries = await needTenant(tenants, request).journal.waitAfter(after, waitMs);
      return { entries, next: entries.at(-1)?.seq ?? after };
    });

    app.get('/tenants/:id/faults', async (request) => ({
      faults: needTenant(tenants, request).faults.list(),
    }));

    app.post('/tenants/:id/faults', async (request) => {
      const tenant = needTenant(tenants, request);
      const rules = z.union([z.array(faultRuleSchema), faultRuleSchema]).parse(request.body);
      return { faults: [rules].flat().map((rule) => tenant.faults.plant(rule)) };
    });

    app.delete('/tenants/:id/faults', async (request) => {
      needTenant(tenants, request).faults.clear();
      return { ok: true };
    });
  };
}
