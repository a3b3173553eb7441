import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import twilio from 'twilio';
import { createTwilioControl } from '../../src/sandbox/twilio/control.js';
import type { TwilioControl, TwilioSeed } from '../../src/sandbox/twilio/control.js';
import { startTwilioSandbox } from '../../src/sandbox/twilio/server.js';
import { journalUntil, startReceiver } from './webhook-receiver.js';
import type { Received } from './webhook-receiver.js';

const patient = '+16175550142';
const authToken = '00112233445566778899aabbccddeeff';
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let sandbox: Awaited<ReturnType<typeof startTwilioSandbox>>;
let control: TwilioControl;
let seeded = 0;

beforeAll(async () => {
  receiver = await startReceiver(({ path }) => ({
    status: path.startsWith('/broken') ? 500 : 200,
    body: path.startsWith('/answering')
      ? '<?xml version="1.0"?><Response><Message>Not monitored &amp; closed.</Message></Response>'
      : '',
  }));
  sandbox = await startTwilioSandbox();
  control = createTwilioControl(sandbox.url);
});
afterAll(async () => {
  await sandbox.close();
  await receiver.close();
});

describe('texts', () => {
  test('a text through the service goes accepted, queued, sent, delivered, with no callback for the first', async () => {
    const practice = await seedPractice();
    const created = await practice.send({ statusCallback: `${receiver.url}/status?nid=42#rc=2&rp=5xx` });
    expect(created).toMatchObject({ status: 'accepted', from: null, numSegments: '0', dateSent: null });

    const journal = await journalUntil(control, practice.id, hasCallbacks(3));
    expect(statuses(journal)).toEqual(['queued', 'sent', 'delivered']);
    const callbacks = practice.receivedAt('/status?nid=42');
    expect(callbacks.map((c) => c.params['MessageStatus']).sort()).toEqual(['delivered', 'queued', 'sent']);
    for (const { params, headers, path } of callbacks) {
      expect(params['MessageSid']).toBe(created.sid);
      // Signed without the fragment, over every parameter.
      expect(twilio.validateRequest(authToken, header(headers), receiver.url + path, params)).toBe(true);
      expect(headers['i-twilio-idempotency-token']).toMatch(/^[0-9a-f-]{36}$/);
    }
    const fetched = await practice.client.messages(created.sid).fetch();
    expect(fetched).toMatchObject({ status: 'delivered', from: '+16175550100', errorCode: null });
    expect(fetched.dateSent).toBeInstanceOf(Date);
  });

  test('a search by recipient finds a text that is not sent yet, a search by date does not', async () => {
    const practice = await seedPractice({ statusDelayMs: [60_000, 60_000] });
    const { sid } = await practice.send({});
    const sids = async (query: object) => (await practice.client.messages.list(query)).map((m) => m.sid);
    expect(await sids({ to: patient })).toEqual([sid]);
    expect(await sids({ to: '+16175550143' })).toEqual([]);
    expect(await sids({ to: patient, dateSentAfter: new Date(Date.now() - 3_600_000) })).toEqual([]);
  });

  test('a list is paged by a relative next_page_uri', async () => {
    const practice = await seedPractice();
    const first = await practice.send({});
    const second = await practice.send({});
    const all = await practice.client.messages.list({ pageSize: 1 });
    expect(all.map((m) => m.sid)).toEqual([second.sid, first.sid]);
  });

  test.each([
    ['undelivered:30003', ['queued', 'sent', 'undelivered'], '30003'],
    ['failed:30007', ['queued', 'failed'], '30007'],
    ['sent-only', ['queued', 'sent'], undefined],
    ['opted-out', ['failed'], '21610'],
  ] as const)('a number set to %s ends as %j', async (behaviour, path, code) => {
    const practice = await seedPractice({ numbers: { [patient]: behaviour } });
    const { sid } = await practice.send({ statusCallback: `${receiver.url}/end` });
    const journal = await journalUntil(control, practice.id, hasCallbacks(path.length));
    expect(statuses(journal)).toEqual(path);
    const last = practice.receivedAt('/end').find((c) => c.params['MessageStatus'] === path.at(-1));
    expect(last?.params['MessageSid']).toBe(sid);
    expect(last?.params['ErrorCode']).toBe(code);
  });

  test('what Twilio refuses at once is refused with its code, and nothing is created', async () => {
    const practice = await seedPractice({
      numbers: { '+16175550144': 'refused:21614', [patient]: 'opted-out' },
    });
    const plain = { messagingServiceSid: undefined, from: '+16175550100' };
    await expect(practice.send({ to: '+1555' })).rejects.toMatchObject({ status: 400, code: 21211 });
    await expect(practice.send({ to: '+15005550003' })).rejects.toMatchObject({ code: 21408 });
    await expect(practice.send({ to: '+16175550144' })).rejects.toMatchObject({ code: 21614 });
    await expect(practice.send(plain)).rejects.toMatchObject({ status: 400, code: 21610 });
    await expect(practice.send({ ...plain, from: '+15005550001' })).rejects.toMatchObject({ code: 21212 });
    await expect(practice.send({ messagingServiceSid: undefined })).rejects.toMatchObject({ code: 21603 });
    await expect(practice.send({ body: '' })).rejects.toMatchObject({ code: 21602 });
    await expect(practice.send({ statusCallback: 'http://a_b.example/' })).rejects.toMatchObject({
      code: 21609,
    });
    await expect(practice.client.messages(`SM${'0'.repeat(32)}`).fetch()).rejects.toMatchObject({
      status: 404,
      code: 20404,
    });
    const stranger = client(practice.seed.accountSid, 'wrong');
    await expect(stranger.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
    expect(await control.messages(practice.id)).toEqual([]);
  });

  test('too many requests at once are answered 429 with code 20429', async () => {
    const practice = await seedPractice({ maxConcurrent: 1 });
    await control.plantFault(practice.id, { times: 2, fault: { kind: 'delay', ms: 50 } });
    const both = await Promise.allSettled([practice.send({}), practice.send({})]);
    const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused[0]).toMatchObject({ status: 429, code: 20429 });
  });
});

