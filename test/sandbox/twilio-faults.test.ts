import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { VendorError } from '../../src/clients/http/index.js';
import { createTwilioClient, type TwilioClient } from '../../src/clients/twilio/index.js';
import { createTwilioControl, type FaultSeed, type TwilioControl } from '../../src/sandbox/twilio/control.js';
import { startTwilioSandbox } from '../../src/sandbox/twilio/server.js';

const accountSid = `AC${'4'.repeat(32)}`;
const messagingServiceSid = `MG${'5'.repeat(32)}`;
const clinic = '+16175550100';
const patient = '+16175550142';
const tenant = 'faults';
/** Real ms; a fault that hangs does so for longer. */
const timeoutMs = 400;

let sandbox: Awaited<ReturnType<typeof startTwilioSandbox>>;
let control: TwilioControl;
let client: TwilioClient;
let messageSid = '';
let callSid = '';

beforeAll(async () => {
  sandbox = await startTwilioSandbox();
  control = createTwilioControl(sandbox.url);
  await control.seed(tenant, {
    accountSid,
    authToken: 'token',
    messagingServiceSid,
    from: clinic,
    // Nothing moves by itself, so that the journal holds only what a row did.
    statusDelayMs: [600_000, 600_000],
  });
  client = createTwilioClient({
    accountSid,
    authToken: 'token',
    messagingServiceSid,
    baseUrl: sandbox.url,
    timeoutMs,
  });
  messageSid = (await client.sendText(text)).sid;
  callSid = (await client.placeCall(call)).sid;
});
afterAll(() => sandbox.close());

const text = {
  to: patient,
  body: 'Harbor Clinic: you have a new message.',
  statusCallback: 'https://hooks.example.org/status?e=1',
  validitySeconds: 600,
};
const call = {
  to: '+16175550160',
  from: clinic,
  url: 'https://hooks.example.org/voice?e=1',
  statusCallback: 'https://hooks.example.org/voice/status?e=1',
  ringSeconds: 25,
};

// [operation, the call, what it leaves in the journal: null for a read]
const operations: [string, () => Promise<unknown>, string | null][] = [
  ['text.send', () => client.sendText(text), 'message-created'],
  ['text.list', () => client.findTexts({ to: patient }), null],
  ['text.list (received)', () => client.receivedTexts({ to: clinic, since: 0 }), null],
  ['text.read', () => client.fetchText(messageSid), null],
  ['number.look-up', () => client.lookUp({ number: patient, lineType: true }), null],
  ['call.place', () => client.placeCall(call), 'call-created'],
  ['call.list', () => client.findCalls({ to: call.to }), null],
  ['call.read', () => client.fetchCall(callSid), null],
  ['call.end', () => client.endCall(callSid), 'call-ended'],
  ['account.read', () => client.account(), null],
  ['service.read', () => client.service(), null],
  ['service.numbers', () => client.senders(), null],
  ['service.campaigns', () => client.campaigns(), null],
  ['toll-free.verifications', () => client.tollFreeVerifications(), null],
];

interface Row {
  readonly name: string;
  readonly fault: FaultSeed['fault'];
  /** Code of the error, or null: it succeeds, late. */
  readonly code: string | null;
  readonly write: 'not-done' | 'refused' | 'unknown' | null;
  readonly read: 'not-done' | 'refused' | null;
  /** Whether a write is in the journal afterwards. */
  readonly done: boolean;
  readonly retryAfterMs?: number;
}

const status = (code: number, twilio: number, headers?: Record<string, string>): FaultSeed['fault'] => ({
  kind: 'status',
  status: code,
  body: { code: twilio, message: 'Sandbox', more_info: '', status: code },
  ...(headers && { headers }),
});

const faults: Row[] = [
  {
    name: '401',
    fault: status(401, 20003),
    code: 'unauthorized',
    write: 'not-done',
    read: 'not-done',
    done: false,
  },
  {
    name: '403',
    fault: status(403, 20403),
    code: 'forbidden',
    write: 'refused',
    read: 'refused',
    done: false,
  },
  {
    name: '404',
    fault: status(404, 20404),
    code: 'not-found',
    write: 'refused',
    read: 'refused',
    done: false,
  },
  {
    name: '409',
    fault: status(409, 20409),
    code: 'conflict',
    write: 'refused',
    read: 'refused',
    done: false,
  },
  {
    name: '429 with Retry-After',
    fault: status(429, 20429, { 'retry-after': '7' }),
    code: 'rate-limited',
    write: 'not-done',
    read: 'not-done',
    done: false,
    retryAfterMs: 7_000,
  },
  {
    name: '429 without',
    fault: status(429, 20429),
    code: 'rate-limited',
    write: 'not-done',
    read: 'not-done',
    done: false,
  },
  {
    name: '500, no JSON',
    fault: { kind: 'html', status: 500 },
    code: 'unavailable',
    write: 'unknown',
    read: 'not-done',
    done: false,
  },
  {
    name: 'reset before',
    fault: { kind: 'reset-before' },
    code: 'network',
    write: 'unknown',
    read: 'not-done',
    done: false,
  },
  {
    name: 'accepted, then reset',
    fault: { kind: 'reset-after' },
    code: 'network',
    write: 'unknown',
    read: 'not-done',
    done: true,
  },
  {
    name: 'accepted, then silence',
    fault: { kind: 'hang-after', ms: 2 * timeoutMs },
    code: 'timeout',
    write: 'unknown',
    read: 'not-done',
    done: true,
  },
  {
    name: 'malformed JSON',
    fault: { kind: 'truncated' },
    code: 'bad-answer',
    write: 'unknown',
    read: 'not-done',
    done: true,
  },
  { name: 'late', fault: { kind: 'delay', ms: 30 }, code: null, write: null, read: null, done: true },
];

const table = operations.flatMap(([operation, run, effect]) =>
  faults.map((fault) => [operation, fault.name, run, effect, fault] as const),
);

test.each(table)(
  '%s × %s',
  async (_operation, _fault, run, effect, { fault, code, write, read, done, retryAfterMs }) => {
    await control.clearFaults(tenant);
    await control.plantFault(tenant, { fault });
    const before = await count(effect);
    const error = await run().then(
      () => null,
      (reason: unknown) => reason as VendorError & { twilioCode?: number | null },
    );
    expect(error && { code: error.code, outcome: error.outcome }).toEqual(
      code === null ? null : { code, outcome: effect === null ? read : write },
    );
    expect(error?.retryAfterMs ?? null).toBe(retryAfterMs ?? null);
    // Neither number nor text in what is logged of an error.
    expect(`${error?.message ?? ''} ${error?.stack ?? ''}`).not.toMatch(/5550142|Harbor/);
    expect((await control.faults(tenant)).map((rule) => rule.hits)).toEqual([1]);
    if (effect !== null && effect !== 'call-ended') expect(await count(effect)).toBe(before + (done ? 1 : 0));
  },
);

test('the table has a row for every operation and every fault', () => {
  process.stdout.write(
    `Twilio fault table: ${operations.length} operations × ${faults.length} faults = ${table.length} rows\n`,
  );
  expect(table.length).toBeGreaterThan(100);
});

async function count(kind: string | null): Promise<number> {
  return (await control.journal(tenant)).filter((entry) => entry.kind === kind).length;
}
