import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSpruceControl } from '../../src/sandbox/spruce/control.js';
import type { SpruceControl, SpruceSeed } from '../../src/sandbox/spruce/control.js';
import { startSpruceSandbox } from '../../src/sandbox/spruce/server.js';
import { signatureOf } from '../../src/sandbox/spruce/webhooks.js';
import { journalUntil, startReceiver } from './webhook-receiver.js';

const secret = 'example-signing-secret';
const clinician = 'entity_2CLINICIAN';
const patient = 'entity_PATIENT';
const invited = 'entity_INVITED';
const stranger = 'entity_STRANGER';
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let sandbox: Awaited<ReturnType<typeof startSpruceSandbox>>;
let control: SpruceControl;
let seeded = 0;
let refusals = 0;

beforeAll(async () => {
  receiver = await startReceiver(({ path }) => ({
    status: path.startsWith('/flaky') && ++refusals <= 2 ? 500 : 200,
  }));
  sandbox = await startSpruceSandbox();
  control = createSpruceControl(sandbox.url);
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});

describe('secure messages', () => {
  test('a post answers with a request id; the item comes later, with a signed webhook that carries it', async () => {
    const org = await seedOrganization();
    const { conversation } = await org.openConversation();
    const { requestId } = await org.ok('POST', `/conversations/${conversation.id}/messages`, text('Hello.'));
    await journalUntil(control, org.id, delivered('conversationItem.created'));

    const webhook = org.webhooks('conversationItem.created')[0];
    expect(webhook?.event.data.object).toMatchObject({
      requestId,
      conversationId: conversation.id,
      direction: 'outbound',
      text: 'Hello.',
      conversation: { type: 'secure' },
    });
    expect(webhook?.signature).toBe(
      createHmac('sha256', secret)
        .update(webhook?.raw ?? '')
        .digest('base64'),
    );
    const { conversationItems } = await org.ok('GET', `/conversations/${conversation.id}/items`);
    expect(conversationItems).toMatchObject([{ requestId, text: 'Hello.' }]);
    expect(conversationItems[0].conversation).toBeUndefined();
    const { conversations } = await org.ok('GET', `/contacts/${patient}/conversations`);
    expect(conversations).toMatchObject([{ id: conversation.id, lastMessageAt: expect.any(String) }]);
  });

  test('L28: a contact with neither account nor invite cannot be written to; an invite is enough to post', async () => {
    const org = await seedOrganization();
    expect(await org.call('POST', '/conversations', secure(org.endpointId, stranger))).toMatchObject({
      status: 400,
      body: { statusCode: 400, type: 'BAD_PARAMETER' },
    });
    await org.ok('POST', '/conversations', secure(org.endpointId, invited));
    await expect(control.reply(org.id, { contactId: invited, text: 'OK' })).rejects.toThrow('account');
    await control.acceptInvite(org.id, invited);
    expect(await control.reply(org.id, { contactId: invited, text: 'OK' })).toMatchObject({
      direction: 'inbound',
      author: { id: invited },
    });
  });

  test('posting from an endpoint reuses its conversation, or opens a new one when asked', async () => {
    const org = await seedOrganization();
    const post = (deliveryMethod: string) =>
      org.ok('POST', `/internalendpoints/${org.endpointId}/conversations`, {
        destination: { secureEndpoint: { contactId: patient, deliveryMethod } },
        message: text('Your care team has a message.'),
      });
    for (const [method, count] of [
      ['only_conversations_matching_internal_endpoint', 1],
      ['any_available_secure_conversation', 1],
      ['new_conversation', 2],
    ] as const) {
      const { requestId } = await post(method);
      await journalUntil(control, org.id, (all) =>
        all.some((e) => e.kind === 'item-created' && e['requestId'] === requestId),
      );
      expect(await control.conversations(org.id)).toHaveLength(count);
    }
  });

  test("a patient's reply is inbound and signed with the contact's id, an unknown author has none", async () => {
    const org = await seedOrganization();
    const { conversation } = await org.openConversation();
    await control.reply(org.id, { contactId: patient, text: 'I read it, thanks' });
    await control.reply(org.id, { conversationId: conversation.id, text: 'Hm', authorContactId: null });
    await journalUntil(control, org.id, delivered('conversationItem.created', 2));
    const authors = org.webhooks('conversationItem.created').map((w) => w.event.data.object.author);
    expect(authors).toContainEqual({ displayName: 'Joe Sample', id: patient });
    expect(authors).toContainEqual({ displayName: 'Unknown' });
  });
});

