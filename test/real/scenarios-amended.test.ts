import { afterAll, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { closeDeps, minute, openPractice, staff } from './practice.js';

afterAll(closeDeps);

test('S000-T14, 72: the same order and collection under a new internal id: no second message; a changed value: sign-off again, one update', async () => {
  const p = await openPractice({ factor: 200, settings: { noticeSettleMs: 5 * minute } });
  const patient = await p.patient({ spruce: true });
  const document = bmp(patient.id, { glucose: '156' });
  await p.arrive(document);
  const { id } = await p.result(patient, 'sign-off');
  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  await p.until('the message', async () => (await p.secureMessages()).length === 1);

  await p.arrive(document);
  await p.event(id, 'repeated');
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
  expect(await p.secureMessages()).toEqual([
    expect.objectContaining({ text: expect.stringContaining('about your recent results') as unknown }),
  ]);

  await p.decide(staff.okafor, id, { kind: 'sign-off', decision: 'release' });
  await p.event(id, 'message-left', { purpose: 'update', version: 2 });
  await p.until('the update', async () => (await p.secureMessages()).length > 1);
  const [, update, ...more] = await p.secureMessages();
  expect(more).toEqual([]);
  expect(update?.text).toContain('about an updated result. It replaces what we told you before.');
  expect(update?.text).toContain('201 mg/dL');
  expect(await p.resultsOf(patient)).toHaveLength(1);
});
