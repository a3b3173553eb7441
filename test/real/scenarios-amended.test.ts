import { afterAll, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { closeDeps, openPractice, staff } from './practice.js';

afterAll(closeDeps);

test('S000-T14: the same order and collection under a new internal id: no second message; a changed value: sign-off again, one update', async () => {
  const p = await openPractice({ factor: 1_200 });
  const patient = await p.patient({ spruce: true });
  const document = bmp(patient.id, { glucose: '156' });
  await p.arrive(document);
  const { id } = await p.result(patient, 'sign-off');
  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  await p.until('the message', async () => (await p.secureMessages()).length === 1);

  const [again] = await p.arrive(document);
  await p.event(id, 'repeated');
  expect(again).not.toBe(undefined);
  const [same, ...others] = await p.resultsOf(patient);
  expect(others).toEqual([]);
  expect(same).toMatchObject({ id, current_version: 1, released_version: 1 });

  await p.arrive({
    ...document,
    resultstatus: 'Corrected',
    observations: bmp(patient.id, { glucose: '201' }).observations,
  });
  await p.event(id, 'amended', { kind: 'clinical', to: 2 });
  expect(await p.result(patient, 'sign-off')).toMatchObject({ id, released_version: null });
  // The same content once more, while the amended one is current: known, nothing to do.
  const before = await p.secureMessages();
  expect(before).toHaveLength(1);
  expect(before[0]?.text).toContain('about your recent results');

  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  await p.until('the update', async () => (await p.secureMessages()).length > 1);
  const [, update, ...more] = await p.secureMessages();
  expect(more).toEqual([]);
  expect(update?.text).toContain('about an updated result. It replaces what we told you before.');
  expect(update?.text).toContain('201 mg/dL');
  expect(await p.resultsOf(patient)).toHaveLength(1);
});
