import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OpenAPIBackend } from 'openapi-backend';
import type { Document } from 'openapi-backend';
import twilio from 'twilio';
import { createTwilioControl } from '../../src/sandbox/twilio/control.js';
import { startTwilioSandbox } from '../../src/sandbox/twilio/server.js';

const accountSid = `AC${'1'.repeat(32)}`;
const messagingServiceSid = `MG${'2'.repeat(32)}`;
const account = `/api/2010-04-01/Accounts/${accountSid}`;
let sandbox: Awaited<ReturnType<typeof startTwilioSandbox>>;

beforeAll(async () => {
  sandbox = await startTwilioSandbox();
  await createTwilioControl(sandbox.url).seed('practice', {
    accountSid,
    authToken: 'token',
    messagingServiceSid,
    from: '+16175550100',
    numbers: { '+16175550143': 'failed:30007' },
    statusDelayMs: [0, 1],
  });
});
afterAll(() => sandbox.close());

test('messages, lists, lookups and the service answer as the published OpenAPI documents say', async () => {
  const messages = await loadSpec('twilio_api_v2010.json');
  const lookups = await loadSpec('twilio_lookups_v2.json');
  const services = await loadSpec('twilio_messaging_v1.json');

  for (const To of ['+16175550142', '+16175550143']) {
    const form = { To, Body: 'Hello', MessagingServiceSid: messagingServiceSid };
    const created = await call('POST', `${account}/Messages.json`, form);
    expect(created.status).toBe(201);
    expect(messages(created.body, 'CreateMessage', 201)).toEqual([]);
    const fetched = await call('GET', `${account}/Messages/${String(created.body['sid'])}.json`);
    expect(messages(fetched.body, 'FetchMessage', 200)).toEqual([]);
  }
  const list = await call('GET', `${account}/Messages.json?PageSize=1`);
  expect(messages(list.body, 'ListMessage', 200)).toEqual([]);
  for (const number of ['+16175550142', '+1617']) {
    const found = await call('GET', `/lookups/v2/PhoneNumbers/${number}?Fields=line_type_intelligence`);
    expect(lookups(withoutNulls(found.body), 'FetchPhoneNumber', 200)).toEqual([]);
  }
  const service = await call('GET', `/messaging/v1/Services/${messagingServiceSid}`);
  expect(services(service.body, 'FetchService', 200)).toEqual([]);
});

test('every error has code, message, more_info and status', async () => {
  const answers = [
    await call('POST', `${account}/Messages.json`, { Body: 'Hello' }),
    await call('GET', `${account}/Messages/SM404.json`),
    await call('GET', `${account}/Nothing.json`),
    await call('GET', `${account}/Messages.json?PageSize=5000`),
  ];
  expect(answers.map((a) => [a.status, a.body['code']])).toEqual([
    [400, 21604],
    [404, 20404],
    [404, 20404],
    [400, 20001],
  ]);
  for (const { status, body } of answers)
    expect(body).toEqual({
      code: expect.any(Number),
      message: expect.any(String),
      more_info: expect.stringContaining('https://www.twilio.com/docs/errors/'),
      status,
    });
});

test('the package that signs our webhooks agrees with the worked example of the signature', () => {
  const params = {
    AccountSid: 'AC00000000000000000000000000000000',
    ApiVersion: '2010-04-01',
    From: '+12025550100',
    MessageSid: 'SM00000000000000000000000000000001',
    MessageStatus: 'delivered',
    MessagingServiceSid: 'MG00000000000000000000000000000000',
    RawDlrDoneDate: '2601051000',
    SmsSid: 'SM00000000000000000000000000000001',
    SmsStatus: 'delivered',
    To: '+12025550123',
  };
  const url = 'https://hooks.example.org/twilio/status?nid=42';
  expect(twilio.getExpectedTwilioSignature('00112233445566778899aabbccddeeff', url, params)).toBe(
    'KFo0cIYq8a5hXyxXDhlUSUPIQsQ=',
  );
});

async function call(method: string, path: string, form?: Record<string, string>) {
  const response = await fetch(sandbox.url + path, {
    method,
    headers: { authorization: `Basic ${Buffer.from(`${accountSid}:token`).toString('base64')}` },
    ...(form && { body: new URLSearchParams(form) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A function that lists what is wrong with an answer. */
async function loadSpec(file: string) {
  const url = new URL(`../data/specs/twilio/${file}`, import.meta.url);
  const definition = JSON.parse(readFileSync(url, 'utf8')) as Document;
  const api = new OpenAPIBackend({
    definition,
    quick: true,
    ajvOpts: { strict: false },
    customizeAjv: (ajv) => {
      const formats = 'phone-number http-method url int32 int64 currency uri uri-map date';
      for (const name of formats.split(' ')) ajv.addFormat(name, true);
      ajv.addFormat('date-time-rfc-2822', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/);
      ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      return ajv;
    },
  });
  await api.init();
  return (body: unknown, operation: string, status: number) =>
    api.validateResponse(body, operation, status).errors ?? [];
}

/** Lookup's own examples answer null where its schemas do not allow it. */
function withoutNulls(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (_key, value: unknown) => value ?? undefined);
}
