import { afterAll, beforeAll, expect, test } from '@jest/globals';
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
    statusDelayMs: [0, 1],
  });
});
afterAll(() => sandbox.close());

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
