import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import formBody from '@fastify/formbody';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { Document } from 'openapi-backend';
import { OpenAPIBackend } from 'openapi-backend';
import type { CallRecord } from '../../src/clients/http/index.js';
import { VendorError } from '../../src/clients/http/index.js';
import type { TwilioClient } from '../../src/clients/twilio/index.js';
import { createTwilioClient, TwilioError } from '../../src/clients/twilio/index.js';

const accountSid = `AC${'0'.repeat(32)}`;
const messagingServiceSid = `MG${'0'.repeat(32)}`;
const textSid = `SM${'0'.repeat(31)}1`;
const patientNumber = '+16175550142';
const text = {
  to: patientNumber,
  body: 'Harbor Clinic: you have a new message. Call 617-555-0100.',
  statusCallback: 'https://hooks.example.org/twilio/status?eid=42',
  validitySeconds: 14_400,
};

/** Answers in place of Twilio; set per test. */
let answer: (request: FastifyRequest, reply: FastifyReply) => unknown;
let requests: FastifyRequest[];
let violations: unknown[];
let records: CallRecord[];

const server = fastify({ forceCloseConnections: true });
let contract: OpenAPIBackend;
let client: TwilioClient;

beforeAll(async () => {
  const spec = new URL('../data/specs/twilio/twilio_api_v2010.json', import.meta.url);
  contract = new OpenAPIBackend({
    definition: JSON.parse(await readFile(spec, 'utf8')) as Document,
    quick: true,
    ajvOpts: { strict: false, coerceTypes: 'array' },
    customizeAjv: (ajv) => {
      for (const name of [
        'phone-number',
        'http-method',
        'url',
        'int32',
        'int64',
        'currency',
        'date-time-rfc-2822',
        'date-time',
        'date',
        'uri',
      ])
        ajv.addFormat(name, true);
      return ajv;
    },
  });
  await contract.init();

  await server.register(formBody);
  server.all('/*', (request, reply) => {
    requests.push(request);
    const { pathname, search } = new URL(request.url, 'http://sandbox');
    const described = {
      method: request.method,
      path: pathname.replace(/^\/api/, ''),
      query: search.slice(1),
      headers: request.headers as Record<string, string>,
      body: request.body ?? undefined,
    };
    violations.push(...(contract.validateRequest(described).errors ?? []));
    return answer(request, reply);
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  client = clientWith({});
});

beforeEach(() => {
  requests = [];
  violations = [];
  records = [];
});

afterAll(() => server.close());

function clientWith(extra: { timeoutMs?: number; baseUrl?: string }): TwilioClient {
  const { port } = server.server.address() as AddressInfo;
  return createTwilioClient({
    accountSid,
    authToken: 'secret-token',
    messagingServiceSid,
    baseUrl: `http://127.0.0.1:${port}`,
    timeoutMs: 5_000,
    onCall: (record) => records.push(record),
    ...extra,
  });
}

function message(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    account_sid: accountSid,
    body: text.body,
    date_created: 'Mon, 05 Jan 2026 14:30:07 +0000',
    date_sent: null,
    direction: 'outbound-api',
    error_code: null,
    messaging_service_sid: messagingServiceSid,
    num_segments: '0',
    sid: textSid,
    status: 'accepted',
    to: patientNumber,
    ...over,
  };
}

const answers = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
  answer = (_request, reply) => reply.code(status).headers(headers).send(body);
};

async function failureOf(promise: Promise<unknown>): Promise<VendorError> {
  const error: unknown = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VendorError);
  return error as VendorError;
}

