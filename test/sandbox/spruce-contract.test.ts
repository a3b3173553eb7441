import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSpruceClient, keyFor } from '../../src/clients/spruce/index.js';
import type { SpruceClient } from '../../src/clients/spruce/index.js';
import { createSpruceControl } from '../../src/sandbox/spruce/control.js';
import type { SpruceControl } from '../../src/sandbox/spruce/control.js';
import { startSpruceSandbox } from '../../src/sandbox/spruce/server.js';
import { checkedBetween, loadSpruceSpec } from '../clients/spruce-spec.js';
import type { SpruceSpec } from '../clients/spruce-spec.js';
import { journalUntil, startReceiver } from './webhook-receiver.js';

let spec: SpruceSpec;
let sandbox: Awaited<ReturnType<typeof startSpruceSandbox>>;
let between: Awaited<ReturnType<typeof checkedBetween>>;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let control: SpruceControl;
let client: SpruceClient;

const patient = 'entity_PATIENT';
const newcomer = 'entity_NEWCOMER';
const clinician = 'entity_CLINICIAN';
const labTeam = 'entity_LABTEAM';
const inbox = 'organizationCode_LAB';

/** Operations that the client has a method for. */
const usedByClient = [
  'SearchContacts',
  'CreateContact',
  'CreateContactIntegrationLink',
  'Contact',
  'SendInvite',
  'Organization',
  'OrganizationMembers',
  'InternalEndpoints',
  'CreateConversation',
  'Conversation',
  'UpdateConversation',
  'CreateConversationTag',
  'ListConversations',
  'ContactConversations',
  'ConversationItems',
  'ConversationItem',
  'PostConversationMessage',
  'ScheduleConversationMessage',
  'ListConversationScheduledMessages',
  'DeleteScheduledMessage',
  'CreateWebhookEndpoint',
  'ListWebhookEndpoints',
  'ModifyWebhookEndpointPaused',
  'ListWebhookEndpointEvents',
  'DeleteWebhookEndpoint',
];

/** Operations without which results are followed; the sandbox answers 404 to them. */
const notPlayed = [
  'ContactFields',
  'ContactTags',
  'CreateContactField',
  'CreateContactTag',
  'ListSavedMessages',
  'PhoneLine',
  'PhoneLines',
  'PostCreateProxyCall',
  'Transcription',
  'UploadMedia',
];

beforeAll(async () => {
  spec = await loadSpruceSpec();
  receiver = await startReceiver(() => ({ status: 200 }));
  sandbox = await startSpruceSandbox();
  between = await checkedBetween(spec, sandbox.url);
  control = createSpruceControl(sandbox.url);
  await control.seed('org', {
    token: 'token',
    members: [
      { id: clinician, displayName: 'Dr. Sample', email: 'sample@example.org' },
      { id: labTeam, displayName: 'Lab follow-up', type: 'team', memberIds: [clinician] },
    ],
    contacts: [
      {
        id: patient,
        givenName: 'Joe',
        familyName: 'Sample',
        dateOfBirth: '1980-01-30',
        phone: '+16175550142',
        externalId: 'athena-1-44021',
        hasAccount: true,
      },
      { id: newcomer, givenName: 'Ann', familyName: 'Sample', phone: '+16175550143' },
    ],
    endpoints: [{ id: inbox, label: 'Lab', code: 'lab', ownerMemberId: labTeam }],
    webhook: { url: `${receiver.url}/events`, secret: 'secret' },
    postDelayMs: 0,
  });
  client = createSpruceClient({ baseUrl: `${between.url}/v1`, token: 'token' });
});

afterAll(async () => {
  await between.close();
  await sandbox.close();
  await receiver.close();
});

const key = (base: string) => keyFor(base, Date.now(), Date.now());
const faulty = () => between.seen.filter((one) => one.requestFaults.length + one.answerFaults.length > 0);

