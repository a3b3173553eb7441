import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { VendorError } from '../../src/clients/http/index.js';
import { createSpruceClient, keyFor, type SpruceClient } from '../../src/clients/spruce/index.js';
import { createSpruceControl, type SpruceControl } from '../../src/sandbox/spruce/control.js';
import type { FaultSeed } from '../../src/sandbox/shared/control.js';
import { startSpruceSandbox } from '../../src/sandbox/spruce/server.js';
import { signatureOf } from '../../src/sandbox/spruce/webhooks.js';
import { journalUntil, startReceiver } from './webhook-receiver.js';

const secret = 'example-signing-secret';
const patient = 'entity_PATIENT';
const clinician = 'entity_CLINICIAN';
const timeoutMs = 400;

let receiver: Awaited<ReturnType<typeof startReceiver>>;
let sandbox: Awaited<ReturnType<typeof startSpruceSandbox>>;
let control: SpruceControl;
let seeded = 0;

beforeAll(async () => {
  receiver = await startReceiver(({ headers, body }) => ({
    // As we do: what is not signed by the secret is refused, everything else is taken.
    status: headers['x-spruce-signature'] === signatureOf(secret, body) ? 204 : 403,
  }));
  sandbox = await startSpruceSandbox();
  control = createSpruceControl(sandbox.url);
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});

interface Org {
  readonly id: string;
  readonly inbox: string;
  readonly client: SpruceClient;
  readonly secure: string;
  readonly note: string;
  readonly item: string;
  readonly endpoint: string;
}

async function organization(): Promise<Org> {
  const id = `faults-${(seeded += 1)}`;
  await control.seed(id, {
    token: id,
    members: [{ id: clinician, displayName: 'Dr. Sample' }],
    contacts: [
      { id: patient, givenName: 'Joe', familyName: 'Sample', phone: '+16175550142', hasAccount: true },
    ],
    webhook: { url: `${receiver.url}/${id}`, secret },
    webhooks: { retryAfterMs: 5 },
    postDelayMs: 0,
  });
  const client = createSpruceClient({ baseUrl: `${sandbox.url}/v1`, token: id, timeoutMs });
  const inbox = `organizationCode_${id}`;
  const secure = await client.createSecureConversation({
    contactId: patient,
    internalEndpointId: inbox,
    message: 'First.',
    idempotencyKey: 'secure',
  });
  const note = await client.createNoteConversation({ title: 'Pages', memberIds: [], idempotencyKey: 'note' });
  await journalUntil(control, id, (all) => all.some((e) => e.kind === 'item-created'));
  const [item] = await control.items(id);
  const [endpoint] = await client.webhookEndpoints();
  return {
    id,
    inbox,
    client,
    secure: secure.conversationId,
    note: note.conversationId,
    item: item?.id ?? '',
    endpoint: endpoint?.endpointId ?? '',
  };
}

interface Operation {
  readonly name: string;
  readonly match: FaultSeed['match'];
  readonly call: (org: Org, key: string) => Promise<unknown>;
  /** What it leaves behind; absent for reads. */
  readonly made?: (org: Org) => Promise<number>;
}

const journaled = (kind: string) => async (org: Org) =>
  (await control.journal(org.id)).filter((e) => e.kind === kind).length;