describe('sending', () => {
  test('a text goes to the sandbox with Basic auth, our callback and the practice’s sender, as the contract says', async () => {
    answers(201, message());
    await expect(client.sendText(text)).resolves.toEqual({ sid: textSid, status: 'accepted' });

    expect(requests).toHaveLength(1);
    const [request] = requests;
    expect(request?.url).toBe(`/api/2010-04-01/Accounts/${accountSid}/Messages.json`);
    const credentials = Buffer.from(`${accountSid}:secret-token`).toString('base64');
    expect(request?.headers.authorization).toBe(`Basic ${credentials}`);
    // The contract check has turned the form's texts into the types the contract names.
    expect(request?.body).toEqual({
      To: patientNumber,
      Body: text.body,
      MessagingServiceSid: messagingServiceSid,
      StatusCallback: text.statusCallback,
      ValidityPeriod: 14_400,
    });
    expect(violations).toEqual([]);
  });

  test('an opted-out number (21610) is refused, with what happens next and without the number in the message', async () => {
    answers(400, {
      code: 21610,
      message: `Attempt to send to unsubscribed recipient ${patientNumber}`,
      status: 400,
    });
    const error = (await failureOf(client.sendText(text))) as TwilioError;
    expect(error).toBeInstanceOf(TwilioError);
    expect(error).toMatchObject({
      code: 'invalid',
      outcome: 'refused',
      status: 400,
      twilioCode: 21610,
      failure: 'opted-out',
    });
    expect(`${error.message}${error.stack}`).not.toContain('5550142');
  });

  test('429 took nothing on: not-done, after the wait Twilio asks for, and the client itself tries once only', async () => {
    answers(429, { code: 20429, message: 'Too Many Requests', status: 429 }, { 'retry-after': '7' });
    const error = await failureOf(client.sendText(text));
    expect(error).toMatchObject({ code: 'rate-limited', outcome: 'not-done', retryAfterMs: 7_000 });
    expect(requests).toHaveLength(1);
  });

  test('a full sender queue (21611) is no refusal of the number', async () => {
    answers(400, { code: 21611, message: 'queue full', status: 400 });
    expect(await failureOf(client.sendText(text))).toMatchObject({
      outcome: 'not-done',
      failure: 'transient',
    });
  });

  test('wrong credentials (401, 20003) are unauthorized and blame nobody’s number', async () => {
    answers(401, { code: 20003, message: 'Authenticate', status: 401 });
    const error = await failureOf(client.sendText(text));
    expect(error).toMatchObject({ code: 'unauthorized', outcome: 'not-done', failure: 'configuration' });
  });

  test('an error page of a proxy is judged by its status alone', async () => {
    answers(503, '<html>Service Unavailable</html>', { 'content-type': 'text/html' });
    const error = await failureOf(client.sendText(text));
    expect(error).toMatchObject({
      code: 'unavailable',
      outcome: 'unknown',
      twilioCode: null,
      failure: 'unknown',
    });
  });

  test('no answer in time leaves the outcome unknown', async () => {
    answer = (_request, reply) => reply.hijack();
    const error = await failureOf(clientWith({ timeoutMs: 100 }).sendText(text));
    expect(error).toMatchObject({ code: 'timeout', outcome: 'unknown' });
  });

  test('a connection cut after the request leaves the outcome unknown', async () => {
    answer = (request, reply) => {
      reply.hijack();
      request.raw.socket.destroy();
    };
    expect(await failureOf(client.sendText(text))).toMatchObject({ code: 'network', outcome: 'unknown' });
  });

  test('a server that cannot be reached was surely not asked', async () => {
    const closed = fastify();
    await closed.listen({ host: '127.0.0.1', port: 0 });
    const { port } = closed.server.address() as AddressInfo;
    await closed.close();
    const error = await failureOf(clientWith({ baseUrl: `http://127.0.0.1:${port}` }).sendText(text));
    expect(error).toMatchObject({ code: 'network', outcome: 'not-done' });
  });

  test.each([
    ['half an answer', '{"sid": "SM'],
    ['an answer without the message’s id', { status: 'accepted' }],
  ])('%s leaves the outcome unknown: the text may be on its way', async (_name, body) => {
    answers(201, body, { 'content-type': 'application/json' });
    expect(await failureOf(client.sendText(text))).toMatchObject({ code: 'bad-answer', outcome: 'unknown' });
  });
});

describe('looking for a text', () => {
  test('texts are listed by number over all pages, without a date that would hide queued ones', async () => {
    const old = message({
      sid: `SM${'0'.repeat(31)}2`,
      body: null,
      date_created: 'Sun, 04 Jan 2026 09:00:00 +0000',
      status: 'delivered',
    });
    answer = (request) => {
      const isSecond = request.url.includes('PageToken');
      const next = `/2010-04-01/Accounts/${accountSid}/Messages.json?To=%2B16175550142&PageSize=1000&Page=1&PageToken=P1`;
      return isSecond
        ? { messages: [old], next_page_uri: null }
        : { messages: [message()], next_page_uri: next };
    };

    const all = await client.findTexts({ to: patientNumber });
    expect(all.map((one) => one.status)).toEqual(['accepted', 'delivered']);
    expect(all[0]).toEqual({
      sid: textSid,
      to: patientNumber,
      from: null,
      body: text.body,
      status: 'accepted',
      errorCode: null,
      direction: 'outbound-api',
      messagingServiceSid,
      mediaCount: 0,
      createdAt: Date.UTC(2026, 0, 5, 14, 30, 7),
    });
    expect(requests.map((request) => new URL(request.url, 'http://sandbox').searchParams.get('To'))).toEqual([
      patientNumber,
      patientNumber,
    ]);
    expect(requests.every((request) => !request.url.includes('DateSent'))).toBe(true);

    // Twilio keeps whole seconds: a text of the same second as the call that made it must be found.
    const since = Date.UTC(2026, 0, 5, 14, 30, 7, 650);
    expect(await client.findTexts({ to: patientNumber, since })).toHaveLength(1);
    expect(violations).toEqual([]);
  });

  test('an empty number is refused before Twilio could list the texts of every patient', async () => {
    expect(await failureOf(client.findTexts({ to: '' }))).toMatchObject({
      code: 'invalid',
      outcome: 'refused',
    });
    expect(requests).toEqual([]);
  });

  test('one text is read with its error code', async () => {
    answers(200, message({ status: 'undelivered', error_code: 30005 }));
    expect(await client.fetchText(textSid)).toMatchObject({ status: 'undelivered', errorCode: 30005 });
    expect(requests[0]?.url).toBe(`/api/2010-04-01/Accounts/${accountSid}/Messages/${textSid}.json`);
    expect(violations).toEqual([]);
  });
});

test('S002-13: every call leaves one record, and no record holds number, text or message id', async () => {
  answers(201, message(), { 'twilio-request-id': 'RQ1' });
  await client.sendText(text);
  answers(200, { messages: [message()], next_page_uri: null });
  await client.findTexts({ to: patientNumber });
  answers(404, { code: 20404, message: `Message ${textSid} not found`, status: 404 });
  await failureOf(client.fetchText(textSid));

  expect(records.map(({ operation, status }) => [operation, status])).toEqual([
    ['text.send', 201],
    ['text.list', 200],
    ['text.read', 404],
  ]);
  expect(records[0]?.vendorRequestId).toBe('RQ1');
  expect(JSON.stringify(records)).not.toMatch(/5550142|Harbor|SM0|AC0/);
});

test('a connection without token or sender is refused at once, in words', () => {
  const create = (): unknown => createTwilioClient({ accountSid, authToken: '', messagingServiceSid });
  expect(create).toThrow('auth token');
});
