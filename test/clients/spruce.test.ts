import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { Document } from 'openapi-backend';
import { OpenAPIBackend } from 'openapi-backend';
import type { CallRecord } from '../../src/clients/http/index.js';
import { VendorError } from '../../src/clients/http/index.js';
import type { SpruceClient } from '../../src/clients/spruce/index.js';
import {
  createSpruceClient,
  credentialAge,
  keyFor,
  labInbox,
  ourWebhooks,
  spruceReach,
  unpageable,
} from '../../src/clients/spruce/index.js';

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** Answers in place of Spruce, by operation of its OpenAPI file; set per test. */
let answers: Record<string, Handler>;
let requests: FastifyRequest[];
/** What the OpenAPI file says against our requests and against this test's own answers. */
let violations: unknown[];
let records: CallRecord[];

const server = fastify({ forceCloseConnections: true });
let contract: OpenAPIBackend;
let client: SpruceClient;

beforeAll(async () => {
  const spec = new URL('../data/specs/spruce/spruce-health-openapi.json', import.meta.url);
  contract = new OpenAPIBackend({
    definition: patched(JSON.parse(await readFile(spec, 'utf8')) as Document),
    quick: true,
    ajvOpts: { strict: false },
    customizeAjv: (ajv) => {
      for (const name of ['url', 'int32', 'date', 'date-time', 'email', 'string']) ajv.addFormat(name, true);
      return ajv;
    },
  });
  await contract.init();

  server.all('/*', async (request, reply) => {
    requests.push(request);
    const described = {
      method: request.method,
      path: request.url.replace(/^\/v1/, ''),
      headers: request.headers as Record<string, string>,
      body: request.body ?? undefined,
    };
    const operation = contract.matchOperation(described)?.operationId ?? 'none';
    violations.push(...(contract.validateRequest(described).errors ?? []));
    if (request.headers.authorization !== 'Bearer token-1')
      return reply.code(403).send({ statusCode: 403, type: 'FORBIDDEN', message: 'no' });
    return answers[operation]?.(request, reply) ?? reply.code(500).send();
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  client = clientWith({});
});

beforeEach(() => {
  answers = {};
  requests = [];
  violations = [];
  records = [];
});

afterAll(() => server.close());

/** The published file with its known mistakes set right. */
function patched(definition: Document): Document {
  const schemas = definition.components?.schemas as Record<string, { required: string[] }>;
  const drop = (schema: string, field: string): void => {
    const at = schemas[schema]!;
    at.required = at.required.filter((name) => name !== field);
  };
  drop('contact', 'customFields');
  drop('conversationItem_PhoneCallEvent', 'inbound');
  drop('phoneline', 'createdAt');
  return definition;
}

function clientWith(extra: { token?: string; timeoutMs?: number }): SpruceClient {
  const { port } = server.server.address() as AddressInfo;
  return createSpruceClient({
    baseUrl: `http://127.0.0.1:${port}/v1`,
    token: 'token-1',
    timeoutMs: 5_000,
    onCall: (record) => records.push(record),
    ...extra,
  });
}

/** An answer that is itself held to the OpenAPI file. */
function truthful(operation: string, status: number, body: unknown): Handler {
  return (_request, reply) => {
    violations.push(...(contract.validateResponse(body, operation, status).errors ?? []));
    return reply.code(status).send(body);
  };
}

const duplicate: Handler = (_request, reply) =>
  reply.code(422).send({ statusCode: 422, type: 'DUPLICATE', message: 'duplicate request' });

async function failureOf(promise: Promise<unknown>): Promise<VendorError> {
  const error: unknown = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VendorError);
  return error as VendorError;
}

function contact(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    object: 'contact',
    id: 'entity_0PATIENT',
    displayName: 'Maribel Quintero',
    givenName: 'Maribel',
    familyName: 'Quintero',
    category: 'patient',
    dateOfBirth: '1961-04-09',
    gender: 'unknown',
    phoneNumbers: [{ id: 'entityContact_1', value: '+16175550142', displayValue: '(617) 555-0142' }],
    emailAddresses: [],
    tags: [],
    customContactFields: [],
    organizationContactFields: [],
    integrationLinks: [{ contactId: 'entity_0PATIENT', type: 'custom', externalId: 'p-7' }],
    internalMemberIds: [],
    hasAccount: true,
    hasPendingInvite: false,
    canEdit: true,
    canDelete: false,
    created: '2021-01-30T08:30:00Z',
    apiURL: 'https://api.sprucehealth.com/contact/entity_0PATIENT',
    appURL: 'https://app.sprucehealth.com/org/o/contact/entity_0PATIENT',
    ...over,
  };
}