describe('pages', () => {
  test('an internal message with a page element makes a page; resolving it shows on the item and by webhook', async () => {
    const org = await seedOrganization();
    const { conversation } = await org.ok('POST', '/conversations', {
      type: 'note',
      note: { title: 'Lab follow-up', memberIds: [clinician] },
    });
    const page = {
      internal: true,
      body: [
        { type: 'text', value: 'CRITICAL lab result needs review ' },
        { type: 'page', value: clinician },
      ],
    };
    await org.ok('POST', `/conversations/${conversation.id}/messages`, page);
    const journal = await journalUntil(control, org.id, (all) => all.some((e) => e.kind === 'page-created'));
    expect(journal.find((e) => e.kind === 'page-created')).toMatchObject({ memberId: clinician });

    const [item] = await control.items(org.id);
    expect(item).toMatchObject({ direction: 'none', isInternalNote: true, pages: [{ resolved: false }] });
    await control.resolvePage(org.id, { itemId: String(item?.id), byMemberId: clinician });
    await journalUntil(control, org.id, delivered('conversationItem.updated'));
    const { conversationItem } = await org.ok('GET', `/conversationItems/${item?.id}`);
    expect(conversationItem.pages).toMatchObject([
      { memberId: clinician, resolved: true, resolvedByMemberId: clinician, resolvedAt: expect.any(String) },
    ]);
  });

  test('a page in a message to the patient, of an unknown member, or an open message in a note is refused', async () => {
    const org = await seedOrganization();
    const { conversation } = await org.openConversation();
    const note = await org.ok('POST', '/conversations', { type: 'note' });
    const refused = async (id: string, message: object) =>
      (await org.call('POST', `/conversations/${id}/messages`, message)).status;
    const page = (value: string) => ({ body: [{ type: 'page', value }] });
    expect(await refused(conversation.id, page(clinician))).toBe(400);
    expect(await refused(conversation.id, { ...page('entity_NOBODY'), internal: true })).toBe(400);
    expect(await refused(note.conversation.id, text('Hello.'))).toBe(400);
  });
});

describe('calls', () => {
  test('a repeated idempotency key is 422 on the same path only, also when the first answer was lost', async () => {
    const org = await seedOrganization();
    const { conversation } = await org.openConversation();
    const path = `/conversations/${conversation.id}/messages`;
    const key = { 's-idempotency-key': 'notice-1' };
    await control.plantFault(org.id, { match: { path: '/messages$' }, fault: { kind: 'reset-after' } });
    await expect(org.call('POST', path, text('Once.'), key)).rejects.toThrow();
    expect(await org.call('POST', path, text('Once.'), key)).toMatchObject({
      status: 422,
      body: { statusCode: 422, type: expect.any(String), message: expect.any(String) },
    });
    await org.ok('PATCH', `/conversations/${conversation.id}`, { archived: false }, key);
    await journalUntil(control, org.id, (all) => all.some((e) => e.kind === 'item-created'));
    expect(await control.items(org.id)).toHaveLength(1);
  });

  test('a failed call gives its key back, unless the organization burns it', async () => {
    const org = await seedOrganization();
    const { conversation } = await org.openConversation();
    const path = `/conversations/${conversation.id}/messages`;
    const key = (value: string) => ({ 's-idempotency-key': value });
    expect((await org.call('POST', path, { body: [] }, key('a'))).status).toBe(400);
    expect((await org.call('POST', path, text('Hello.'), key('a'))).status).toBe(200);
    await control.change(org.id, { keyBurntByFailure: true });
    await control.plantFault(org.id, { fault: { kind: 'status', status: 500 } });
    expect((await org.call('POST', path, text('Hello.'), key('b'))).status).toBe(500);
    expect((await org.call('POST', path, text('Hello.'), key('b'))).status).toBe(422);
  });

  test('a wrong token is 403, a wrong method 405, an unknown thing 404, too many calls 429', async () => {
    const org = await seedOrganization({ requestsPerMinute: 4 });
    const answers = [
      await org.call('GET', '/organization', undefined, { authorization: 'Bearer wrong' }),
      await org.call('GET', '/contacts/search'),
      await org.call('DELETE', '/organization'),
      await org.call('GET', '/conversations'),
      await org.call('GET', '/conversations/t_0'),
      await org.call('GET', '/organization'),
    ];
    expect(answers.map((a) => a.status)).toEqual([403, 404, 405, 400, 404, 429]);
    for (const { status, body, headers } of answers) {
      expect(body).toEqual({ statusCode: status, type: expect.any(String), message: expect.any(String) });
      expect(headers.get('s-request-id')).toMatch(/^\w+$/);
    }
    expect(answers[4]?.headers.get('s-ratelimit-remaining')).toBe('0');
  });

  test('contacts are found by integration link, by phone however written, and by name', async () => {
    const org = await seedOrganization();
    const ids = async (search: object) =>
      (await org.ok('POST', '/contacts/search', search)).contacts.map((c: { id: string }) => c.id);
    const link = { integrationLinkType: 'custom', id: 'athena-1-44021' };
    expect(
      await ids({ structured: { integrationIDFilter: [{ match: 'any', integrationIDs: [link] }] } }),
    ).toEqual([patient]);
    expect(
      await ids({ structured: { phoneNumberFilter: [{ match: 'any', values: ['(617) 555-0142'] }] } }),
    ).toEqual([invited, patient].sort());
    expect(await ids({ freeText: 'sample joe' })).toEqual([patient]);
    expect((await org.call('POST', '/contacts/search', { structured: { ageFilter: [] } })).status).toBe(400);
  });

  test('lists are followed by their token, and begin at startFrom', async () => {
    const org = await seedOrganization({ timestamps: 'millisecond' });
    const { conversation } = await org.openConversation();
    for (const word of ['one', 'two', 'three'])
      await control.reply(org.id, { conversationId: conversation.id, text: word });
    const path = `/conversations/${conversation.id}/items?order=oldest_first`;
    const first = await org.ok('GET', `${path}&pageSize=2`);
    const rest = await org.ok('GET', `${path}&pageSize=2&paginationToken=${first.paginationToken}`);
    const all = [...first.conversationItems, ...rest.conversationItems];
    expect(all.map((i: { text: string }) => i.text)).toEqual(['one', 'two', 'three']);
    expect([first.hasMore, rest.hasMore, rest.totalCount]).toEqual([true, false, 3]);
    const later = await org.ok('GET', `${path}&startFrom=${all[2].createdAt}`);
    expect(later.conversationItems.at(-1).text).toBe('three');
    expect((await org.call('GET', `${path}&pageSize=201`)).status).toBe(400);
  });
});