/** Writes that carry our key: repeated with it, they happen once. */
const writes: readonly Operation[] = [
  {
    name: 'contact.create',
    match: { method: 'POST', path: '/contacts$' },
    call: ({ client }, idempotencyKey) =>
      client.createContact({ givenName: 'Ann', familyName: 'Sample', idempotencyKey }),
    made: async (org) => (await control.contacts(org.id)).length,
  },
  {
    name: 'conversation.create-secure',
    match: { method: 'POST', path: '/conversations$' },
    call: ({ client, inbox }, idempotencyKey) =>
      client.createSecureConversation({
        contactId: patient,
        internalEndpointId: inbox,
        message: 'Hello.',
        idempotencyKey,
      }),
    made: async (org) => (await control.conversations(org.id)).length,
  },
  {
    name: 'conversation.create-note',
    match: { method: 'POST', path: '/conversations$' },
    call: ({ client }, idempotencyKey) =>
      client.createNoteConversation({ title: 'Note', memberIds: [], idempotencyKey }),
    made: async (org) => (await control.conversations(org.id)).length,
  },
  {
    name: 'message.post',
    match: { method: 'POST', path: '/messages$' },
    call: ({ client, secure }, idempotencyKey) =>
      client.postMessage({ conversationId: secure, text: 'Hello.', idempotencyKey }),
    made: journaled('message-posted'),
  },
  {
    name: 'message.post (page)',
    match: { method: 'POST', path: '/messages$' },
    call: ({ client, note }, idempotencyKey) =>
      client.postMessage({
        conversationId: note,
        text: 'Now.',
        pageMemberIds: [clinician],
        idempotencyKey,
      }),
    made: journaled('message-posted'),
  },
  {
    name: 'message.schedule',
    match: { method: 'POST', path: '/scheduledmessages$' },
    call: ({ client, secure }, idempotencyKey) =>
      client.scheduleMessage({
        conversationId: secure,
        text: 'Later.',
        sendAt: Date.now() + 3_600_000,
        idempotencyKey,
      }),
    made: journaled('message-scheduled'),
  },
];

/** Writes without a key that may be repeated: the second time changes nothing. */
const settings: readonly Operation[] = [
  {
    name: 'contact.link',
    match: { method: 'POST', path: '/integrationlinks$' },
    call: ({ client }) => client.linkContact(patient, 'athena-1-44021'),
    made: async (org) => (await control.contacts(org.id)).flatMap((c) => c.integrationLinks).length,
  },
  {
    name: 'tag.ensure',
    match: { method: 'POST', path: '/conversations/tags$' },
    call: ({ client }) => client.conversationTag('lab follow-up'),
    made: async ({ client, secure }) => {
      const { id } = await client.conversationTag('lab follow-up');
      const { tagIds } = await client.changeConversation({ conversationId: secure, tagIds: [id] });
      return tagIds.length;
    },
  },
  {
    name: 'conversation.change',
    match: { method: 'PATCH', path: '/conversations/' },
    call: ({ client, secure }) => client.changeConversation({ conversationId: secure, archived: true }),
    made: async (org) => (await control.conversations(org.id)).filter((one) => one.archived).length,
  },
  {
    name: 'webhook.pause',
    match: { method: 'POST', path: '/paused$' },
    call: ({ client, endpoint }) => client.pauseWebhook(endpoint, true),
    made: async ({ client }) =>
      (await client.webhookEndpoints()).filter((one) => one.status === 'paused').length,
  },
];

const reads: readonly Operation[] = [
  {
    name: 'contact.search',
    match: { method: 'POST', path: '/contacts/search$' },
    call: ({ client }) => client.findContactsByPhone('+16175550142'),
  },
  {
    name: 'contact.read',
    match: { path: '/contacts/entity_' },
    call: ({ client }) => client.contact(patient),
  },
  {
    name: 'organization.read',
    match: { path: '/organization$' },
    call: ({ client }) => client.organization(),
  },
  { name: 'member.list', match: { path: '/members$' }, call: ({ client }) => client.members() },
  {
    name: 'endpoint.list',
    match: { path: '/internalendpoints$' },
    call: ({ client }) => client.internalEndpoints(),
  },
  {
    name: 'conversation.read',
    match: { path: '/conversations/t_' },
    call: ({ client, secure }) => client.conversation(secure),
  },
  {
    name: 'conversation.list',
    match: { path: '/contacts/entity_\\w+/conversations$' },
    call: ({ client }) => client.conversationsOfContact(patient),
  },
  {
    name: 'conversation.list-recent',
    match: { path: '/conversations$' },
    call: ({ client }) => client.conversationsSince(Date.now() - 60_000),
  },
  { name: 'item.list', match: { path: '/items$' }, call: ({ client, secure }) => client.items(secure) },
  {
    name: 'item.read',
    match: { path: '/conversationItems/' },
    call: ({ client, item }) => client.item(item),
  },
  {
    name: 'message.list-scheduled',
    match: { path: '/scheduledmessages$' },
    call: ({ client, secure }) => client.scheduledMessages(secure),
  },
  {
    name: 'webhook.list',
    match: { path: '/webhooks/endpoints$' },
    call: ({ client }) => client.webhookEndpoints(),
  },
  {
    name: 'webhook.events',
    match: { path: '/events$' },
    call: ({ client, endpoint }) => client.webhookEvents(endpoint, { from: 0 }),
  },
];

