import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../shared/fault-hook.js';
import type { Tenants } from '../shared/tenant.js';
import { refused, V1Error } from './errors.js';
import type { Params } from './params.js';
import type { AthenaTenant } from './tenant.js';
import type { Tokens } from './tokens.js';
import { typeAnswer } from './typing.js';

/** One authorised v1 call. */
export interface V1Call {
  readonly tenant: AthenaTenant;
  readonly clientId: string;
  /** How this application appears in the chart: `API-<n>`. */
  readonly user: string;
  /** What its token was granted. */
  readonly mayWrite: boolean;
  readonly path: string;
  readonly params: Params;
  readonly query: Params;
  readonly form: Params;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** Registers one v1 route; the path is below `/v1/:practiceid`. What the handler returns is the answer. */
export type V1Route = (method: Method, path: string, handle: (call: V1Call) => unknown) => void;

/** Everything between the connection and a v1 handler: token, limits, practice, grant, typing, errors. */
export function createGateway(app: FastifyInstance, tenants: Tenants<AthenaTenant>, tokens: Tokens): V1Route {
  const usage = new Usage();
  return (method, path, handle) =>
    app.route({
      method,
      url: `/v1/:practiceid${path}`,
      handler: async (request, reply) => {
        try {
          const call = admit(request, reply, tenants, tokens, usage);
          const writes = isWrite(method, path);
          if (call.tenant.settings.disabledEndpoints.some((one) => isMeant(one, method, call.path)))
            throw refused(403, 'This endpoint is not enabled for the practice.');
          if (writes && (!call.mayWrite || call.tenant.settings.refuseWrites))
            throw new V1Error(403, {
              detailedmessage: 'The scope of the token does not include this call.',
              error: 'Incorrect permissions.',
            });
          if (writes && call.tenant.settings.writeAnswer === 'success-false')
            return send(reply, call, { success: 'false', errormessage: 'The record could not be saved.' });
          const answer = handle(call);
          if (writes)
            call.tenant.record('chart-write', { method, route: path, by: call.user, ...call.params });
          return send(reply, call, answer);
        } catch (error) {
          if (!(error instanceof V1Error)) throw error;
          const { practiceid = '', patientid } = request.params as Params;
          tenants.get(practiceid)?.record('refused', {
            method,
            route: path,
            status: error.status,
            ...(patientid !== undefined && { patientid }),
          });
          return reply.code(error.status).type(error.contentType).send(error.text);
        }
      },
    });
}

function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  tenants: Tenants<AthenaTenant>,
  tokens: Tokens,
  usage: Usage,
): V1Call {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) throw new V1Error(401, 'Developer Inactive');
  const issued = tokens.use(token);
  if (!issued) throw new V1Error(401, 'Not Authorized');
  const { clientId, mayWrite } = issued;

  const params = request.params as Params;
  const tenant = tenants.get(params.practiceid ?? '');
  const settings = (tenant ?? tenants.all().find((t) => t.hasCredential(clientId)))?.settings;
  const used = usage.count(clientId);
  const perDay = settings?.callsPerDay ?? 0;
  void reply
    .header('X-RateLimit-Limit', perDay)
    .header('X-RateLimit-Remaining', Math.max(0, perDay - used.day));
  if (used.day > perDay || used.second > (settings?.callsPerSecond ?? Infinity))
    throw new V1Error(429, 'Developer Over Rate');

  if (!tenant)
    throw new V1Error(404, {
      detailedmessage: 'The practice ID does not exist.',
      error: 'Invalid practice.',
    });
  if (!tenant.hasCredential(clientId))
    throw new V1Error(401, { detailedmessage: 'Bad auth.', error: 'Incorrect permissions.' });
  return {
    tenant,
    clientId,
    user: apiUser(clientId),
    mayWrite,
    path: pathOf(request),
    params,
    query: request.query as Params,
    form: (request.body ?? {}) as Params,
  };
}

/** `METHOD pattern` against a call; the pattern is a regular expression on the path. */
function isMeant(endpoint: string, method: Method, path: string): boolean {
  const [wanted, pattern = ''] = endpoint.split(' ');
  return wanted === method && new RegExp(pattern).test(path);
}

/** Subscribing to a feed changes nothing in a chart. */
function isWrite(method: Method, path: string): boolean {
  return method !== 'GET' && !path.includes('/subscription');
}

function send(reply: FastifyReply, call: V1Call, answer: unknown): FastifyReply {
  return reply.type('application/json').send(JSON.stringify(typeAnswer(answer, call.tenant.settings.typing)));
}

/** The user name under which an application's writes appear. */
export function apiUser(clientId: string): string {
  return `API-${createHash('sha256').update(clientId).digest().readUInt16BE(0) + 1000}`;
}

/** Refuses a look-up of something that is not there. athenahealth's body for this is not documented. */
export function notFound(what: string): V1Error {
  return refused(404, `The ${what} could not be found.`);
}

/** Calls per credential in the running real second and GMT day. */
class Usage {
  readonly #counts = new Map<string, { day: number; second: number; inDay: number; inSecond: number }>();

  count(clientId: string): { day: number; second: number } {
    const now = Date.now();
    const [day, second] = [Math.floor(now / 86_400_000), Math.floor(now / 1_000)];
    const before = this.#counts.get(clientId);
    const inDay = before?.day === day ? before.inDay + 1 : 1;
    const inSecond = before?.second === second ? before.inSecond + 1 : 1;
    this.#counts.set(clientId, { day, second, inDay, inSecond });
    return { day: inDay, second: inSecond };
  }
}