describe('webhooks', () => {
  test('the signature is that of the published example', () => {
    const body =
      '{"eventTime":"2026-01-05T10:00:00Z","object":"event","type":"conversation.updated","data":{"object":{"object":"conversation","id":"t_EXAMPLE0000"}}}';
    expect(signatureOf(secret, body)).toBe('k7e2oQ3/IAg72RIOnBxNngmGpF9yjjZO9CwahPzJbrI=');
  });

  test('an endpoint made by the API gets a secret once, every event, and a log of deliveries', async () => {
    const org = await seedOrganization({ webhook: undefined });
    const url = `${receiver.url}/${org.id}/made`;
    const { endpoint } = await org.ok('POST', '/webhooks/endpoints', { name: 'Events', url });
    const { value } = endpoint.signingSecrets[0];
    expect(value).not.toBe('');
    const { endpoints } = await org.ok('GET', '/webhooks/endpoints');
    expect(endpoints[0].signingSecrets[0].value).toBe('');
    await org.openConversation();
    await journalUntil(control, org.id, delivered('conversation.created'));
    const [webhook] = org.webhooks('conversation.created', '/made');
    expect(webhook?.signature).toBe(signatureOf(value, webhook?.raw ?? ''));
    const { events } = await org.ok('GET', `/webhooks/endpoints/${endpoint.id}/events`);
    expect(events).toMatchObject([
      { data: webhook?.raw, delivery: { status: 'delivered', attempts: 1, attemptLimit: 10 } },
    ]);

    await org.ok('POST', `/webhooks/endpoints/${endpoint.id}/paused?paused=true`);
    await org.openConversation();
    expect(org.webhooks('conversation.created', '/made')).toHaveLength(1);
    await org.ok('POST', `/webhooks/endpoints/${endpoint.id}/paused?paused=false`);
    await journalUntil(control, org.id, delivered('conversation.created', 2));
    expect((await org.call('DELETE', `/webhooks/endpoints/${endpoint.id}`)).status).toBe(200);
    expect((await org.call('GET', `/webhooks/endpoints/${endpoint.id}`)).status).toBe(404);
  });

  test('an event that is not answered 2xx comes again with the same bytes', async () => {
    const org = await seedOrganization({
      webhook: { url: `${receiver.url}/flaky`, secret },
      webhooks: { retryAfterMs: 5 },
    });
    const from = receiver.received.length;
    await org.openConversation();
    await journalUntil(control, org.id, delivered('conversation.created'));
    const attempts = receiver.received.slice(from).filter((r) => r.path === '/flaky');
    expect(attempts).toHaveLength(3);
    expect(new Set(attempts.map((r) => r.body)).size).toBe(1);
  });

  test('switches: twice, badly signed, overtaken, lost', async () => {
    const twice = await seedOrganization({ webhooks: { duplicate: 1 } });
    await twice.openConversation();
    await journalUntil(control, twice.id, delivered('conversation.created', 2));
    const [one, other] = twice.webhooks('conversation.created');
    expect(one?.raw).toBe(other?.raw);

    const forged = await seedOrganization({ webhooks: { wrongSignature: 1 } });
    await forged.openConversation();
    await journalUntil(control, forged.id, delivered('conversation.created'));
    const [bad] = forged.webhooks('conversation.created');
    expect(bad?.signature).not.toBe(signatureOf(secret, bad?.raw ?? ''));

    const swapped = await seedOrganization({ webhooks: { reorder: 1 } });
    await swapped.openConversation();
    await control.reply(swapped.id, { contactId: patient, text: 'OK' });
    await journalUntil(control, swapped.id, delivered('conversation.created'));
    expect(swapped.webhooks().map((w) => w.event.type)).toEqual([
      'conversationItem.created',
      'conversation.created',
    ]);

    const lost = await seedOrganization({ webhooks: { drop: 1 } });
    await lost.openConversation();
    await journalUntil(control, lost.id, (all) => all.some((e) => e['dropped'] === true));
    expect(lost.webhooks()).toEqual([]);
  });

  test('a seeded contact that changes fires contact.updated', async () => {
    const org = await seedOrganization();
    await control.change(org.id, {
      contacts: [{ id: stranger, givenName: 'Ann', familyName: 'Sample', hasPendingInvite: true }],
    });
    await journalUntil(control, org.id, delivered('contact.updated'));
    expect(org.webhooks('contact.updated')[0]?.event.data.object).toMatchObject({ hasPendingInvite: true });
  });
});

