import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { webhookUrlOf } from '../../src/activities/spruce-round.js';
import { addWebhook, retireOldWebhooks, webhooksNow } from '../../src/process/spruce-webhooks.js';
import { importPractice } from '../../src/store/practices.js';
import { spruceCall, spruceItem } from '../http/vendor-calls.js';
import { practiceId, SpruceDesk } from './spruce-desk.js';

let desk: SpruceDesk;
beforeAll(async () => void (desk = await SpruceDesk.open()), 60_000);
afterAll(() => desk.close());

const heard = async (secret: string) =>
  (await desk.web.send(spruceCall(spruceItem({ text: secret }), { secret }))).status === 204;
const secrets = async () => (await desk.practice()).connections.spruce.webhookSecrets;
const add = async () => addWebhook(desk.deps.store, await desk.practice(), desk.spruce);
const retire = () => retireOldWebhooks(desk.deps.store, practiceId, desk.spruce);
const endpoints = async () => (await webhooksNow(await desk.practice(), desk.spruce)).ours;

test('a secret is renewed without a moment in which nobody is heard: add, both speak, retire', async () => {
  expect(await heard('w')).toBe(true);
  expect(await retire()).toEqual({ missing: 'endpoint' });
  const { endpointId } = await add();
  const [newest = '', ...older] = await secrets();
  expect(older).toEqual(['w']);
  expect(newest.length).toBeGreaterThan(20);
  expect([await heard('w'), await heard(newest)]).toEqual([true, true]);
  expect(await endpoints()).toHaveLength(2);

  expect(await retire()).toEqual({ retired: 1 });
  expect(await secrets()).toEqual([newest]);
  expect([await heard('w'), await heard(newest)]).toEqual([false, true]);
  expect((await endpoints()).map((one) => one.endpointId)).toEqual([endpointId]);
  expect(await retire()).toEqual({ retired: 0 });
});

test('endpoints of others stay; a paused new one keeps the old', async () => {
  await desk.spruce.registerWebhook({ name: 'theirs', url: 'https://elsewhere.example/spruce' });
  const { endpointId } = await add();
  await desk.spruce.pauseWebhook(endpointId, true);
  expect(await retire()).toEqual({ missing: 'endpoint' });
  await desk.spruce.pauseWebhook(endpointId, false);
  expect(await retire()).toEqual({ retired: 1 });
  const urls = (await desk.spruce.webhookEndpoints()).map((one) => one.url).sort();
  expect(urls).toEqual(['https://elsewhere.example/spruce', webhookUrlOf(await desk.practice())].sort());
});

test('an import whose file names no secret keeps what only we know; one that names some counts', async () => {
  const practice = await desk.practice();
  const known = await secrets();
  const file = (webhookSecrets: string[]) => ({
    ...practice,
    connections: {
      ...practice.connections,
      spruce: { ...practice.connections.spruce, webhookSecrets, webhookEndpointId: undefined },
    },
  });
  await importPractice(desk.deps.store, file([]));
  expect(await secrets()).toEqual(known);
  expect((await desk.practice()).connections.spruce.webhookEndpointId).toBe(
    practice.connections.spruce.webhookEndpointId,
  );
  await importPractice(desk.deps.store, file(['named']));
  expect(await secrets()).toEqual(['named']);
});
