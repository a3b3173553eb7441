import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OpenAPIBackend } from 'openapi-backend';
import type { Document } from 'openapi-backend';
import { createSpruceControl } from '../../src/sandbox/spruce/control.js';
import { startSpruceSandbox } from '../../src/sandbox/spruce/server.js';

let sandbox: Awaited<ReturnType<typeof startSpruceSandbox>>;
let validate: (body: unknown, operation: string, status: number) => unknown;

beforeAll(async () => {
  validate = await loadSpec();
  sandbox = await startSpruceSandbox();
  await createSpruceControl(sandbox.url).seed('org', {
    token: 'token',
    members: [
      { id: 'entity_CLINICIAN', displayName: 'Dr. Sample', email: 'sample@example.org' },
      { id: 'entity_LABTEAM', displayName: 'Lab follow-up', type: 'team' },
    ],
    contacts: [
      {
        id: 'entity_PATIENT',
        givenName: 'Joe',
        familyName: 'Sample',
        dateOfBirth: '1980-01-30',
        phone: '+16175550142',
        externalId: 'athena-1-44021',
        hasAccount: true,
      },
    ],
    endpoints: [{ id: 'organizationCode_LAB', label: 'Lab', code: 'lab', ownerMemberId: 'entity_LABTEAM' }],
    postDelayMs: 0,
  });
});
afterAll(() => sandbox.close());

test('every operation that the sandbox plays answers as the published OpenAPI document says', async () => {
  const contact = await call('POST', '/contacts', 'CreateContact', {
    givenName: 'Jill',
    familyName: 'Sample',
    category: 'patient',
    phoneNumbers: [{ value: '(617) 555-0143', label: 'Cell' }],
  });
  const link = { type: 'custom', externalId: 'athena-1-2', url: 'https://ehr.example/p/2' };
  await call('POST', `/contacts/${contact.id}/integrationlinks`, 'CreateContactIntegrationLink', link);
  await call('GET', `/contacts/${contact.id}/integrationlinks`, 'ContactIntegrationLinks');
  await call('GET', `/contacts/${contact.id}`, 'Contact');
  await call('PATCH', `/contacts/${contact.id}`, 'UpdateContact', { middleName: 'A', phoneNumbers: null });
  await call('GET', '/contacts?pageSize=1', 'ListContacts');
  await call('POST', '/contacts/search', 'SearchContacts', { freeText: 'sample' });
  await call('GET', '/organization', 'Organization');
  await call('GET', '/organization/members', 'OrganizationMembers');
  await call('GET', '/organization/members/entity_CLINICIAN', 'OrganizationMember');
  await call('GET', '/internalendpoints', 'InternalEndpoints');

  const hello = { body: [{ type: 'text', value: 'Hello.' }] };
  const { conversation } = await call('POST', '/conversations', 'CreateConversation', {
    type: 'secure',
    secure: {
      destinationContactIds: ['entity_PATIENT'],
      internalEndpointId: 'organizationCode_LAB',
      message: hello,
    },
  });
  await call('POST', `/conversations/${conversation.id}/messages`, 'PostConversationMessage', {
    internal: true,
    body: [...hello.body, { type: 'page', value: 'entity_CLINICIAN' }],
  });
  await call('POST', '/internalendpoints/organizationCode_LAB/conversations', 'PostMessageFromEndpoint', {
    destination: { secureEndpoint: { contactId: 'entity_PATIENT' } },
    message: hello,
  });
  const control = createSpruceControl(sandbox.url);
  const reply = await control.reply('org', { contactId: 'entity_PATIENT', text: 'OK' });
  await call('GET', `/conversationItems/${reply.id}`, 'ConversationItem');
  await call('GET', `/conversations/${conversation.id}/items`, 'ConversationItems');
  await call('GET', `/conversations/${conversation.id}`, 'Conversation');
  await call('PATCH', `/conversations/${conversation.id}`, 'UpdateConversation', {
    assignToMemberId: 'entity_LABTEAM',
  });
  await call('GET', '/conversations?orderBy=last_message', 'ListConversations');
  await call('GET', '/contacts/entity_PATIENT/conversations', 'ContactConversations');

  const endpoints = '/webhooks/endpoints';
  const { endpoint } = await call('POST', endpoints, 'CreateWebhookEndpoint', {
    name: 'Events',
    url: 'http://127.0.0.1:9/webhooks',
  });
  await control.reply('org', { contactId: 'entity_PATIENT', text: 'Thanks' });
  await call('GET', endpoints, 'ListWebhookEndpoints');
  await call('GET', `${endpoints}/${endpoint.id}`, 'WebhookEndpoint');
  await call('GET', `${endpoints}/${endpoint.id}/events`, 'ListWebhookEndpointEvents');
  await call('POST', `${endpoints}/${endpoint.id}/paused?paused=true`, 'ModifyWebhookEndpointPaused');
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the specification is the type here
type Json = any;

/** Calls, checks the answer against the specification, and returns it. */
async function call(method: string, path: string, operation: string, body?: object): Promise<Json> {
  const response = await fetch(`${sandbox.url}/v1${path}`, {
    method,
    headers: { authorization: 'Bearer token', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer: Json = await response.json();
  expect({ operation, errors: validate(answer, operation, response.status) }).toEqual({
    operation,
    errors: [],
  });
  expect(response.status).toBeLessThan(300);
  for (const name of ['s-request-id', 's-ratelimit-limit', 's-ratelimit-remaining'])
    expect(response.headers.get(name)).toBeTruthy();
  return answer;
}

async function loadSpec() {
  const url = new URL('../data/specs/spruce/spruce-health-openapi.json', import.meta.url);
  const definition = JSON.parse(readFileSync(url, 'utf8')) as Document;
  const schemas = definition.components?.schemas as Json;
  // Required, but no property: the property is customContactFields.
  schemas.contact.required = schemas.contact.required.filter((name: string) => name !== 'customFields');
  // A team and the organization have the same shape, so that an owner always matches two of three.
  const { owner } = schemas.internalEndpoint.properties;
  schemas.internalEndpoint.properties.owner = { anyOf: owner.oneOf };
  const api = new OpenAPIBackend({
    definition,
    quick: true,
    ajvOpts: { strict: false },
    customizeAjv: (ajv) => {
      for (const name of ['url', 'int32', 'string', 'email']) ajv.addFormat(name, true);
      ajv.addFormat('date', /^\d{4}-\d\d-\d\d$/);
      ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
      return ajv;
    },
  });
  await api.init();
  return (body: unknown, operation: string, status: number) =>
    api.validateResponse(body, operation, status).errors ?? [];
}
