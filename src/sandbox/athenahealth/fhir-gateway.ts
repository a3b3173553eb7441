import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Tenants } from '../shared/tenant.js';
import type { Params } from './params.js';
import type { AthenaTenant } from './tenant.js';
import type { Tokens } from './tokens.js';
import { easternIso } from './times.js';

/** One authorised FHIR call. */
export interface FhirCall {
  readonly tenant: AthenaTenant;
  readonly clientId: string;
  readonly params: Params;
  readonly query: Params;
  readonly headers: FastifyRequest['headers'];
  readonly body: unknown;
  /** `http://host/fhir/r4`, as the caller sees it. */
  readonly base: string;
}

export type FhirRoute = (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  /** The token must have been asked for it. */
  scope: string,
  handle: (call: FhirCall) => { readonly status?: number; readonly body?: unknown },
) => void;

/** An OperationOutcome. A missing scope and a missing search parameter are both 403 (recorded). */
export class FhirError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly text: string,
  ) {
    super(`athenahealth FHIR answers ${status}`);
    this.name = 'FhirError';
  }
}

/** Everything between the connection and a FHIR handler: token, scope, practice, limit headers, errors. */
export function createFhirGateway(
  app: FastifyInstance,
  tenants: Tenants<AthenaTenant>,
  tokens: Tokens,
): FhirRoute {
  return (method, path, scope, handle) =>
    app.route({
      method,
      url: `/fhir/r4${path}`,
      handler: async (request, reply) => {
        void reply
          .header('RateLimit-Limit', 500)
          .header('RateLimit-Remaining', 499)
          .header('RateLimit-Reset', 1);
        try {
          const { status = 200, body } = handle(admit(request, tenants, tokens, scope));
          return send(reply, status, body);
        } catch (error) {
          if (!(error instanceof FhirError)) throw error;
          return send(reply, error.status, {
            resourceType: 'OperationOutcome',
            issue: [{ severity: 'fatal', code: error.code, details: { text: error.text } }],
          });
        }
      },
    });
}

function admit(
  request: FastifyRequest,
  tenants: Tenants<AthenaTenant>,
  tokens: Tokens,
  scope: string,
): FhirCall {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  const issued = scheme?.toLowerCase() === 'bearer' && token ? tokens.use(token) : null;
  if (!issued) throw new FhirError(401, 'login', 'Not Authorized');
  if (!issued.scopes.includes(scope)) throw new FhirError(403, 'forbidden', 'Invalid Token Scope');
  // The ids say whose they are; a call without one belongs to whatever practice the credential has.
  const practiceId = /a-(\d{2,})\./.exec(decodeURIComponent(request.url))?.[1];
  const tenant = practiceId
    ? tenants.get(practiceId)
    : tenants.all().find((one) => one.hasCredential(issued.clientId));
  if (!tenant?.hasCredential(issued.clientId))
    throw new FhirError(403, 'forbidden', 'The practice has not granted access.');
  return {
    tenant,
    clientId: issued.clientId,
    params: request.params as Params,
    query: request.query as Params,
    headers: request.headers,
    body: request.body,
    base: `http://${request.headers.host ?? 'localhost'}/fhir/r4`,
  };
}

function send(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  if (body === undefined) return reply.code(status).send();
  return reply.code(status).type('application/fhir+json').send(JSON.stringify(body));
}

/** One page of a search: `next` carries the id of the next entry, and there is no total (recorded). */
export function bundleOf(
  call: FhirCall,
  type: string,
  resources: readonly { readonly id: string }[],
): unknown {
  const size = Math.max(1, Number(call.query._count ?? 10));
  const from = call.query.cursor ? resources.findIndex((one) => one.id === call.query.cursor) : 0;
  const start = from < 0 ? resources.length : from;
  const next = resources[start + size];
  const address = (extra: Params) =>
    `${call.base}/${type}?${new URLSearchParams({ ...call.query, ...extra }).toString()}`;
  return {
    resourceType: 'Bundle',
    id: randomUUID(),
    type: 'searchset',
    timestamp: easternIso(call.tenant.practiceNow()),
    link: [
      { relation: 'self', url: address({}) },
      ...(next ? [{ relation: 'next', url: address({ cursor: next.id }) }] : []),
    ],
    entry: resources.slice(start, start + size).map((resource) => ({
      fullUrl: `${call.base}/${type}/${resource.id}`,
      link: [{ relation: 'self', url: `${call.base}/${type}/${resource.id}` }],
      resource,
      search: { mode: 'match' },
    })),
  };
}