describe('callbacks that go wrong', () => {
  test('a duplicate carries the same idempotency token', async () => {
    const practice = await seedPractice({ callbacks: { duplicate: 1 } });
    await practice.send({ statusCallback: `${receiver.url}/twice` });
    await journalUntil(control, practice.id, hasCallbacks(6));
    const sent = practice.receivedAt('/twice').filter((c) => c.params['MessageStatus'] === 'sent');
    expect(sent).toHaveLength(2);
    expect(new Set(sent.map((c) => c.headers['i-twilio-idempotency-token'])).size).toBe(1);
  });

  test('reordered callbacks arrive last status first', async () => {
    const practice = await seedPractice({ callbacks: { reorder: 1 } });
    await practice.send({ statusCallback: `${receiver.url}/order` });
    await journalUntil(control, practice.id, hasCallbacks(3));
    const order = practice.receivedAt('/order').map((c) => c.params['MessageStatus']);
    expect(order).toEqual(['delivered', 'sent', 'queued']);
  });

  test('dropped callbacks never leave, badly signed ones do not validate', async () => {
    const practice = await seedPractice({ callbacks: { drop: 1 } });
    await practice.send({ statusCallback: `${receiver.url}/dropped` });
    await journalUntil(control, practice.id, hasCallbacks(3));
    expect(practice.receivedAt('/dropped')).toEqual([]);

    await control.change(practice.id, { callbacks: { wrongSignature: 1 } });
    await practice.send({ statusCallback: `${receiver.url}/forged` });
    await journalUntil(control, practice.id, hasCallbacks(6));
    const [forged] = practice.receivedAt('/forged');
    expect(
      twilio.validateRequest(
        authToken,
        header(forged?.headers),
        `${receiver.url}/forged`,
        forged?.params ?? {},
      ),
    ).toBe(false);
  });

  test('an answer 500 is retried only when the URL asks for it', async () => {
    const practice = await seedPractice();
    await practice.send({ statusCallback: `${receiver.url}/broken?a=1#rc=2&rp=5xx` });
    await practice.send({ statusCallback: `${receiver.url}/broken?b=1` });
    await journalUntil(control, practice.id, hasCallbacks(12));
    expect(practice.receivedAt('/broken?a=1')).toHaveLength(9);
    expect(practice.receivedAt('/broken?b=1')).toHaveLength(3);
  });
});

