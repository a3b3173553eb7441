import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { intake } from '../../src/http/intake.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { Hl7Receiver } from '../../src/process/intake/hl7-door.js';
import { Quarantine } from '../../src/process/intake/quarantine.js';
import { listDeadLetters } from '../../src/store/dead-letters.js';
import { putSource, renewToken } from '../../src/store/sources.js';
import { labSource, oru } from '../intake/source.js';
import { DeskPractice } from '../starters/desk-practice.js';

let desk: DeskPractice;
let app: FastifyInstance;
let url: string;
let woken = 0;
const tokens = { hl7v2: '', fhir: '' };

beforeAll(async () => {
  desk = await DeskPractice.open();
  for (const format of ['hl7v2', 'fhir'] as const) {
    await putSource(desk.store, desk.practice, {
      ...labSource,
      id: `web-${format}`,
      format,
      receiver: { via: 'http' },
    });
    tokens[format] = await renewToken(desk.store, desk.practice.id, `web-${format}`);
  }
  const metrics = createMetrics();
  const log = createLogger('test', { level: 'silent' });
  const quarantine = new Quarantine('/nonexistent', desk.store.cipher);
  const hl7 = new Hl7Receiver({ store: desk.store, metrics, log }, quarantine, () => (woken += 1));
  app = Fastify();
  await app.register(
    intake({ store: desk.store, metrics, hl7, onStored: () => (woken += 1), bodyLimit: 100_000 }),
  );
  url = await app.listen({ port: 0, host: '127.0.0.1' });
}, 60_000);
afterAll(async () => {
  await app.close();
  await desk.close();
});

const post = async (path: string, body: string, token: string, type = 'application/octet-stream') => {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': type, ...(token && { authorization: `Bearer ${token}` }) },
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};
const stored = async () => (await desk.store.db.selectFrom('transmission').select('id').execute()).length;

test('without the token of a source for this kind of message nothing is read', async () => {
  for (const token of ['', 'rl_00000000000000000000000000000000', 'x', tokens.fhir]) {
    const answer = await post('/intake/hl7v2', oru(), token);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  }
  expect((await post('/intake/fhir', '{}', tokens.hl7v2)).status).toBe(401);
  expect(await stored()).toBe(0);
});

test('an HL7 v2 message is stored and answered with an acknowledgement; a wrong one is rejected', async () => {
  const answer = await post('/intake/hl7v2', oru(), tokens.hl7v2, 'x-application/hl7-v2+er7');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/hl7-v2']);
  expect(answer.text).toContain('MSA|AA|C1');
  const wrong = await post('/intake/hl7v2', oru().replace('ORU^R01', 'ADT^A01'), tokens.hl7v2);
  expect([wrong.status, wrong.text.includes('MSA|AR|C1')]).toEqual([400, true]);
  expect((await post('/intake/hl7v2', '{}', tokens.hl7v2)).status).toBe(400);
});

test('a FHIR body is stored, told apart from a re-send, and answered with an OperationOutcome', async () => {
  const before = woken;
  const first = await post('/intake/fhir', '{"resourceType":"Bundle"}', tokens.fhir, 'application/fhir+json');
  expect([first.status, JSON.parse(first.text).resourceType]).toEqual([202, 'OperationOutcome']);
  const again = await post('/intake/fhir', '{"resourceType":"Bundle"}', tokens.fhir, 'application/json');
  expect([again.status, woken - before]).toEqual([200, 1]);
  expect((await post('/intake/fhir', 'not json', tokens.fhir)).status).toBe(400);
  const letters = await listDeadLetters(desk.store, desk.practice);
  expect(letters.map((l) => l.reason)).toContain('not-json');
});

test('a body beyond the limit is refused and nothing of it is stored', async () => {
  const before = await stored();
  expect((await post('/intake/hl7v2', oru() + 'X'.repeat(200_000), tokens.hl7v2)).status).toBe(413);
  expect(await stored()).toBe(before);
});
