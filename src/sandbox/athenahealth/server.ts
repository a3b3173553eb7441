import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { commonControlRoutes } from '../shared/control-routes.js';
import { applyFaults, pathOf } from '../shared/fault-hook.js';
import { listen, sandboxServerOptions } from '../shared/listen.js';
import type { RunningSandbox, SandboxOptions } from '../shared/listen.js';
import { Tenants } from '../shared/tenant.js';
import { parseFormBodies } from './bodies.js';
import { caseRoutes } from './case-routes.js';
import { chartRoutes } from './chart-routes.js';
import { athenaControlRoutes } from './control-routes.js';
import { documentRoutes } from './document-routes.js';
import { EventPlatform, eventRoutes } from './event-platform.js';
import { feedRoutes } from './feed-routes.js';
import { createFhirGateway } from './fhir-gateway.js';
import { fhirRoutes } from './fhir-routes.js';
import { createGateway } from './gateway.js';
import { imagingRoutes } from './imaging-routes.js';
import { labResultRoutes } from './labresult-routes.js';
import { patientRoutes } from './patient-routes.js';
import { practiceRoutes } from './practice-routes.js';
import type { AthenaTenant } from './tenant.js';
import { credentialOf, tokenRoute, Tokens } from './tokens.js';

/** What the gateway's own answers say, before a credential is known; recorded in preview. */
const recordedDailyLimit = 50_000;

/**
 * Starts a server that behaves like athenahealth's v1 API for any number of practices, quirks included.
 * Practices are seeded through the control API (`createAthenaControl`).
 */
export async function startAthenaSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const app = Fastify(sandboxServerOptions);
  const tenants = new Tenants<AthenaTenant>();
  const tokens = new Tokens();

  parseFormBodies(app);
  app.addHook('onRequest', async (request, reply) => {
    if (pathOf(request).startsWith('/__sandbox/')) return;
    const own = request.headers['x-request-id'];
    void reply
      .header('X-Request-Id', own ?? `rrt-${randomUUID()}`)
      .header('X-RateLimit-Limit', recordedDailyLimit)
      .header('X-RateLimit-Remaining', recordedDailyLimit);
  });
  applyFaults(app, (request) => {
    const practiceId = (/^\/v1\/(\d+)(\/|$)/.exec(pathOf(request)) ??
      /^\/fhir\/.*a-(\d{2,})\./.exec(request.url))?.[1];
    if (practiceId) return tenants.get(practiceId);
    if (pathOf(request) !== '/oauth2/v1/token') return undefined;
    return tenants.all().find((tenant) => tenant.hasCredential(credentialOf(request).clientId));
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).type('text/plain').send('Service not registered with API gateway.'),
  );

  tokenRoute(app, tenants, tokens);
  const route = createGateway(app, tenants, tokens);
  patientRoutes(route);
  feedRoutes(route);
  labResultRoutes(route);
  imagingRoutes(route);
  documentRoutes(route);
  caseRoutes(route);
  chartRoutes(route);
  practiceRoutes(route);
  const fhir = createFhirGateway(app, tenants, tokens);
  fhirRoutes(fhir);
  const platforms = new Map<AthenaTenant, EventPlatform>();
  eventRoutes(fhir, (tenant) => {
    const known = platforms.get(tenant) ?? new EventPlatform(tenant);
    platforms.set(tenant, known);
    return known;
  });
  await app.register(commonControlRoutes(tenants), { prefix: '/__sandbox' });
  await app.register(athenaControlRoutes(tenants, tokens), { prefix: '/__sandbox' });
  return listen(app, options);
}
