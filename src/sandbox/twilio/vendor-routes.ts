import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Tenants } from '../shared/tenant.js';
import {
  accountJson,
  campaignsJson,
  phoneNumbersJson,
  serviceJson,
  shortCodesJson,
  tollFreeJson,
} from './account.js';
import { endCall } from './call-life.js';
import { callJson, listCalls } from './call.js';
import { createCall } from './create-call.js';
import { createMessage } from './create-message.js';
import { TwilioError } from './errors.js';
import { listMessages } from './list-messages.js';
import { lookUp } from './lookup.js';
import { messageJson, newSid } from './message.js';
import type { TwilioTenant } from './tenant.js';

/**
 * Twilio's own API, below the product prefixes that a redirected client uses: `/api` (api.twilio.com),
 * `/lookups` and `/messaging`.
 */
export function vendorRoutes(tenants: Tenants<TwilioTenant>) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler(answerError);
    app.addHook('onRequest', async (request, reply) => {
      reply.header('twilio-request-id', newSid('RQ'));
      const tenant = tenantOf(tenants, request);
      if (!tenant) return;
      tenant.openRequests++;
      reply.raw.once('close', () => tenant.openRequests--);
      reply.header('twilio-concurrent-requests', String(tenant.openRequests));
    });
    app.addHook('onSend', async (_request, reply) => {
      reply.header('twilio-request-duration', (reply.elapsedTime / 1000).toFixed(3));
    });

    app.post(`${accounts}/Messages.json`, async (request, reply) => {
      const message = createMessage(authenticate(tenants, request), request.body);
      return reply.code(201).send(messageJson(message));
    });
    app.get(`${accounts}/Messages.json`, async (request) =>
      listMessages(authenticate(tenants, request), request.query),
    );
    app.get(`${accounts}/Messages/:file`, async (request) => {
      const tenant = authenticate(tenants, request);
      return messageJson(found(tenant.messages, request));
    });
    app.get('/lookups/v2/PhoneNumbers/:number', async (request) => {
      const { number } = request.params as { number: string };
      const { Fields = '', LastVerifiedDate } = request.query as {
        Fields?: string;
        LastVerifiedDate?: string;
      };
      return lookUp(authenticate(tenants, request), number, Fields, LastVerifiedDate);
    });

    app.post(`${accounts}/Calls.json`, async (request, reply) => {
      const call = createCall(authenticate(tenants, request), request.body);
      return reply.code(201).send(callJson(call));
    });
    app.get(`${accounts}/Calls.json`, async (request) =>
      listCalls(authenticate(tenants, request), request.query as Record<string, unknown>),
    );
    app.get(`${accounts}/Calls/:file`, async (request) => {
      const tenant = authenticate(tenants, request);
      return callJson(found(tenant.calls, request));
    });
    app.post(`${accounts}/Calls/:file`, async (request) => {
      const tenant = authenticate(tenants, request);
      const call = found(tenant.calls, request);
      const { Status } = (request.body ?? {}) as { Status?: string };
      if (Status !== 'completed' && Status !== 'canceled') throw new TwilioError(400, 21218);
      const ended = call.status === 'in-progress' || Status === 'completed' ? 'completed' : 'canceled';
      void endCall(tenant, call, ended);
      return callJson(call);
    });

    // Behind every other: it takes any one segment.
    app.get('/api/2010-04-01/Accounts/:file', async (request) => {
      const tenant = authenticate(tenants, request);
      const { file } = request.params as { file: string };
      if (file !== `${tenant.settings.accountSid}.json`) throw new TwilioError(404, 20404);
      return accountJson(tenant);
    });
    const ofService = (path: string, answer: (tenant: TwilioTenant) => Record<string, unknown>) =>
      app.get(`/messaging/v1/Services/:sid${path}`, async (request) => {
        const tenant = authenticate(tenants, request);
        const { sid } = request.params as { sid: string };
        if (sid !== tenant.settings.messagingServiceSid) throw new TwilioError(404, 20404);
        return answer(tenant);
      });
    ofService('', serviceJson);
    ofService('/PhoneNumbers', phoneNumbersJson);
    ofService('/ShortCodes', shortCodesJson);
    ofService('/Compliance/Usa2p', campaignsJson);
    app.get('/messaging/v1/Tollfree/Verifications', async (request) =>
      tollFreeJson(authenticate(tenants, request)),
    );
  };
}

/** The record that `<sid>.json` in the path names. @throws TwilioError 404. */
function found<T>(records: ReadonlyMap<string, T>, request: FastifyRequest): T {
  const { file } = request.params as { file: string };
  const record = file.endsWith('.json') ? records.get(file.slice(0, -'.json'.length)) : undefined;
  if (!record) throw new TwilioError(404, 20404);
  return record;
}

const accounts = '/api/2010-04-01/Accounts/:accountSid';

/** The account a call is for: named in the path, else by its login. */
export function tenantOf(tenants: Tenants<TwilioTenant>, request: FastifyRequest): TwilioTenant | undefined {
  const { accountSid = accountIn(request.url) } = request.params as { accountSid?: string };
  const { user } = loginOf(request);
  const named = (tenant: TwilioTenant): boolean =>
    accountSid !== undefined
      ? tenant.settings.accountSid === accountSid
      : tenant.settings.accountSid === user || tenant.settings.apiKeys.some((key) => key.sid === user);
  return tenants.all().find(named);
}

/** `Accounts/<sid>.json` names the account in the file. */
function accountIn(url: string): string | undefined {
  return /\/Accounts\/(AC[0-9a-fA-F]{32})\.json/.exec(url)?.[1];
}

/** Turns any error into Twilio's error body; unknown routes and methods included. */
export function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof TwilioError ? error : new TwilioError(400, 20001);
  return reply.code(known.status).send(known.body());
}

/** @throws TwilioError 401/20003 for a wrong login, 429/20429 when too many requests are open. */
function authenticate(tenants: Tenants<TwilioTenant>, request: FastifyRequest): TwilioTenant {
  const tenant = tenantOf(tenants, request);
  const { user, password } = loginOf(request);
  const logins = tenant
    ? [{ sid: tenant.settings.accountSid, secret: tenant.settings.authToken }, ...tenant.settings.apiKeys]
    : [];
  if (!tenant || !logins.some((login) => login.sid === user && login.secret === password))
    throw new TwilioError(401, 20003);
  if (tenant.openRequests > tenant.settings.maxConcurrent) throw new TwilioError(429, 20429);
  return tenant;
}

function loginOf(request: FastifyRequest): { user: string; password: string } {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme.toLowerCase() !== 'basic') return { user: '', password: '' };
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0
    ? { user: pair, password: '' }
    : { user: pair.slice(0, colon), password: pair.slice(colon + 1) };
}
