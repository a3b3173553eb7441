import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Tenants } from '../shared/tenant.js';
import type { Params } from './params.js';
import type { AthenaTenant } from './tenant.js';

interface IssuedToken {
  readonly clientId: string;
  /** As granted when it was issued: a later change of the grant does not reach it. */
  readonly mayWrite: boolean;
  readonly scopes: readonly string[];
  expiresAt: number;
  /** `null` = as many as fit into its time. */
  callsLeft: number | null;
}

/** Bearer tokens of all credentials. Their life is real time: it is a limit on machines. */
export class Tokens {
  readonly #issued = new Map<string, IssuedToken>();
  readonly #minute = new Map<string, { minute: number; count: number }>();

  issue(token: Omit<IssuedToken, 'expiresAt'> & { readonly lifeMs: number }): string {
    const { lifeMs, ...granted } = token;
    const value = randomUUID().replaceAll('-', '').slice(0, 28);
    this.#issued.set(value, { ...granted, expiresAt: Date.now() + lifeMs });
    return value;
  }

  /** Whose token it is and what it allows, counting one call; `null` when unknown or at its end. */
  use(token: string): Readonly<IssuedToken> | null {
    const known = this.#issued.get(token);
    if (!known || known.expiresAt <= Date.now() || known.callsLeft === 0) return null;
    if (known.callsLeft !== null) known.callsLeft -= 1;
    return known;
  }

  expireAll(isAffected: (clientId: string) => boolean): void {
    for (const token of this.#issued.values()) if (isAffected(token.clientId)) token.expiresAt = 0;
  }

  /** Token calls left in this real minute, counting this one; below 0 = over the limit. */
  countCall(clientId: string, perMinute: number): number {
    const minute = Math.floor(Date.now() / 60_000);
    const before = this.#minute.get(clientId);
    const count = before?.minute === minute ? before.count + 1 : 1;
    this.#minute.set(clientId, { minute, count });
    return perMinute - count;
  }
}

/** The credential of a token call: Basic, or in the body (reference §1). */
export function credentialOf(request: FastifyRequest): { clientId: string; clientSecret: string } {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'basic' && encoded) {
    const [clientId = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    return { clientId, clientSecret: secret.join(':') };
  }
  const form = (request.body ?? {}) as Params;
  return { clientId: form.client_id ?? '', clientSecret: form.client_secret ?? '' };
}

/** `POST /oauth2/v1/token`, two-legged. Error bodies are not documented by athenahealth. */
export function tokenRoute(app: FastifyInstance, tenants: Tenants<AthenaTenant>, tokens: Tokens): void {
  app.post('/oauth2/v1/token', async (request, reply) => {
    const { clientId, clientSecret } = credentialOf(request);
    const tenant = tenants.all().find((candidate) => candidate.hasCredential(clientId, clientSecret));
    if (!tenant) return refuse(reply, 401, 'invalid_client', 'The client secret supplied is not valid.');
    const { tokensPerMinute, tokenLifeMs, tokenCalls, tokenExtras, grants } = tenant.settings;
    const left = tokens.countCall(clientId, tokensPerMinute);
    void reply
      .header('X-RateLimit-Limit', tokensPerMinute)
      .header('X-RateLimit-Remaining', Math.max(0, left));
    if (left < 0) {
      tenant.record('token-refused', { clientId, reason: 'rate' });
      return reply.code(429).type('text/plain').send('Developer Over Rate');
    }
    const form = (request.body ?? {}) as Params;
    if (form.grant_type !== 'client_credentials')
      return refuse(reply, 400, 'unsupported_grant_type', 'The grant type must be client_credentials.');
    if (!form.scope) return refuse(reply, 400, 'invalid_scope', 'The scope parameter is required.');
    tenant.record('token-issued', { clientId, grants });
    return {
      access_token: tokens.issue({
        clientId,
        lifeMs: tokenLifeMs,
        mayWrite: grants === 'all',
        scopes: grantedScope(form.scope, grants).split(' '),
        callsLeft: tokenCalls,
      }),
      expires_in: String(Math.floor(tokenLifeMs / 1000)),
      ...(tokenExtras && { token_type: 'Bearer', scope: grantedScope(form.scope, grants) }),
    };
  });
}

/** Without writing, only the scopes of the read-only FHIR API are left. */
function grantedScope(asked: string, grants: 'all' | 'read-only'): string {
  if (grants === 'all') return asked;
  const left = asked.split(' ').filter((scope) => scope.startsWith('system/'));
  return left.length > 0 ? left.join(' ') : 'system/DiagnosticReport.read';
}

function refuse(reply: FastifyReply, status: number, error: string, description: string): FastifyReply {
  return reply.code(status).send({ error, error_description: description });
}
