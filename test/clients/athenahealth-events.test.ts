import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  ourEvents,
  parseAthenaEvents,
  verifyAthenaSignature,
  wakesPoll,
  type EventSubscription,
} from '../../src/clients/athenahealth/index.js';

/** athenahealth's own example secret and the signatures of its example deliveries (test/data/specs/athenahealth/events). */
const secret = 'SecretHashKeyForConsumer1';
const published = {
  patient: '74c46018cd75fc09c7176a6ed3c98606230f826d27ae770d34a9fe4031354da7',
  order: 'f528cc71a3e0032482465fc4b55cda0f63d230e2072cbfdceb8c2feaf6a91838',
  appointment: 'a7cd1196b24559701f2fb699a364845c16d3a920455abf047042eb650e2c3563',
};
const delivery = (name: keyof typeof published) => ({
  secrets: [secret],
  rawBody: readFileSync(`test/data/specs/athenahealth/events/${name}.json`),
  header: `sha256=${published[name]}`,
});

describe('signatures of athenahealth events', () => {
  test.each(['patient', 'order', 'appointment'] as const)('the published %s delivery is accepted', (name) => {
    expect(verifyAthenaSignature(delivery(name))).toBe(true);
    const { header } = delivery(name);
    expect(
      verifyAthenaSignature({ ...delivery(name), header: header.toUpperCase().replace('SHA', 'sha') }),
    ).toBe(true);
  });

  test('every single changed byte of body or signature is refused, also added or missing white space', () => {
    const signed = delivery('patient');
    for (let at = 0; at < signed.rawBody.length; at += 1) {
      const rawBody = Buffer.from(signed.rawBody);
      rawBody[at] = (rawBody[at] ?? 0) ^ 1;
      if (verifyAthenaSignature({ ...signed, rawBody })) throw new Error(`byte ${at} of the body may change`);
    }
    for (let at = 'sha256='.length; at < signed.header.length; at += 1) {
      const other = signed.header[at] === '0' ? '1' : '0';
      const header = signed.header.slice(0, at) + other + signed.header.slice(at + 1);
      if (verifyAthenaSignature({ ...signed, header }))
        throw new Error(`digit ${at} of the header may change`);
    }
    expect(
      verifyAthenaSignature({ ...signed, rawBody: Buffer.concat([signed.rawBody, Buffer.from(' ')]) }),
    ).toBe(false);
    expect(verifyAthenaSignature({ ...signed, rawBody: signed.rawBody.subarray(0, -1) })).toBe(false);
  });

  test('either of two secrets serves during a change; another method, no secret, no header: refused, no error', () => {
    const signed = delivery('order');
    expect(verifyAthenaSignature({ ...signed, secrets: ['new', secret] })).toBe(true);
    for (const secrets of [[], [''], ['new']])
      expect(verifyAthenaSignature({ ...signed, secrets })).toBe(false);
    for (const header of [undefined, '', 'sha256=', published.order, `sha1=${published.order}`, 'sha256=zz'])
      expect(verifyAthenaSignature({ ...signed, header })).toBe(false);
  });
});

describe('what a delivery says', () => {
  test('id, topic, record, patient and department, from status and audit event', () => {
    const text = delivery('order').rawBody.toString('utf8');
    expect(parseAthenaEvents(text)).toEqual([
      {
        id: 'b594cd05-74e6-4b5e-9205-c618667ebf75',
        topic: 'Order.signoff',
        focus: { type: 'order', id: '157479' },
        practiceId: '195900',
        patientId: '8269',
        departmentId: '150',
      },
    ]);
    const [patient] = parseAthenaEvents(delivery('patient').rawBody.toString('utf8')) ?? [];
    expect(patient).toMatchObject({ topic: 'Patient.update', patientId: '1' });
  });

  test('several events in one bundle; those of results and patients wake the poll, others do not', () => {
    const body = JSON.stringify({
      resourceType: 'Bundle',
      entry: [
        {
          resource: {
            resourceType: 'SubscriptionStatus',
            topic: 'https://api.platform.athenahealth.com/fhir/r4/SubscriptionTopic/LabResult.create',
            notificationEvent: [{ id: 'a', focus: {} }, { id: 'b' }],
            somethingNew: true,
          },
        },
      ],
    });
    const events = parseAthenaEvents(body) ?? [];
    expect(events.map(({ id, focus }) => [id, focus])).toEqual([
      ['a', null],
      ['b', null],
    ]);
    expect(events.every(wakesPoll)).toBe(true);
    const [order] = parseAthenaEvents(delivery('order').rawBody.toString('utf8')) ?? [];
    expect(order && wakesPoll(order)).toBe(false);
  });

  test('anything else is no delivery, never an error', () => {
    for (const body of ['', '{', '[]', '{"resourceType":"Bundle"}', '{"resourceType":"Bundle","entry":[{}]}'])
      expect(parseAthenaEvents(body)).toBeNull();
  });
});

describe('how our subscriptions stand', () => {
  const now = Date.parse('2026-03-02T15:00:00Z');
  const endpoint = 'https://hooks.example/webhooks/athenahealth/riverside';
  const one = (topic: string, change: Partial<EventSubscription> = {}): EventSubscription => ({
    id: topic,
    topic,
    status: 'active',
    endpoint,
    end: '2027-01-01T00:00:00Z',
    ...change,
  });
  const look = (topics: string[], ...list: EventSubscription[]) =>
    ourEvents({ topics: async () => topics, list: async () => list }, endpoint, now);

  test('only what is offered counts, and only what leads to us', async () => {
    const state = await look(
      ['LabResult.create', 'LabResult.update', 'Claim.create'],
      one('LabResult.create'),
      one('LabResult.update', { endpoint: 'https://hooks.example/webhooks/athenahealth/other' }),
    );
    expect(state.offered).toEqual(['LabResult.create', 'LabResult.update']);
    expect(state.ours.map(({ id }) => id)).toEqual(['LabResult.create']);
    expect(state.silent).toEqual(['LabResult.update']);
  });

  test.each([
    ['one in error', { status: 'error' }, true],
    ['one switched off', { status: 'off' }, true],
    ['one that ended', { end: '2026-03-02T14:59:59Z' }, true],
    ['one that was just asked for', { status: 'requested' }, false],
    ['one without an end', { end: null }, false],
  ])('%s', async (_what, change, isSilent) => {
    const { silent } = await look(['LabResult.create'], one('LabResult.create', change));
    expect(silent).toEqual(isSilent ? ['LabResult.create'] : []);
  });

  test('the first end counts', async () => {
    const early = one('LabResult.update', { end: '2026-04-01T00:00:00Z' });
    const { endsAt } = await look(['LabResult.create', 'LabResult.update'], one('LabResult.create'), early);
    expect(endsAt).toBe(Date.parse('2026-04-01T00:00:00Z'));
  });
});