function item(id: string, over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    object: 'conversationItem',
    id,
    conversationId: 't_1',
    attachments: [],
    author: { displayName: 'Harbor Clinic', id: 'entity_0ORG' },
    direction: 'outbound',
    isInternalNote: false,
    text: 'You have a message.',
    pages: [],
    buttons: [],
    createdAt: '2026-01-05T10:00:00Z',
    modifiedAt: '2026-01-05T10:00:00Z',
    requestId: 'asyncRequest_1',
    canDelete: true,
    apiURL: `https://api.sprucehealth.com/conversationItems/${id}`,
    appURL: `https://app.sprucehealth.com/message/${id}`,
    ...over,
  };
}

function conversation(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    object: 'conversation',
    id: 't_1',
    type: 'secure',
    title: 'Maribel Quintero',
    archived: false,
    isReadOnly: false,
    createdAt: '2026-01-05T10:00:00Z',
    tags: [],
    externalParticipants: [{ contact: 'entity_0PATIENT', displayName: 'Maribel Quintero' }],
    apiURL: 'https://api.sprucehealth.com/conversations/t_1',
    appURL: 'https://app.sprucehealth.com/thread/t_1',
    ...over,
  };
}

const found = (...contacts: unknown[]): Handler =>
  truthful('SearchContacts', 200, {
    contacts,
    totalCount: contacts.length,
    totalCountRelation: 'eq',
    hasMore: false,
  });

describe('contacts', () => {
  test('a patient is found by our own link, and only by the exact one', async () => {
    const near = contact({
      id: 'entity_0OTHER',
      integrationLinks: [{ contactId: 'entity_0OTHER', type: 'athena', externalId: 'p-7' }],
    });
    answers.SearchContacts = found(near, contact());
    expect(await client.findContactByExternalId('p-7')).toMatchObject({
      id: 'entity_0PATIENT',
      dateOfBirth: '1961-04-09',
      phones: ['+16175550142'],
      hasAccount: true,
    });
    expect(requests[0]?.body).toEqual({
      structured: {
        integrationIDFilter: [
          { match: 'any', integrationIDs: [{ integrationLinkType: 'custom', id: 'p-7' }] },
        ],
      },
    });
    answers.SearchContacts = found(near);
    expect(await client.findContactByExternalId('p-7')).toBeNull();
    expect(violations).toEqual([]);
  });

  test('two contacts under one link are a conflict: nobody is guessed', async () => {
    answers.SearchContacts = found(contact(), contact({ id: 'entity_0TWIN' }));
    expect(await failureOf(client.findContactByExternalId('p-7'))).toMatchObject({ code: 'conflict' });
  });

  test('a shared number finds the whole family', async () => {
    answers.SearchContacts = found(contact(), contact({ id: 'entity_0CHILD', integrationLinks: [] }));
    const family = await client.findContactsByPhone('+16175550142');
    expect(family.map((one) => one.id)).toEqual(['entity_0PATIENT', 'entity_0CHILD']);
    expect(violations).toEqual([]);
  });

  test('L28: a pending invitation, or an account Spruce does not mention, is not reachable', async () => {
    answers.Contact = truthful('Contact', 200, contact({ hasAccount: false, hasPendingInvite: true }));
    const invited = await client.contact('entity_0PATIENT');
    expect(invited).toMatchObject({ hasAccount: false, hasPendingInvite: true });
    answers.Contact = () => ({ id: 'entity_0PATIENT' });
    expect(await client.contact('entity_0PATIENT')).toMatchObject({ hasAccount: false });
    expect(violations).toEqual([]);
  });

  test('a contact is created under our key and linked to our id', async () => {
    answers.CreateContact = truthful('CreateContact', 201, contact({ integrationLinks: [] }));
    answers.CreateContactIntegrationLink = truthful('CreateContactIntegrationLink', 201, {
      integrationLinks: [{ contactId: 'entity_0PATIENT', type: 'custom', externalId: 'p-7' }],
    });
    const created = await client.createContact({
      givenName: 'Maribel',
      familyName: 'Quintero',
      dateOfBirth: '1961-04-09',
      phone: '+16175550142',
      idempotencyKey: 'contact:p-7:1',
    });
    await client.linkContact(created.id, 'p-7');
    expect(requests[0]?.headers['s-idempotency-key']).toBe('contact:p-7:1');
    expect(requests[0]?.body).toMatchObject({
      category: 'patient',
      phoneNumbers: [{ value: '+16175550142' }],
    });
    expect(requests[1]?.body).toEqual({ type: 'custom', externalId: 'p-7' });
    expect(violations).toEqual([]);
  });

  test('a contact created by an earlier attempt is a conflict to read back, never a second contact', async () => {
    answers.CreateContact = duplicate;
    const names = { givenName: 'Maribel', familyName: 'Quintero', idempotencyKey: 'contact:p-7:1' };
    const error = await failureOf(client.createContact(names));
    expect(error).toMatchObject({ code: 'conflict', outcome: 'unknown', status: 422 });
  });
});

