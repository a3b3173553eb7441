import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTwilioClient, type TwilioClient } from '../../src/clients/twilio/index.js';
import { createTwilioControl, type TwilioControl } from '../../src/sandbox/twilio/control.js';
import { startTwilioSandbox } from '../../src/sandbox/twilio/server.js';
import { journalUntil, startReceiver } from '../sandbox/webhook-receiver.js';
import { startContractProxy, type ContractProxy } from './twilio-contract-proxy.js';

const accountSid = `AC${'1'.repeat(32)}`;
const messagingServiceSid = `MG${'2'.repeat(32)}`;
const clinic = '+16175550100';
const patient = '+16175550142';
const landline = '+16175550143';
const provider = '+16175550160';

let sandbox: Awaited<ReturnType<typeof startTwilioSandbox>>;
let proxy: ContractProxy;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let control: TwilioControl;
let client: TwilioClient;

beforeAll(async () => {
  sandbox = await startTwilioSandbox();
  proxy = await startContractProxy(sandbox.url);
  receiver = await startReceiver(({ path }) => ({
    status: 200,
    body: path.startsWith('/voice') ? '<Response><Say>Good morning.</Say></Response>' : '',
  }));
  control = createTwilioControl(sandbox.url);
  await control.seed('practice', {
    accountSid,
    authToken: 'token',
    messagingServiceSid,
    from: clinic,
    apiKeys: [{ sid: `SK${'3'.repeat(32)}`, secret: 'key-secret' }],
    numbers: { [landline]: 'undelivered:30006' },
    phones: { [provider]: { answers: 'person' } },
    tollFreeStatus: 'TWILIO_APPROVED',
    statusDelayMs: [0, 2],
  });
  const options = {
    accountSid,
    authToken: 'token',
    messagingServiceSid,
    baseUrl: proxy.url,
    timeoutMs: 5_000,
  };
  client = createTwilioClient(options);
});

afterAll(async () => {
  await proxy.close();
  await sandbox.close();
  await receiver.close();
});

test('S000-13: every request of our client and every answer of the sandbox is as the published OpenAPI documents say', async () => {
  const text = {
    body: 'Harbor Clinic: you have a new message. Reply STOP to opt out.',
    statusCallback: `${receiver.url}/status?e=1#rc=3&rp=5xx,ct,rt`,
    validitySeconds: 14_400,
  };
  const sent = await client.sendText({ ...text, to: patient });
  await client.sendText({ ...text, to: landline });
  await journalUntil(control, 'practice', (all) => all.filter((e) => e.kind === 'callback').length >= 6);
  expect(await client.fetchText(sent.sid)).toMatchObject({ status: 'delivered', from: clinic });
  expect(await client.findTexts({ to: landline })).toMatchObject([
    { status: 'undelivered', errorCode: 30006 },
  ]);
  await control.sendText('practice', { from: patient, body: 'Thanks' });
  expect(await client.receivedTexts({ to: clinic, since: Date.now() - 86_400_000 })).toMatchObject([
    { from: patient, body: 'Thanks', direction: 'inbound' },
  ]);

  expect(await client.lookUp({ number: patient })).toMatchObject({
    valid: true,
    lineType: null,
    reassigned: null,
  });
  expect(await client.lookUp({ number: landline, lineType: true, verifiedOn: '2026-01-05' })).toEqual({
    valid: true,
    lineType: 'landline',
    reassigned: 'no',
  });
  expect(await client.lookUp({ number: '+1617', lineType: true })).toMatchObject({ valid: false });

  const call = await client.placeCall({
    to: provider,
    from: clinic,
    url: `${receiver.url}/voice?e=1`,
    statusCallback: `${receiver.url}/voice-status?e=1`,
    ringSeconds: 25,
  });
  await journalUntil(control, 'practice', (all) =>
    all.some((e) => e.kind === 'call-callback' && e['status'] === 'completed'),
  );
  expect(await client.fetchCall(call.sid)).toMatchObject({ to: provider, status: 'completed' });
  expect(await client.findCalls({ to: provider })).toHaveLength(1);
  await client.endCall(call.sid);

  expect(await client.account()).toEqual({ status: 'active', type: 'Full' });
  expect(await client.service()).toMatchObject({
    sid: messagingServiceSid,
    usecase: 'notifications',
    inboundUrl: null,
  });
  expect(await client.senders()).toMatchObject([{ number: clinic, kind: 'long-code' }]);
  expect(await client.campaigns()).toEqual([{ status: 'VERIFIED', usecase: 'CUSTOMER_CARE' }]);
  expect(await client.tollFreeVerifications()).toMatchObject([{ status: 'TWILIO_APPROVED' }]);

  // Errors have no place in the documents; the proxy holds them to Twilio's error form.
  await expect(client.fetchText(`SM${'0'.repeat(32)}`)).rejects.toMatchObject({ twilioCode: 20404 });
  await expect(client.sendText({ ...text, to: '+1555' })).rejects.toMatchObject({ twilioCode: 21211 });
  const key = { sid: `SK${'3'.repeat(32)}`, secret: 'key-secret' };
  const byKey = { accountSid, authToken: 'token', apiKey: key, messagingServiceSid, baseUrl: proxy.url };
  expect(await createTwilioClient(byKey).fetchText(sent.sid)).toMatchObject({ sid: sent.sid });

  const operations = [...proxy.used].sort().map(([name, count]) => `  ${name.padEnd(48)} ${count}`);
  process.stdout.write(
    `Twilio operations used, each request and answer checked:\n${operations.join('\n')}\n`,
  );
  expect(proxy.violations).toEqual([]);
  expect([...proxy.used.keys()].sort()).toEqual(allOperations);
});

/** Everything that our client can call; a new method has to be added to the walk above. */
const allOperations = [
  'twilio_api_v2010 CreateCall',
  'twilio_api_v2010 CreateMessage',
  'twilio_api_v2010 FetchAccount',
  'twilio_api_v2010 FetchCall',
  'twilio_api_v2010 FetchMessage',
  'twilio_api_v2010 ListCall',
  'twilio_api_v2010 ListMessage',
  'twilio_api_v2010 UpdateCall',
  'twilio_lookups_v2 FetchPhoneNumber',
  'twilio_messaging_v1 FetchService',
  'twilio_messaging_v1 ListPhoneNumber',
  'twilio_messaging_v1 ListShortCode',
  'twilio_messaging_v1 ListTollfreeVerification',
  'twilio_messaging_v1 ListUsAppToPerson',
];

test('the client has no method that the walk leaves out', () => {
  expect(Object.keys(client).sort()).toEqual(
    [
      ...[
        'account',
        'campaigns',
        'endCall',
        'fetchCall',
        'fetchText',
        'findCalls',
        'findTexts',
        'lookUp',
        'placeCall',
      ],
      ...['receivedTexts', 'sendText', 'senders', 'service', 'tollFreeVerifications'],
    ].sort(),
  );
});