describe('patients', () => {
  test('STOP carries OptOutType and lets later texts fail with 21610, START opens again', async () => {
    const practice = await seedPractice();
    const stopped = await control.sendText(practice.id, { from: patient, body: ' stop ' });
    expect(stopped).toMatchObject({ optOutType: 'STOP', httpStatus: 200 });
    const [webhook] = practice.receivedAt('/inbound');
    expect(webhook?.params).toMatchObject({
      OptOutType: 'STOP',
      Body: ' stop ',
      FromCity: '',
      From: patient,
    });
    expect(
      twilio.validateRequest(
        authToken,
        header(webhook?.headers),
        `${receiver.url}/inbound`,
        webhook?.params ?? {},
      ),
    ).toBe(true);

    const { sid } = await practice.send({});
    await journalUntil(control, practice.id, (all) =>
      all.some((e) => e.kind === 'status' && e['sid'] === sid),
    );
    expect(await practice.client.messages(sid).fetch()).toMatchObject({ status: 'failed', errorCode: 21610 });

    expect(await control.sendText(practice.id, { from: patient, body: 'START' })).toMatchObject({
      optOutType: 'START',
    });
    const again = await practice.send({});
    await journalUntil(control, practice.id, (all) =>
      all.some((e) => e['sid'] === again.sid && e['status'] === 'delivered'),
    );
  });

  test('a phrase is no keyword; without Advanced Opt-Out there is no OptOutType and 21610 comes at once', async () => {
    const practice = await seedPractice({ advancedOptOut: false });
    await control.sendText(practice.id, { from: patient, body: 'Stop please' });
    await practice.send({});
    await control.sendText(practice.id, { from: patient, body: 'STOP' });
    expect(practice.receivedAt('/inbound').map((c) => c.params['OptOutType'])).toEqual([
      undefined,
      undefined,
    ]);
    await expect(practice.send({})).rejects.toMatchObject({ status: 400, code: 21610 });
  });

  test('a TwiML answer becomes a text back to the patient', async () => {
    const practice = await seedPractice({ inboundUrl: `${receiver.url}/answering` });
    await control.sendText(practice.id, { from: patient, body: 'Hello' });
    const [question, answer] = await control.messages(practice.id);
    expect(question).toMatchObject({ direction: 'inbound', body: 'Hello', status: 'received' });
    expect(answer).toMatchObject({
      direction: 'outbound-reply',
      to: patient,
      body: 'Not monitored & closed.',
    });
  });
});

test('a text accepted before the connection broke can be found by its recipient', async () => {
  const practice = await seedPractice();
  await control.plantFault(practice.id, { match: { method: 'POST' }, fault: { kind: 'reset-after' } });
  await expect(practice.send({})).rejects.toThrow();
  expect(await practice.client.messages.list({ to: patient })).toHaveLength(1);
});

test('lookup tells a landline from a mobile, and an invalid number with 200', async () => {
  const practice = await seedPractice({ numbers: { '+16175550145': 'undelivered:30006' } });
  const type = async (number: string) => {
    const found = await practice.client.lookups.v2
      .phoneNumbers(number)
      .fetch({ fields: 'line_type_intelligence' });
    return [found.valid, found.lineTypeIntelligence?.type];
  };
  expect(await type(patient)).toEqual([true, 'mobile']);
  expect(await type('+16175550145')).toEqual([true, 'landline']);
  expect(await type('+1617555014299')).toEqual([false, undefined]);
});

test('dates are practice time, and accounts do not see each other', async () => {
  const practice = await seedPractice({
    clock: { segments: [{ real: Date.now(), practice: Date.UTC(2026, 2, 2, 13), factor: 1 }] },
  });
  const { sid, dateCreated } = await practice.send({});
  expect(dateCreated.toISOString()).toMatch(/^2026-03-02T13:0/);
  const other = await seedPractice();
  await expect(other.client.messages(sid).fetch()).rejects.toMatchObject({ status: 404 });
});

async function seedPractice(change: Partial<TwilioSeed> = {}) {
  const id = `practice-${++seeded}`;
  const suffix = String(seeded).padStart(32, '0');
  const seed: TwilioSeed = {
    accountSid: `AC${suffix}`,
    authToken,
    messagingServiceSid: `MG${suffix}`,
    from: '+16175550100',
    inboundUrl: `${receiver.url}/inbound`,
    statusDelayMs: [1, 10],
    ...change,
  };
  await control.seed(id, seed);
  const from = receiver.received.length;
  const account = client(seed.accountSid, seed.authToken);
  type Options = Parameters<typeof account.messages.create>[0];
  return {
    id,
    seed,
    client: account,
    send: (options: Partial<Options>) =>
      account.messages.create({
        to: patient,
        body: 'Lab Clinic: you have a new message.',
        messagingServiceSid: seed.messagingServiceSid,
        ...options,
      }),
    receivedAt: (path: string) =>
      receiver.received
        .slice(from)
        .filter((r) => r.path === path)
        .map((r) => ({ ...r, params: Object.fromEntries(new URLSearchParams(r.body)) })),
  };
}

function client(accountSid: string, token: string) {
  return twilio(accountSid, token, { httpClient: new Redirected({ timeout: 10_000 }) });
}

class Redirected extends twilio.RequestClient {
  override request(options: Parameters<twilio.RequestClient['request']>[0]) {
    const { hostname, pathname, search } = new URL(options.uri);
    const uri = `${sandbox.url}/${hostname.split('.')[0]}${pathname}${search}`;
    return super.request({ ...options, uri } as never) as never;
  }
}

function header(headers: Received['headers'] | undefined): string {
  return String(headers?.['x-twilio-signature']);
}

type Entries = Parameters<Parameters<typeof journalUntil>[2]>[0];

function hasCallbacks(count: number) {
  return (entries: Entries) => entries.filter((e) => e.kind === 'callback').length >= count;
}

function statuses(entries: Entries) {
  return entries.filter((e) => e.kind === 'status').map((e) => e['status']);
}