describe('messages', () => {
  test('a secure conversation gives its id at once; its first message is posted later under a request id', async () => {
    answers.CreateConversation = truthful('CreateConversation', 201, {
      conversation: conversation(),
      postMessageRequestId: 'asyncRequest_1',
    });
    const created = await client.createSecureConversation({
      contactId: 'entity_0PATIENT',
      internalEndpointId: 'organizationCode_1',
      subject: 'Your results',
      message: 'You have a message.',
      idempotencyKey: 'notice:n1:1',
    });
    expect(created).toEqual({ conversationId: 't_1', requestId: 'asyncRequest_1' });
    answers.CreateConversation = truthful('CreateConversation', 201, { conversation: conversation() });
    const empty = await client.createSecureConversation({
      contactId: 'entity_0PATIENT',
      internalEndpointId: 'organizationCode_1',
      idempotencyKey: 'notice:n1:2',
    });
    expect(empty).toEqual({ conversationId: 't_1', requestId: null });
    expect(violations).toEqual([]);
  });

  test('a message is accepted once; 422 to the same key means that the earlier attempt was', async () => {
    answers.PostConversationMessage = truthful('PostConversationMessage', 200, {
      requestId: 'asyncRequest_2',
    });
    const message = { conversationId: 't_1', text: 'You have a message.', idempotencyKey: 'notice:n1:1' };
    expect(await client.postMessage(message)).toEqual({ requestId: 'asyncRequest_2' });
    expect(requests[0]?.body).toEqual({
      internal: false,
      body: [{ type: 'text', value: 'You have a message.' }],
    });
    answers.PostConversationMessage = duplicate;
    expect(await client.postMessage(message)).toEqual({ duplicate: true });
    expect(violations).toEqual([]);
  });

  test('a page of staff is always internal: the patient never sees it', async () => {
    answers.CreateConversation = truthful('CreateConversation', 201, {
      conversation: conversation({ type: 'note' }),
    });
    answers.PostConversationMessage = truthful('PostConversationMessage', 200, {
      requestId: 'asyncRequest_3',
    });
    const note = await client.createNoteConversation({
      title: 'Pages',
      memberIds: ['entity_0DOCTOR'],
      idempotencyKey: 'pages:1',
    });
    await client.postMessage({
      conversationId: note.conversationId,
      text: 'A critical result needs you.',
      internal: false,
      pageMemberIds: ['entity_0DOCTOR'],
      idempotencyKey: 'page:1',
    });
    expect(requests[1]?.body).toEqual({
      internal: true,
      body: [
        { type: 'text', value: 'A critical result needs you.' },
        { type: 'page', value: 'entity_0DOCTOR' },
      ],
    });
    expect(violations).toEqual([]);
  });

  test('no answer in time, a cut connection and a 500 leave the outcome of a message unknown', async () => {
    const message = { conversationId: 't_1', text: 'Hello', idempotencyKey: 'notice:n1:1' };
    answers.PostConversationMessage = (_request, reply) => reply.hijack();
    const late = await failureOf(clientWith({ timeoutMs: 100 }).postMessage(message));
    expect(late).toMatchObject({ code: 'timeout', outcome: 'unknown' });
    answers.PostConversationMessage = (request, reply) => {
      reply.hijack();
      request.raw.socket.destroy();
    };
    expect(await failureOf(client.postMessage(message))).toMatchObject({ outcome: 'unknown' });
    answers.PostConversationMessage = (_request, reply) => reply.code(500).send();
    expect(await failureOf(client.postMessage(message))).toMatchObject({ outcome: 'unknown' });
    answers.PostConversationMessage = () => ({});
    expect(await failureOf(client.postMessage(message))).toMatchObject({
      code: 'bad-answer',
      outcome: 'unknown',
    });
  });

  test('403 is a token that does not work; nothing was done', async () => {
    const message = { conversationId: 't_1', text: 'Hello', idempotencyKey: 'notice:n1:1' };
    const error = await failureOf(clientWith({ token: 'old' }).postMessage(message));
    expect(error).toMatchObject({ code: 'unauthorized', outcome: 'not-done', status: 403 });
    expect(error.message).toContain('token');
  });

  test('a key Spruce would not keep whole is refused before anything is sent', async () => {
    const message = { conversationId: 't_1', text: 'Hello', idempotencyKey: 'k'.repeat(256) };
    expect(await failureOf(client.postMessage(message))).toMatchObject({
      code: 'invalid',
      outcome: 'refused',
    });
    expect(requests).toEqual([]);
  });
});

