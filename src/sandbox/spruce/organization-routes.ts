import type { FastifyInstance } from 'fastify';
import { absentFromListsMs } from '../shared/fault-hook.js';
import { listQuerySchema } from './contact-routes.js';
import { badParameter } from './errors.js';
import { pageOf } from './paging.js';
import { endpointPostSchema, postFromEndpoint } from './posting.js';
import { endpointJson, memberJson, organizationJson } from './render.js';
import { check } from './vendor-call.js';
import type { TenantFor } from './vendor-call.js';

export function organizationRoutes(app: FastifyInstance, tenantFor: TenantFor): void {
  app.get('/organization', async (request) => ({ organization: organizationJson(tenantFor(request)) }));
  app.get('/organization/members', async (request) => {
    const tenant = tenantFor(request);
    const all = [organizationJson(tenant), ...[...tenant.members.values()].map(memberJson)];
    const page = pageOf(all, check(listQuerySchema, request.query), 500, 2);
    return { members: page.rows, ...page.rest };
  });
  app.get('/organization/members/:memberId', async (request) => {
    const tenant = tenantFor(request);
    const { memberId } = request.params as { memberId: string };
    if (memberId === tenant.organizationId) return organizationJson(tenant);
    const member = tenant.members.get(memberId);
    if (!member) throw badParameter('Invalid member ID');
    return memberJson(member);
  });
  app.get('/internalendpoints', async (request) => {
    const tenant = tenantFor(request);
    const internalEndpoints = [...tenant.endpoints.values()].map((endpoint) => {
      const owner = tenant.members.get(endpoint.ownerMemberId ?? '');
      return {
        object: 'internalEndpoint',
        endpoint: endpointJson(endpoint),
        owner: owner ? memberJson(owner) : organizationJson(tenant),
        additionalMembers: [],
      };
    });
    return { internalEndpoints };
  });
  app.get('/teams/:teamId/members', async (request) => {
    const tenant = tenantFor(request);
    const team = tenant.members.get((request.params as { teamId: string }).teamId);
    // No error is declared for a team that does not exist: it has nobody.
    const ids = team?.type === 'team' ? team.memberIds : [];
    const members = ids.flatMap((id) => tenant.members.get(id) ?? []).map(memberJson);
    const page = pageOf(members, check(listQuerySchema, request.query), 500);
    return { members: page.rows, ...page.rest };
  });
  app.post('/internalendpoints/:endpointId/conversations', async (request) => {
    const { endpointId } = request.params as { endpointId: string };
    const post = check(endpointPostSchema, request.body);
    const absentMs = absentFromListsMs(request);
    return { requestId: postFromEndpoint(tenantFor(request), endpointId, post, absentMs) };
  });
}
