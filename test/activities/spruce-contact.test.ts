import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { matchContact } from '../../src/activities/spruce-contact.js';
import { createSpruceClient, type SpruceClient } from '../../src/clients/spruce/index.js';
import {
  createSpruceControl,
  type ContactSeed,
  type SpruceControl,
} from '../../src/sandbox/spruce/control.js';
import { startSpruceSandbox } from '../../src/sandbox/spruce/server.js';
import { card } from '../store/patient-card.js';

let sandbox: Awaited<ReturnType<typeof startSpruceSandbox>>;
let control: SpruceControl;
let spruce: SpruceClient;
let org: string;
let seeded = 0;

beforeAll(async () => {
  sandbox = await startSpruceSandbox();
  control = createSpruceControl(sandbox.url);
});
afterAll(() => sandbox.close());

const patient = card('44021');
const ours = 'athena-195901-44021';
const phone = patient.mobilePhone ?? '';
const dana: ContactSeed = {
  id: 'entity_DANA',
  givenName: 'Dana',
  familyName: 'TESTWELL ',
  dateOfBirth: '1968-07-19',
  phone,
  hasAccount: true,
};

async function among(...contacts: ContactSeed[]) {
  org = `org-${(seeded += 1)}`;
  await control.seed(org, { token: org, contacts });
  spruce = createSpruceClient({ baseUrl: `${sandbox.url}/v1`, token: org, timeoutMs: 5_000 });
}
const match = (create = false) => matchContact(spruce, patient, ours, { create, nowReal: Date.now() });
const links = async () =>
  (await control.contacts(org)).flatMap((c) => c.integrationLinks.map((link) => [c.id, link.externalId]));

test('L28: our link is the contact; an account reaches the patient, an invitation does not', async () => {
  await among({ ...dana, externalId: ours });
  expect(await match()).toEqual({ id: 'entity_DANA', standing: 'account', by: 'link' });
  await among({ ...dana, externalId: ours, hasAccount: false, hasPendingInvite: true });
  expect(await match()).toMatchObject({ standing: 'invited' });
  await among({ ...dana, externalId: ours, hasAccount: false });
  expect(await match()).toMatchObject({ standing: 'neither' });
});

test('without a link: number, birth date and name together, of nobody else; then it is linked', async () => {
  await among(dana, { ...dana, id: 'entity_CHILD', givenName: 'Kim', dateOfBirth: '2012-01-05' });
  expect(await match()).toEqual({ id: 'entity_DANA', standing: 'account', by: 'identity' });
  expect(await links()).toEqual([['entity_DANA', ours]]);
  expect(await match()).toMatchObject({ id: 'entity_DANA', by: 'link' });
});

test.each<[string, ContactSeed[]]>([
  ['another number', [{ ...dana, phone: '+16175550177' }]],
  ['another birth date', [{ ...dana, dateOfBirth: '1968-07-18' }]],
  ['no birth date', [{ ...dana, dateOfBirth: undefined }]],
  ['another name', [{ ...dana, givenName: 'Diana' }]],
  ['twins', [dana, { ...dana, id: 'entity_TWIN' }]],
  ['linked to another chart', [{ ...dana, externalId: 'athena-195901-9' }]],
])('%s: nobody is guessed, and nobody linked', async (_, contacts) => {
  await among(...contacts);
  const before = await links();
  expect(await match()).toBeNull();
  expect(await links()).toEqual(before);
});

test('created only when the practice wants it, once, linked, and not beside somebody of that name', async () => {
  await among();
  expect(await match()).toBeNull();
  expect(await control.contacts(org)).toEqual([]);
  // The answer is lost: the key is refused, and the contact that is there is linked.
  await control.plantFault(org, {
    match: { method: 'POST', path: '/contacts$' },
    fault: { kind: 'reset-after' },
  });
  await expect(match(true)).rejects.toMatchObject({ outcome: 'unknown' });
  expect(await match(true)).toMatchObject({ standing: 'neither', by: 'identity' });
  expect(await match(true)).toMatchObject({ standing: 'neither', by: 'link' });
  expect(await control.contacts(org)).toHaveLength(1);
  expect(await links()).toEqual([[expect.any(String), ours]]);

  await among({ ...dana, dateOfBirth: '1968-07-18' });
  expect(await match(true)).toBeNull();
  expect(await control.contacts(org)).toHaveLength(1);
});