test('S000-13: every request of the client and every answer of the sandbox is as the published OpenAPI document says', async () => {
  await client.organization();
  await client.members();
  await client.internalEndpoints();
  expect(await client.findContactByExternalId('athena-1-44021')).toMatchObject({ id: patient });
  await client.findContactsByPhone('+16175550142');
  const created = await client.createContact({
    givenName: 'Jill',
    familyName: 'Sample',
    dateOfBirth: '1990-02-28',
    phone: '+16175550144',
    idempotencyKey: key('contact'),
  });
  await client.linkContact(created.id, 'athena-1-2');
  const [point] = (await client.contact(created.id)).phonePoints;
  await client.invite({
    contactId: created.id,
    destinationId: point?.id ?? '',
    internalEndpointId: inbox,
  });

  const { conversationId } = await client.createSecureConversation({
    contactId: patient,
    internalEndpointId: inbox,
    subject: 'New message from your care team',
    message: 'Hello.',
    idempotencyKey: key('conversation'),
  });
  await client.postMessage({ conversationId, text: 'Hello again.', idempotencyKey: key('message') });
  const tag = await client.conversationTag('lab follow-up');
  await client.changeConversation({ conversationId, assignToMemberId: labTeam, tagIds: [tag.id] });
  await client.changeConversation({ conversationId, assignToMemberId: null, archived: false });
  const later = await client.scheduleMessage({
    conversationId,
    text: 'Later.',
    sendAt: Date.now() + 3_600_000,
    idempotencyKey: key('later'),
  });
  await client.scheduledMessages(conversationId);
  await client.cancelScheduledMessage(later.id);
  const note = await client.createNoteConversation({
    title: 'Lab follow-up',
    memberIds: [labTeam],
    contactId: patient,
    idempotencyKey: key('note'),
  });
  await client.postMessage({
    conversationId: note.conversationId,
    text: 'An item waits for you.',
    pageMemberIds: [clinician],
    idempotencyKey: key('page'),
  });
  const reply = await control.reply('org', { conversationId, text: 'I read it' });
  await client.item(reply.id);
  await client.items(conversationId, { order: 'oldest_first', startFrom: Date.now() - 60_000 });
  await client.conversation(conversationId);
  await client.conversationsSince(Date.now() - 60_000);
  await client.conversationsOfContact(patient);

  const { endpointId } = await client.registerWebhook({ name: 'resultloop', url: `${receiver.url}/second` });
  await client.pauseWebhook(endpointId, true);
  await client.pauseWebhook(endpointId, false);
  await control.reply('org', { conversationId, text: 'Thanks' });
  await journalUntil(control, 'org', (all) => all.some((e) => e['endpointId'] === endpointId));
  await client.webhookEndpoints();
  await client.webhookEvents(endpointId, { from: Date.now() - 60_000, to: Date.now() + 60_000 });
  await client.deleteWebhook(endpointId);

  expect(faulty()).toEqual([]);
  expect([...new Set(between.seen.map((one) => one.operation))].sort()).toEqual([...usedByClient].sort());
});

test('the document is a judge: a misspelt field, a foreign parameter, header or status does not pass', () => {
  const ask = { method: 'POST', path: '/conversations/tags', headers: {} };
  expect(spec.requestFaults({ ...ask, body: { value: 'lab' } })).toEqual([]);
  expect(spec.requestFaults({ ...ask, body: { value: 'lab', colour: 'red' } })).toHaveLength(1);
  expect(
    spec.requestFaults({ ...ask, path: '/conversations/tags?x=1', body: { value: 'lab' } }),
  ).toHaveLength(1);
  expect(spec.requestFaults({ ...ask, headers: { 's-token': 'x' }, body: { value: 'lab' } })).toHaveLength(1);
  expect(spec.requestFaults({ ...ask, path: '/messages' })).toHaveLength(1);
  expect(spec.answerFaults('PostConversationMessage', 200, { requestID: 'x' }).length).toBeGreaterThan(0);
  expect(spec.answerFaults('PostConversationMessage', 404, {})).toHaveLength(1);
});

test('what the client leaves out, the sandbox plays by the same document; the rest it does not have', async () => {
  const call = callAt(between.url);
  const { conversation } = await call('POST', '/conversations', {
    type: 'secure',
    secure: { destinationContactIds: [patient], internalEndpointId: inbox },
  });
  await call('GET', '/contacts?pageSize=1');
  await call('PATCH', `/contacts/${newcomer}`, { middleName: 'A', companyName: '' });
  await call('POST', `/contacts/${newcomer}/integrationlinks`, { type: 'custom', externalId: 'athena-1-9' });
  await call('GET', `/contacts/${newcomer}/integrationlinks`);
  await call('DELETE', `/contacts/${newcomer}/integrationlinks?type=custom&externalId=athena-1-9`, {});
  await call('DELETE', `/contacts/${newcomer}`);
  await call('GET', `/organization/members/${clinician}`);
  await call('GET', `/teams/${labTeam}/members`);
  await call('GET', '/conversations/tags');
  await call('GET', '/scheduledmessages');
  await call('POST', `/internalendpoints/${inbox}/conversations`, {
    destination: {
      secureEndpoint: {
        contactId: patient,
        subject: 'New message',
        deliveryMethod: 'only_conversations_matching_internal_endpoint',
      },
    },
    message: { body: [{ type: 'text', value: 'Hello.' }] },
  });
  const written = await control.staffWrites('org', {
    conversationId: conversation.id,
    memberId: clinician,
    text: 'Please call us.',
  });
  await call('DELETE', `/conversationItems/${written.id}`);
  const { endpoints } = await call('GET', '/webhooks/endpoints');
  await call('GET', `/webhooks/endpoints/${endpoints[0].id}`);
  expect(faulty()).toEqual([]);
  const played = [...new Set(between.seen.map((one) => one.operation))];
  expect([...played, ...notPlayed].sort()).toEqual(spec.operations.map(({ id }) => id).sort());
});

