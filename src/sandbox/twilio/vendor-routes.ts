import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Tenants } from '../shared/tenant.js';
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
      const { file } = request.params as { file: string };
      const message = tenant.messages.get(file.replace(/\.json$/, ''));
      if (!message || !file.endsWith('.json')) throw new TwilioError(404, 20404);
      return messageJson(message);
    });
    app.get('/lookups/v2/PhoneNumbers/:number', async (request) => {
      const { number } = request.params as { number: string };
      const { Fields = '' } = request.query as { Fields?: string };
      return lookUp(authenticate(tenants, request), number, Fields);
    });
    app.get('/messaging/v1/Services/:sid', async (request) => {
      const tenant = authenticate(tenants, request);
      const { sid } = request.params as { sid: string };
      if (sid !== tenant.settings.messagingServiceSid) throw new TwilioError(404, 20404);
      return serviceJson(tenant);
    });
  };
}

const accounts = '/api/2010-04-01/Accounts/:accountSid';

/** The account a call is for: named in the path, else by its login. */
export function tenantOf(tenants: Tenants<TwilioTenant>, request: FastifyRequest): TwilioTenant | undefined {
  const { accountSid } = request.params as { accountSid?: string };
  const { user } = loginOf(request);
  const named = (tenant: TwilioTenant): boolean =>
    accountSid !== undefined
      ? tenant.settings.accountSid === accountSid
      : tenant.settings.accountSid === user || tenant.settings.apiKeys.some((key) => key.sid === user);
  return tenants.all().find(named);
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

function serviceJson({ settings }: TwilioTenant): Record<string, unknown> {
  const url = `https://messaging.twilio.com/v1/Services/${settings.messagingServiceSid}`;
  return {
    sid: settings.messagingServiceSid,
    account_sid: settings.accountSid,
    friendly_name: 'Sandbox service',
    date_created: '2026-01-01T00:00:00Z',
    date_updated: '2026-01-01T00:00:00Z',
    inbound_request_url: settings.inboundUrl ?? null,
    inbound_method: 'POST',
    fallback_url: null,
    fallback_method: 'POST',
    status_callback: settings.statusCallbackUrl ?? null,
    sticky_sender: true,
    mms_converter: true,
    smart_encoding: false,
    scan_message_content: 'inherit',
    fallback_to_long_code: false,
    area_code_geomatch: true,
    synchronous_validation: false,
    validity_period: 36_000,
    usecase: 'notifications',
    us_app_to_person_registered: true,
    use_inbound_webhook_on_number: false,
    url,
    links: { phone_numbers: `${url}/PhoneNumbers` },
  };
}