describe('keys', () => {
  const hour = 3_600_000;
  const start = Date.UTC(2026, 0, 5, 10);

  test('one effect has one key for 23 hours, then another, and no key is ever older', () => {
    const first = keyFor('page-1', start, start);
    expect(keyFor('page-1', start, start + 23 * hour - 1)).toBe(first);
    const second = keyFor('page-1', start, start + 23 * hour);
    expect(second).not.toBe(first);
    expect(keyFor('page-1', start, start + 45 * hour)).toBe(second);
    expect(keyFor('page-2', start, start)).not.toBe(first);
  });

  test('a key older than 23 hours is refused before anything is sent', async () => {
    const message = { conversationId: 't_1', text: 'Hello' };
    const old = keyFor('page-1', Date.now() - 23 * hour, Date.now() - 23 * hour);
    expect(await failureOf(client.postMessage({ ...message, idempotencyKey: old }))).toMatchObject({
      code: 'invalid',
      outcome: 'refused',
      message: expect.stringContaining('Read back'),
    });
    expect(requests).toEqual([]);
    answers.PostConversationMessage = truthful('PostConversationMessage', 200, { requestId: 'r' });
    const fresh = keyFor('page-1', Date.now() - 23 * hour, Date.now());
    expect(await client.postMessage({ ...message, idempotencyKey: fresh })).toEqual({ requestId: 'r' });
  });
});

