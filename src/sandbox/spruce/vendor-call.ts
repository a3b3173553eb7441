import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { pathOf } from '../shared/fault-hook.js';
import type { Tenants } from '../shared/tenant.js';
import { SpruceError, badParameter } from './errors.js';
import { newId } from './ids.js';
import type { SpruceTenant } from './tenant.js';

/** The organization that a call's credential opens. */
export type TenantFor = (request: FastifyRequest) => SpruceTenant;

/** Finds the organization by `Authorization: Bearer` (or `Basic`, which Spruce takes too). */
export function tenantByToken(
  tenants: Tenants<SpruceTenant>,
  request: FastifyRequest,
): SpruceTenant | undefined {
  const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ');
  if (!/^(bearer|basic)$/i.test(scheme)) return undefined;
  return tenants.all().find((tenant) => tenant.settings.token === token);
}

/**
 * What every vendor call goes through: request id, 403 for a wrong token, counters and 429, and 422 for an
 * idempotency key that this method and path have seen in the last 24 hours.
 */
export function guardCalls(app: FastifyInstance, tenants: Tenants<SpruceTenant>): TenantFor {
  const reserved = new WeakMap<FastifyRequest, string>();
  const tenantFor: TenantFor = (request) => {
    const tenant = tenantByToken(tenants, request);
    if (!tenant) throw new SpruceError(403, 'FORBIDDEN', 'Invalid or disabled API token');
    return tenant;
  };

  app.setErrorHandler(answerError);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('s-request-id', newId('req').slice(4));
    const tenant = tenantFor(request);
    const { minuteLeft, dayLeft } = tenant.countRequest();
    const { requestsPerMinute, requestsPerDay } = tenant.settings;
    reply.header('s-ratelimit-limit', String(requestsPerMinute));
    reply.header('s-ratelimit-remaining', String(Math.max(0, minuteLeft)));
    if (dayLeft !== null) {
      reply.header('s-ratelimit-daily-limit', String(requestsPerDay));
      reply.header('s-ratelimit-daily-remaining', String(Math.max(0, dayLeft)));
    }
    if (minuteLeft < 0 || (dayLeft ?? 0) < 0) throw new SpruceError(429, 'RATE_LIMITED', 'Too many requests');
  });
  app.addHook('preHandler', async (request) => {
    const key = idempotencyKey(request);
    if (key === null) return;
    const { usedKeys } = tenantFor(request);
    if (usedKeys.has(key)) throw new SpruceError(422, 'DUPLICATE_REQUEST', 'duplicate request');
    usedKeys.take(key);
    reserved.set(request, key);
  });
  app.addHook('onSend', async (request, reply) => {
    const tenant = tenantByToken(tenants, request);
    if (!tenant || reply.statusCode < 400) return;
    const held = reserved.get(request);
    if (held && !tenant.settings.keyBurntByFailure) tenant.usedKeys.release(held);
    // A planted fault answers before the key is reserved.
    const key = tenant.settings.keyBurntByFailure && !held ? idempotencyKey(request) : null;
    if (key !== null) tenant.usedKeys.take(key);
  });
  return tenantFor;
}

/** Turns any error into Spruce's envelope. */
export function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof SpruceError ? error : badParameter('The request could not be read');
  return reply.code(known.status).send(known.body());
}

/** Checks a body or query. @throws SpruceError 400 that names the wrong field. */
export function check<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  throw badParameter(z.prettifyError(parsed.error));
}

const longestKey = 255;

function idempotencyKey(request: FastifyRequest): string | null {
  const key = request.headers['s-idempotency-key'];
  if (typeof key !== 'string' || !['POST', 'PATCH'].includes(request.method)) return null;
  if (key.length > longestKey) throw badParameter(`s-idempotency-key is longer than ${longestKey}`);
  return `${request.method} ${pathOf(request)} ${key}`;
}
