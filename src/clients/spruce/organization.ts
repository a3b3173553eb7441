import { z } from 'zod';
import { pageOf, type SpruceCalls } from './calls.js';
import type { SpruceClient } from './contract.js';
import { endpointShape, memberShape, organizationShape } from './shapes.js';

const largestPage = 500;

type OrganizationCalls = Pick<SpruceClient, 'organization' | 'internalEndpoints' | 'members'>;

export function organizationCalls(calls: SpruceCalls): OrganizationCalls {
  return {
    async organization() {
      const shape = z.object({ organization: organizationShape });
      const call = { operation: 'organization.read', method: 'GET', path: '/organization' } as const;
      return (await calls.ask(call, shape)).organization;
    },

    async internalEndpoints() {
      const shape = z.object({ internalEndpoints: z.array(endpointShape) });
      const call = { operation: 'endpoint.list', method: 'GET', path: '/internalendpoints' } as const;
      return (await calls.ask(call, shape)).internalEndpoints;
    },

    members: () =>
      calls.list({
        call: { operation: 'member.list', method: 'GET', path: '/organization/members' },
        page: pageOf('members', memberShape),
        pageSize: largestPage,
      }),
  };
}