type Expected = readonly [code: string, write: string, read: string];
const noCounters = ['s-ratelimit-limit', 's-ratelimit-remaining'];

/** Every fault with what the client makes of it: its code, and what may have happened to a write and to a read. */
const faults: readonly (readonly [string, FaultSeed['fault'], Expected | 'answered'])[] = [
  ['401', { kind: 'status', status: 401 }, ['unauthorized', 'not-done', 'not-done']],
  ['403', { kind: 'status', status: 403 }, ['unauthorized', 'not-done', 'not-done']],
  ['404', { kind: 'status', status: 404 }, ['not-found', 'refused', 'refused']],
  ['409', { kind: 'status', status: 409 }, ['conflict', 'refused', 'refused']],
  [
    '429 with Retry-After',
    { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
    ['rate-limited', 'not-done', 'not-done'],
  ],
  [
    '429 without any header',
    { kind: 'status', status: 429, without: noCounters },
    ['rate-limited', 'not-done', 'not-done'],
  ],
  ['500 without JSON', { kind: 'status', status: 500, body: 'oops' }, ['unavailable', 'unknown', 'not-done']],
  ['503 as HTML of a gateway', { kind: 'html', status: 503 }, ['unavailable', 'unknown', 'not-done']],
  ['connection reset', { kind: 'reset-before' }, ['network', 'unknown', 'not-done']],
  ['accepted, then reset', { kind: 'reset-after' }, ['network', 'unknown', 'not-done']],
  ['accepted, then timeout', { kind: 'hang-after', ms: timeoutMs * 2 }, ['timeout', 'unknown', 'not-done']],
  ['malformed JSON', { kind: 'truncated' }, ['bad-answer', 'unknown', 'not-done']],
  ['delay', { kind: 'delay', ms: 20 }, 'answered'],
];

/** Real Spruce answers; a fault that is none of the client's business must not reach it otherwise. */
async function outcomeOf(call: Promise<unknown>): Promise<Expected | 'answered' | 'duplicate'> {
  try {
    const answer = await call;
    return (answer as { duplicate?: true } | undefined)?.duplicate ? 'duplicate' : 'answered';
  } catch (err) {
    if (!(err instanceof VendorError)) throw err;
    return [err.code, err.outcome, err.outcome];
  }
}

/** Operations that answer nothing worth reading: half of it is as good as all. */
const withoutAnswer = ['contact.link', 'webhook.pause'];

async function row(operation: Operation, [, fault, expected]: (typeof faults)[number]) {
  const org = await organization();
  const before = (await operation.made?.(org)) ?? 0;
  const key = keyFor(operation.name.replace(/[^a-z.-]/g, ''), Date.now(), Date.now());
  await control.plantFault(org.id, { match: operation.match ?? {}, fault });
  const effect = operation.made ? 1 : 2;
  const seen = await outcomeOf(operation.call(org, key));
  const silent = fault.kind === 'truncated' && withoutAnswer.includes(operation.name);
  if (expected === 'answered' || silent) expect(seen).toBe('answered');
  else expect([seen[0], seen[effect]]).toEqual([expected[0], expected[effect]]);
  const [planted] = await control.faults(org.id);
  expect(planted?.hits).toBe(1);
  // Once more, as the product would: what was taken is refused by its key or done again in vain.
  if (seen !== 'answered' && seen[1] !== 'refused') {
    const again = await outcomeOf(operation.call(org, key));
    expect(again === 'answered' || again === 'duplicate' || again[0] === 'conflict').toBe(true);
  }
  const refused = expected !== 'answered' && expected[1] === 'refused';
  const isTag = operation.name === 'tag.ensure';
  if (operation.made) expect((await operation.made(org)) - before).toBe(isTag ? 0 : refused ? 0 : 1);
}

const table = (operations: readonly Operation[]) =>
  operations.flatMap((operation) =>
    faults.map((fault) => ({ name: operation.name, fault: fault[0], run: () => row(operation, fault) })),
  );
const all = { write: table(writes), setting: table(settings), read: table(reads) };

describe('operation × fault: a typed outcome, and exactly one effect after the repeat', () => {
  test.each(all.write)('$name, $fault', ({ run }) => run());
});
describe('operation × fault: what may be repeated leaves one thing behind', () => {
  test.each(all.setting)('$name, $fault', ({ run }) => run());
});
describe('operation × fault: a read is never in doubt', () => {
  test.each(all.read)('$name, $fault', ({ run }) => run());
});

test('the table has a row for every operation and fault', () => {
  const rows = Object.values(all).flat();
  process.stdout.write(`\nSpruce faults: ${rows.length} rows\n`);
  expect(rows).toHaveLength((writes.length + settings.length + reads.length) * faults.length);
  expect(rows.length).toBeGreaterThan(100);
});

describe('lists that lag', () => {
  test('accepted, told by webhook, readable by its id, and for a minute in no list', async () => {
    const org = await organization();
    const { client, secure, id } = org;
    const absent = { kind: 'absent-from-lists', ms: 60_000 } as const;
    await control.plantFault(id, { match: { path: '/messages$' }, fault: absent });
    const posted = await client.postMessage({ conversationId: secure, text: 'Where?', idempotencyKey: 'm' });
    const requestId = 'requestId' in posted ? posted.requestId : '';
    const journal = await journalUntil(control, id, (entries) =>
      entries.some((e) => e.kind === 'item-created' && e['requestId'] === requestId),
    );
    const itemId = String(journal.find((e) => e['requestId'] === requestId && e['itemId'])?.['itemId']);
    expect((await client.item(itemId)).text).toBe('Where?');
    expect((await client.items(secure)).map((item) => item.text)).toEqual(['First.']);

    await control.plantFault(id, { match: { method: 'POST', path: '/conversations$' }, fault: absent });
    const made = await client.createSecureConversation({
      contactId: patient,
      internalEndpointId: org.inbox,
      message: 'Hidden.',
      idempotencyKey: 'c',
    });
    const listed = async () => [
      ...(await client.conversationsOfContact(patient)),
      ...(await client.conversationsSince(0)),
    ];
    expect((await listed()).map((one) => one.id)).not.toContain(made.conversationId);
    expect((await client.conversation(made.conversationId)).id).toBe(made.conversationId);
    // What is posted afterwards is not hit any more.
    await client.postMessage({ conversationId: secure, text: 'Here.', idempotencyKey: 'n' });
    await journalUntil(control, id, (e) => e.filter((one) => one.kind === 'item-created').length >= 4);
    expect((await client.items(secure)).map((item) => item.text)).toContain('Here.');
  });
});

describe('webhooks by type and count', () => {
  const type = 'conversationItem.created';
  const arrived = (org: Org, marker: string) =>
    receiver.received.filter((r) => r.path === `/${org.id}` && r.body.includes(marker));
  const attempts = (entries: readonly Record<string, unknown>[], marker: string) =>
    entries.filter((e) => e['kind'] === 'webhook' && e['objectId'] === marker);

  async function replyUnder(org: Org, fault: FaultSeed['fault'], text: string) {
    await control.plantFault(org.id, { match: { path: type }, fault });
    return control.reply(org.id, { conversationId: org.secure, text });
  }
  const delivered = async (org: Org, itemId: string, count = 1) =>
    journalUntil(
      control,
      org.id,
      (e) => attempts(e, itemId).filter((one) => one['httpStatus'] === 204).length >= count,
    );

  test('dropped: never sent, in the log, and the next one comes', async () => {
    const org = await organization();
    const lost = await replyUnder(org, { kind: 'webhook', what: 'drop' }, 'lost');
    const next = await control.reply(org.id, { conversationId: org.secure, text: 'next' });
    await delivered(org, next.id);
    expect(arrived(org, lost.id)).toEqual([]);
    const log = await org.client.webhookEvents(org.endpoint, { from: 0 });
    expect(log.find((event) => event.data.includes(lost.id))).toMatchObject({ status: 'failed' });
  });

  test('twice, late and overtaken', async () => {
    const org = await organization();
    const twice = await replyUnder(org, { kind: 'webhook', what: 'duplicate' }, 'twice');
    await delivered(org, twice.id, 2);
    expect(new Set(arrived(org, twice.id).map((r) => r.body)).size).toBe(1);
    const late = await replyUnder(org, { kind: 'webhook', what: 'late', ms: 60 }, 'late');
    const sooner = await control.reply(org.id, { conversationId: org.secure, text: 'sooner' });
    await delivered(org, late.id);
    const order = receiver.received.filter((r) => r.path === `/${org.id}`).map((r) => r.body);
    expect(order.findIndex((body) => body.includes(sooner.id))).toBeLessThan(
      order.findIndex((body) => body.includes(late.id)),
    );
    const first = await replyUnder(org, { kind: 'webhook', what: 'reorder' }, 'first');
    const second = await control.reply(org.id, { conversationId: org.secure, text: 'second' });
    await delivered(org, first.id);
    const swapped = receiver.received.filter((r) => r.path === `/${org.id}`).map((r) => r.body);
    expect(swapped.findIndex((body) => body.includes(second.id))).toBeLessThan(
      swapped.findIndex((body) => body.includes(first.id)),
    );
  });

  test('badly signed once: refused, and the repeat is sound; cut off: signed all the same', async () => {
    const org = await organization();
    const forged = await replyUnder(org, { kind: 'webhook', what: 'wrong-signature' }, 'forged');
    const journal = await delivered(org, forged.id);
    expect(attempts(journal, forged.id).map((e) => e['httpStatus'])).toEqual([403, 204]);
    const cut = await replyUnder(org, { kind: 'webhook', what: 'malformed' }, 'cut');
    await delivered(org, cut.id);
    const [half] = receiver.received.filter((r) => r.path === `/${org.id}`).slice(-1);
    expect(() => JSON.parse(half?.body ?? '') as unknown).toThrow();
  });

  test('a fault of webhooks hits no call, and one of calls no webhook', async () => {
    const org = await organization();
    await control.plantFault(org.id, { match: {}, fault: { kind: 'webhook', what: 'drop' } });
    expect(await org.client.organization()).toMatchObject({ name: expect.any(String) });
    expect(await control.faults(org.id)).toMatchObject([{ hits: 0 }]);
    await control.clearFaults(org.id);
    await control.plantFault(org.id, { match: {}, fault: { kind: 'status', status: 500 } });
    const reply = await control.reply(org.id, { conversationId: org.secure, text: 'hello' });
    await delivered(org, reply.id);
    expect(await control.faults(org.id)).toMatchObject([{ hits: 0 }]);
  });
});