test('refusals are answers of the document too: 400, 403, 404, 422, 429, 500', async () => {
  const from = between.seen.length;
  const { conversation } = await callAt(between.url)('POST', '/conversations', { type: 'note', note: {} });
  const path = `/conversations/${conversation.id}/messages`;
  const message = { internal: true, body: [{ type: 'text', value: 'Hello.' }] };
  const status = async (...[method, at, body, headers]: Parameters<typeof askAt>) =>
    (await askAt(method, at, body, headers)).status;
  expect(await status('POST', path, { body: message.body })).toBe(400);
  expect(await status('POST', path, message, { authorization: 'Bearer wrong' })).toBe(403);
  expect(await status('GET', '/contacts/entity_0')).toBe(404);
  expect(await status('POST', path, message, { 's-idempotency-key': 'once' })).toBe(200);
  expect(await status('POST', path, message, { 's-idempotency-key': 'once' })).toBe(422);
  await control.change('org', { requestsPerMinute: 1 });
  expect(await status('GET', '/organization')).toBe(429);
  await control.change('org', { requestsPerMinute: 6000 });
  const body = { statusCode: 500, type: 'INTERNAL', message: 'unexpected error' };
  await control.plantFault('org', { fault: { kind: 'status', status: 500, body } });
  expect(await status('GET', '/organization')).toBe(500);
  expect(between.seen.slice(from).flatMap((one) => one.answerFaults)).toEqual([]);
});

test('every webhook carries a resource of the document, in the published envelope', async () => {
  const { conversationId } = await client.createNoteConversation({
    title: 'Pages',
    memberIds: [clinician],
    idempotencyKey: key('webhooks'),
  });
  await client.postMessage({
    conversationId,
    text: 'Now.',
    pageMemberIds: [clinician],
    idempotencyKey: key('w'),
  });
  const items = () => control.items('org');
  await journalUntil(control, 'org', (all) =>
    all.some((e) => e.kind === 'item-created' && e['conversationId'] === conversationId),
  );
  const paged = (await items()).find((item) => item.conversationId === conversationId);
  await control.resolvePage('org', { itemId: paged?.id ?? '', byMemberId: clinician });
  await control.mergeContacts('org', { contactId: patient, mergedContactId: (await twin()).id });
  const wanted = ['contact', 'conversation', 'conversationItem', 'scheduledMessage'];
  await journalUntil(control, 'org', (all) =>
    all.some((e) => e.kind === 'webhook' && e['type'] === 'contact.merged'),
  );
  const events = receiver.received.map(({ body }) => JSON.parse(body) as Json);
  expect(new Set(events.map((event) => event.type.split('.')[0]))).toEqual(new Set(wanted));
  for (const event of events) {
    const { object, type, eventTime, data, ...rest } = event;
    // Only third parties tell what a merge lists; the document has no field for it.
    const { deletedContactIds: _, ...resource } = data.object;
    expect({ object, eventTime, rest, data: Object.keys(data) }).toEqual({
      object: 'event',
      eventTime: expect.stringMatching(/Z$/),
      rest: {},
      data: ['object'],
    });
    const faults = spec.resourceFaults(type.split('.')[0], resource);
    // `conversation` in an item is described for webhooks only, and is a conversation.
    expect({ type, faults }).toEqual({ type, faults: [] });
  }
});

test('coverage: of the 47 published operations, which the client uses and which the sandbox plays', () => {
  const operations = new Set(between.seen.map((one) => one.operation));
  const row = ({ id, method, path }: SpruceSpec['operations'][number]) =>
    [
      usedByClient.includes(id) ? 'client' : '-',
      operations.has(id) ? 'sandbox' : '-',
      String(between.seen.filter((one) => one.operation === id).length),
      id,
      `${method} ${path}`,
    ] as const;
  const rows = spec.operations.map(row);
  const widths = [7, 8, 5, 34];
  const lines = rows.map((cells) => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(''));
  const counts = `${usedByClient.length} used by the client, ${operations.size} played by the sandbox, of ${rows.length}; ${between.seen.length} calls, ${faulty().length} against the document`;
  process.stdout.write(`\nSpruce operations (${counts})\n${lines.join('\n')}\n`);
  expect(rows).toHaveLength(47);
  expect(usedByClient.filter((id) => !operations.has(id))).toEqual([]);
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the specification is the type here
type Json = any;

async function twin() {
  return client.createContact({
    givenName: 'Joe',
    familyName: 'Sample',
    phone: '+16175550142',
    idempotencyKey: key('twin'),
  });
}

async function askAt(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  return fetch(`${between.url}/v1${path}`, {
    method,
    headers: {
      authorization: 'Bearer token',
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

function callAt(_url: string) {
  return async (method: string, path: string, body?: object): Promise<Json> => {
    const response = await askAt(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : (JSON.parse(text) as Json);
  };
}