describe('limits', () => {
  const answerWith =
    (headers: Record<string, string>, status = 200): Handler =>
    (_request, reply) =>
      reply
        .headers(headers)
        .code(status)
        .send({ organization: { id: 'o', name: 'Harbor', type: 'organization', object: 'organization' } });
  const page = { conversationId: 't_1', text: 'Now', pageMemberIds: ['m'], idempotencyKey: 'p' };

  test('with a tenth of the minute left only pages go on; the rest waits as long as the minute lasts', async () => {
    const limited = clientWith({});
    answers.Organization = answerWith({ 's-ratelimit-limit': '100', 's-ratelimit-remaining': '11' });
    await limited.organization();
    answers.Organization = answerWith({ 's-ratelimit-limit': '100', 's-ratelimit-remaining': '10' });
    await limited.organization();
    const refused = await failureOf(limited.organization());
    expect(refused).toMatchObject({ code: 'rate-limited', outcome: 'not-done', status: null });
    expect(refused.retryAfterMs).toBeGreaterThan(50_000);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(requests).toHaveLength(2);
    answers.PostConversationMessage = (_request, reply) =>
      reply
        .headers({ 's-ratelimit-limit': '100', 's-ratelimit-remaining': '90' })
        .send({ requestId: 'asyncRequest_9' });
    expect(await limited.postMessage(page)).toEqual({ requestId: 'asyncRequest_9' });
    // The last answer counts: a new minute has begun.
    expect(await limited.organization()).toMatchObject({ id: 'o' });
  });

  test('the day’s limit counts too; without headers nothing is limited', async () => {
    const limited = clientWith({});
    answers.Organization = answerWith({
      's-ratelimit-limit': '100',
      's-ratelimit-remaining': '90',
      's-ratelimit-daily-limit': '1000',
      's-ratelimit-daily-remaining': '0',
    });
    await limited.organization();
    expect((await failureOf(limited.organization())).retryAfterMs).toBeGreaterThan(60_000);
    const free = clientWith({});
    answers.Organization = answerWith({});
    for (let i = 0; i < 3; i++) await free.organization();
  });

  test('429: nothing was done; the counters say how long, or nobody does', async () => {
    answers.Organization = answerWith({ 's-ratelimit-limit': '100', 's-ratelimit-remaining': '0' }, 429);
    const counted = await failureOf(clientWith({}).organization());
    expect(counted).toMatchObject({ code: 'rate-limited', outcome: 'not-done', status: 429 });
    expect(counted.retryAfterMs).toBeGreaterThan(50_000);
    answers.Organization = answerWith({}, 429);
    expect(await failureOf(clientWith({}).organization())).toMatchObject({
      code: 'rate-limited',
      retryAfterMs: null,
    });
  });
});