test('times are practice time', async () => {
  const org = await seedOrganization({
    clock: { segments: [{ real: Date.now(), practice: Date.UTC(2026, 2, 2, 13), factor: 1 }] },
  });
  const { conversation } = await org.openConversation();
  expect(conversation.createdAt).toMatch(/^2026-03-02T13:0\d:\d\dZ$/);
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked against the specification elsewhere
type Json = any;

async function seedOrganization(change: Partial<SpruceSeed> = {}) {
  const id = `org-${++seeded}`;
  await control.seed(id, {
    token: `token-${id}`,
    members: [{ id: clinician, displayName: 'Dr. Sample' }],
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
      { id: invited, givenName: 'Jill', familyName: 'Sample', phone: '+16175550142', hasPendingInvite: true },
      { id: stranger, givenName: 'Ann', familyName: 'Sample' },
    ],
    webhook: { url: `${receiver.url}/${id}`, secret },
    postDelayMs: 5,
    ...change,
  });
  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${sandbox.url}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer token-${id}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (answer ? JSON.parse(answer) : null) as Json,
    };
  };
  const ok = async (...args: Parameters<typeof call>): Promise<Json> => {
    const { status, body } = await call(...args);
    if (status >= 300) throw new Error(`${args[0]} ${args[1]}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const endpointId = `organizationCode_${id}`;
  return {
    id,
    endpointId,
    call,
    ok,
    openConversation: () => ok('POST', '/conversations', secure(endpointId, patient)),
    webhooks: (type?: string, below = '') =>
      receiver.received
        .filter((r) => r.path === `/${id}${below}`)
        .map((r) => ({
          raw: r.body,
          signature: r.headers['x-spruce-signature'],
          event: JSON.parse(r.body) as Json,
        }))
        .filter((w) => type === undefined || w.event.type === type),
  };
}

function secure(internalEndpointId: string, contactId: string) {
  return { type: 'secure', secure: { destinationContactIds: [contactId], internalEndpointId } };
}

function text(value: string) {
  return { body: [{ type: 'text', value }] };
}

type Entries = Parameters<Parameters<typeof journalUntil>[2]>[0];

function delivered(type: string, count = 1) {
  return (entries: Entries) =>
    entries.filter((e) => e.kind === 'webhook' && e['type'] === type && e['httpStatus'] === 200).length >=
    count;
}
