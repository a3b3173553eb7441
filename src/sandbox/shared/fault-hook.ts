import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CallFault } from './faults.js';
import type { SandboxTenant } from './tenant.js';

/** Who a vendor call belongs to; `undefined` = nobody, so no fault applies. The body is parsed already. */
export type TenantOf = (request: FastifyRequest) => SandboxTenant | undefined;

const afterwards = new WeakMap<FastifyRequest, CallFault>();

/** For how long what this call makes stays out of lists, real ms. */
export function absentFromListsMs(request: FastifyRequest): number {
  const fault = afterwards.get(request);
  return fault?.kind === 'absent-from-lists' ? fault.ms : 0;
}

/**
 * Applies planted faults to every route registered after it, before the vendor's own checks, and journals
 * each as `fault`. Control routes are never hit.
 */
export function applyFaults(app: FastifyInstance, tenantOf: TenantOf): void {
  app.addHook('preHandler', async (request, reply) => {
    const path = pathOf(request);
    if (path.startsWith('/__sandbox/')) return;
    const tenant = tenantOf(request);
    const hit = tenant?.faults.take(request.method, path);
    if (!tenant || !hit) return;
    tenant.record('fault', { faultId: hit.id, fault: hit.fault.kind, method: request.method, path });
    switch (hit.fault.kind) {
      case 'status':
        for (const name of hit.fault.without ?? []) reply.removeHeader(name);
        return answer(reply, hit.fault);
      case 'html':
        return reply
          .code(hit.fault.status)
          .type('text/html')
          .send('<html><head><title>Error</title></head><body><h1>Service unavailable</h1></body></html>');
      case 'delay':
        await wait(hit.fault.ms, undefined, { ref: false });
        return;
      case 'reset-before':
        reply.hijack();
        request.raw.socket.resetAndDestroy();
        return reply;
      default:
        afterwards.set(request, hit.fault);
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const fault = afterwards.get(request);
    if (fault?.kind === 'reset-after') request.raw.socket.resetAndDestroy();
    if (fault?.kind === 'hang-after') await wait(fault.ms, undefined, { ref: false });
    if (fault?.kind !== 'truncated' || typeof payload !== 'string') return payload;
    reply.removeHeader('content-length');
    return payload.slice(0, Math.floor(payload.length / 2));
  });
}

/** The path of a request without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

function answer(reply: FastifyReply, fault: Extract<CallFault, { kind: 'status' }>): FastifyReply {
  const isText = typeof fault.body === 'string' || fault.body === undefined;
  return reply
    .code(fault.status)
    .type(isText ? 'text/plain' : 'application/json')
    .headers(fault.headers ?? {})
    .send(isText ? (fault.body ?? '') : JSON.stringify(fault.body));
}