describe('what doctor asks', () => {
  const endpoint = (owner: Record<string, unknown>, channel = 'secure') => ({
    object: 'internalEndpoint',
    endpoint: {
      object: 'endpoint',
      id: 'organizationCode_1',
      channel,
      isInternal: true,
      displayValue: 'spruce.care/123456',
      rawValue: 'https://spruce.care/123456',
    },
    owner,
  });
  const team = { object: 'team', type: 'team', id: 'entity_0TEAM', name: 'Lab follow-up' };
  const doctor = {
    object: 'teammate',
    type: 'teammate',
    id: 'entity_0DOCTOR',
    displayName: 'Ana Ruiz, MD',
    isAdmin: false,
    isSuspended: false,
  };

  test('S000-32: the lab follow-up inbox is there, secure, and a team’s', async () => {
    const inboxOf = async (...internalEndpoints: unknown[]) => {
      answers.InternalEndpoints = truthful('InternalEndpoints', 200, { internalEndpoints });
      return (await labInbox(client, 'organizationCode_1')).state;
    };
    expect(await inboxOf(endpoint(team))).toBe('ready');
    expect(await inboxOf(endpoint(doctor))).toBe('owned-by-one-person');
    expect(await inboxOf(endpoint(team, 'phone'))).toBe('not-secure');
    expect(await inboxOf()).toBe('missing');
  });

  test('webhooks lead to us and are on; two at once are a change under way', async () => {
    const url = 'https://hooks.example.org/spruce';
    const one = (id: string, over: Record<string, unknown> = {}) => ({
      object: 'webhookDestinationEndpoint',
      id,
      name: 'resultloop',
      url,
      status: 'active',
      createdAt: '2026-01-01T00:00:00Z',
      signingSecrets: [{ id: 'wss_1', value: '' }],
      ...over,
    });
    const stateOf = async (...list: unknown[]) => {
      answers.ListWebhookEndpoints = truthful('ListWebhookEndpoints', 200, { endpoints: list });
      return (await ourWebhooks(client, url)).state;
    };
    expect(await stateOf(one('wde_1'))).toBe('ready');
    expect(await stateOf(one('wde_1', { status: 'paused' }), one('wde_2'))).toBe('ready');
    expect(await stateOf(one('wde_1', { status: 'paused' }))).toBe('paused');
    expect(await stateOf(one('wde_1', { url: 'https://elsewhere.example' }))).toBe('missing');
  });

  test('contacts, conversations and members can be read, each said by itself', async () => {
    answers.SearchContacts = found();
    answers.OrganizationMembers = truthful('OrganizationMembers', 200, {
      members: [doctor, { ...doctor, id: 'entity_0GONE', isSuspended: true }],
      totalCount: 2,
      hasMore: false,
    });
    answers.ListConversations = (_request, reply) =>
      reply.code(403).send({ statusCode: 403, type: 'FORBIDDEN', message: 'no' });
    expect(await spruceReach(client, Date.now())).toEqual({
      contacts: 'readable',
      conversations: 'unauthorized',
      members: 'readable',
    });
    expect(await unpageable(client, ['entity_0DOCTOR', 'entity_0GONE', 'entity_0NOBODY'])).toEqual([
      { memberId: 'entity_0GONE', why: 'suspended' },
      { memberId: 'entity_0NOBODY', why: 'unknown' },
    ]);
    expect(violations).toEqual([]);
  });

  test('6-2: the token’s age in days; due after 30, never without a date', () => {
    const now = Date.UTC(2026, 2, 12);
    expect(credentialAge('2026-02-11', now)).toEqual({ days: 29, isDue: false });
    expect(credentialAge('2026-02-10', now)).toEqual({ days: 30, isDue: true });
    expect(credentialAge(null, now)).toEqual({ days: null, isDue: false });
  });
});

