import { afterAll, expect, test } from '@jest/globals';
import { bmp } from './panels.js';
import { closeDeps, openPractice } from './practice.js';

afterAll(closeDeps);

const signed = { signedOn: '2026-01-01', recordedBy: 'Pia Nyman' };

test('S000-22, 23: without any agreement on record no vendor is called; a person is asked to tell, and an alarm stands', async () => {
  const p = await openPractice({
    factor: 1_800,
    connections: { agreements: { athenahealth: null, twilio: null, spruce: null } },
  });
  const patient = await p.patient({ spruce: true });
  await p.arrive(bmp(patient.id));
  const { id } = await p.result(patient);

  await p.task(id, 'callback');
  expect(await p.toldTo(patient)).toEqual([]);
  expect(await p.journal('twilio', 'message-created')).toEqual([]);
  const raised = (await p.alarms()).filter((a) => a.code === 'agreement-missing');
  expect(raised.map((a) => a.key.split('/')[3]).sort()).toEqual(['athenahealth', 'spruce', 'twilio']);
});

test('S000-22: an agreement that is not yet in force counts as none: the next channel tells, once', async () => {
  const p = await openPractice({
    factor: 1_800,
    connections: {
      agreements: { athenahealth: signed, twilio: { ...signed, signedOn: '2027-01-01' }, spruce: signed },
    },
  });
  const patient = await p.patient();
  await p.arrive(bmp(patient.id));
  const { id } = await p.result(patient, 'awaiting-acknowledgement');

  await p.event(id, 'message-confirmed', { channel: 'portal-note' });
  expect(await p.texts()).toEqual([]);
  expect(await p.portalNotes(patient)).toHaveLength(1);
});
