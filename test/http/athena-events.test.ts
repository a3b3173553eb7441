import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { InboundProcessor } from '../../src/http/inbound/processor.js';
import { athenaWebhook } from '../../src/http/webhooks/athenahealth.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { importPractice } from '../../src/store/practices.js';
import type { Tell } from '../../src/activities/tell.js';
import { DeskPractice } from '../starters/desk-practice.js';

const secret = 'shared-random-secret';
let desk: DeskPractice;
let app: FastifyInstance;
let url: string;
let processor: InboundProcessor;
let woken: string[] = [];

beforeAll(async () => {
  desk = await DeskPractice.open();
  const { practice, store } = desk;
  const { athenahealth } = practice.connections;
  await importPractice(store, {
    ...practice,
    connections: { ...practice.connections, athenahealth: { ...athenahealth, webhookSecrets: [secret] } },
  });
  const wakePoll = async (id: string) => {
    woken.push(id);
    return 'poll-woken';
  };
  const log = createLogger('test', { level: 'silent' });
  processor = new InboundProcessor({ store, tell: {} as Tell, wakePoll }, log);
  app = Fastify();
  await app.register(athenaWebhook({ store, metrics: createMetrics(), onStored: () => undefined }));
  url = await app.listen({ port: 0, host: '127.0.0.1' });
}, 60_000);
afterAll(async () => {
  await app.close();
  await desk.close();
});
beforeEach(() => void (woken = []));

/** A delivery as athenahealth builds it; `topic` decides what it is about. */
function bundle(ids: readonly string[], topic = 'LabResult.create', practice = '195901'): string {
  const focus = {
    identifier: { system: `urn:athenahealth:athenanet:labresult:${practice}`, value: '1090321' },
  };
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'history',
    entry: [
      {
        resource: {
          resourceType: 'SubscriptionStatus',
          topic: `https://api.platform.athenahealth.com/fhir/r4/SubscriptionTopic/${topic}`,
          notificationEvent: ids.map((id) => ({ id, eventNumber: '1', focus })),
        },
      },
    ],
  });
}

const sign = (body: string, signedWith = secret) =>
  `sha256=${createHmac('sha256', signedWith).update(body).digest('hex')}`;

async function post(body: string, signature?: string, practice = 'riverside'): Promise<number> {
  const answer = await fetch(`${url}/webhooks/athenahealth/${practice}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/fhir+json', ...(signature && { 'x-hub-signature': signature }) },
  });
  // Starting and stopping works off what is stored, once.
  processor.wake();
  await processor.stop();
  return answer.status;
}

const deliver = (body: string) => post(body, sign(body));

const outcomes = async () =>
  (
    await desk.store.db
      .selectFrom('inbound')
      .select(['dedupe_key', 'outcome'])
      .orderBy('received_real_at')
      .execute()
  ).map((row) => [row.dedupe_key, row.outcome]);

test('S000-36: an event is stored, answered with 200 and wakes the poll; its repeat does neither again', async () => {
  expect(await deliver(bundle(['e1']))).toBe(200);
  expect(woken).toEqual(['riverside']);
  expect(await deliver(bundle(['e1']))).toBe(200);
  expect(woken).toEqual(['riverside']);
  // The same event in a larger bundle: only the new one counts.
  expect(await deliver(bundle(['e1', 'e2']))).toBe(200);
  expect(woken).toHaveLength(2);
  expect(await outcomes()).toEqual([
    ['event/e1', 'poll-woken'],
    ['event/e2', 'poll-woken'],
  ]);
});

test('a changed byte, another secret, no signature or an unknown practice: 403, nothing stored, nothing woken', async () => {
  const before = await outcomes();
  const body = bundle(['e3']);
  expect(await post(body.replace('e3', 'e4'), sign(body))).toBe(403);
  expect(await post(body)).toBe(403);
  expect(await post(body, sign(body, 'another'))).toBe(403);
  expect(await post(body, sign(body), 'nowhere')).toBe(403);
  expect(await outcomes()).toEqual(before);
  expect(woken).toEqual([]);
});

test('other topics, other practices and unknown messages are kept and wake nobody', async () => {
  for (const body of [bundle(['e5'], 'Claim.create'), bundle(['e6'], 'LabResult.create', '7'), '{"hello":1}'])
    expect(await deliver(body)).toBe(200);
  expect(woken).toEqual([]);
  expect(
    (await outcomes())
      .slice(-3)
      .map(([, outcome]) => outcome)
      .sort(),
  ).toEqual(['ignored-topic', 'other-practice', 'unreadable']);
});
