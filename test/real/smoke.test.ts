import { afterAll, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { closeDeps, openPractice } from './practice.js';

afterAll(closeDeps);

test('S000-T1: normal, mobile, opted in, English: one text with the exact words', async () => {
  const p = await openPractice();
  const patient = await p.patient({ firstname: 'Marta' });
  await p.post(bmp(patient.id));
  await p.poll();
  const text = await p.until('the text', async () => (await p.texts())[0]);
  expect(text.to).toBe(patient.phone);
  expect(text.body).toMatch(
    /^Hi Marta, your recent lab results are now in your patient portal\. View them here: https?:\/\/\S+\/p\/[A-Za-z0-9]{16}\. Reply STOP to opt out\.$/,
  );
  await p.until('closed', async () => (await p.results()).every((r) => r.closure !== null));
  expect(await p.texts()).toHaveLength(1);
});