describe('reading', () => {
  test('items are read over all pages, also where Spruce leaves out what its schema requires', async () => {
    const lenient = item('ti_2', { buttons: null, pages: null, requestId: undefined, brandNew: 1 });
    answers.ConversationItems = (request) =>
      request.url.includes('paginationToken=next')
        ? { totalCount: 2, conversationItems: [lenient], hasMore: false }
        : { totalCount: 2, conversationItems: [item('ti_1')], hasMore: true, paginationToken: 'next' };
    const startFrom = Date.UTC(2026, 0, 5, 10);
    const items = await client.items('t_1', { startFrom, order: 'oldest_first' });
    expect(items.map(({ id, requestId }) => [id, requestId])).toEqual([
      ['ti_1', 'asyncRequest_1'],
      ['ti_2', null],
    ]);
    const query = new URL(requests[1]?.url ?? '', 'http://sandbox').searchParams;
    expect(query.get('startFrom')).toBe('2026-01-05T10:00:00.000Z');
    expect(query.get('order')).toBe('oldest_first');
    expect(violations).toEqual([]);
  });

  test('a list that promises more but cannot be followed is an error, never half a list', async () => {
    answers.ConversationItems = () => ({ totalCount: 2, conversationItems: [item('ti_1')], hasMore: true });
    expect(await failureOf(client.items('t_1'))).toMatchObject({ code: 'bad-answer', outcome: 'not-done' });
    answers.ConversationItems = () => ({
      totalCount: 2,
      conversationItems: [item('ti_1')],
      hasMore: true,
      paginationToken: 'same',
    });
    expect(await failureOf(client.items('t_1'))).toMatchObject({ code: 'bad-answer' });
  });

  test('item, conversations, endpoints and members are read as the contract describes them', async () => {
    const page = {
      id: 'page_1',
      memberId: 'entity_0DOCTOR',
      resolved: true,
      resolvedAt: '2026-01-05T10:04:00Z',
    };
    answers.ConversationItem = truthful('ConversationItem', 200, {
      conversationItem: item('ti_1', { pages: [page] }),
    });
    answers.ContactConversations = truthful('ContactConversations', 200, { conversations: [conversation()] });
    const doctor = {
      object: 'teammate',
      type: 'teammate',
      id: 'entity_0DOCTOR',
      displayName: 'Ana Ruiz, MD',
      isAdmin: false,
      isSuspended: true,
    };
    const organization = { object: 'organization', type: 'organization', id: 'entity_0ORG', name: 'Harbor' };
    answers.InternalEndpoints = truthful('InternalEndpoints', 200, {
      internalEndpoints: [
        {
          object: 'internalEndpoint',
          endpoint: {
            object: 'endpoint',
            id: 'organizationCode_1',
            channel: 'secure',
            isInternal: true,
            displayValue: 'spruce.care/123456',
            rawValue: 'https://spruce.care/123456',
          },
          owner: doctor,
        },
      ],
    });
    answers.OrganizationMembers = truthful('OrganizationMembers', 200, {
      members: [doctor, organization],
      totalCount: 2,
      hasMore: false,
    });

    expect((await client.item('ti_1')).pages[0]).toMatchObject({
      memberId: 'entity_0DOCTOR',
      resolved: true,
    });
    const [secure] = await client.conversationsOfContact('entity_0PATIENT');
    expect(secure).toMatchObject({ id: 't_1', type: 'secure', contactIds: ['entity_0PATIENT'] });
    expect(await client.internalEndpoints()).toMatchObject([{ id: 'organizationCode_1', channel: 'secure' }]);
    expect(await client.members()).toEqual([
      { id: 'entity_0DOCTOR', type: 'teammate', name: 'Ana Ruiz, MD', isSuspended: true },
      { id: 'entity_0ORG', type: 'organization', name: 'Harbor', isSuspended: null },
    ]);
    expect(violations).toEqual([]);
  });
});

test('a webhook is registered with its one-time secret, listed and deleted', async () => {
  const endpoint = {
    object: 'webhookDestinationEndpoint',
    id: 'wde_1',
    name: 'resultloop',
    url: 'https://hooks.example.org/spruce',
    status: 'active',
    createdAt: '2026-01-01T00:00:00Z',
    signingSecrets: [{ id: 'wss_1', value: 's3cret' }],
  };
  answers.CreateWebhookEndpoint = truthful('CreateWebhookEndpoint', 200, { endpoint });
  answers.ListWebhookEndpoints = truthful('ListWebhookEndpoints', 200, {
    endpoints: [{ ...endpoint, signingSecrets: [{ id: 'wss_1', value: '' }] }],
  });
  answers.DeleteWebhookEndpoint = (_request, reply) => reply.code(200).send();

  const { name, url } = endpoint;
  expect(await client.registerWebhook({ name, url })).toEqual({ endpointId: 'wde_1', secret: 's3cret' });
  expect(await client.webhookEndpoints()).toMatchObject([{ endpointId: 'wde_1', url, secrets: [] }]);
  await client.deleteWebhook('wde_1');
  expect(requests.at(-1)?.url).toBe('/v1/webhooks/endpoints/wde_1');
  expect(violations).toEqual([]);
});

test('S002-13: every call leaves one record, and no record holds a name, number or id', async () => {
  answers.SearchContacts = found(contact());
  await client.findContactsByPhone('+16175550142');
  answers.Contact = (_request, reply) =>
    reply.code(404).send({ statusCode: 404, type: 'NOT_FOUND', message: 'Maribel Quintero' });
  const error = await failureOf(client.contact('entity_0PATIENT'));
  expect(records.map(({ operation, effect, status }) => [operation, effect, status])).toEqual([
    ['contact.search', 'read', 200],
    ['contact.read', 'read', 404],
  ]);
  expect(JSON.stringify(records) + error.message).not.toMatch(/Maribel|5550142|entity_/);
});
