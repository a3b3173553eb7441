import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { importPractice } from '../../src/store/practices.js';
import { buildWeb } from '../../src/web.js';
import { Loopback, type HttpCall } from './loopback.js';
import {
  messageSid,
  publicUrl,
  spruceCall,
  spruceItem,
  statusCallback,
  statusPath,
  text,
  textPath,
  twilioCall,
} from './vendor-calls.js';
import { WebDesk } from './web-desk.js';

let web: WebDesk;
beforeAll(async () => void (web = await WebDesk.open()), 60_000);
afterAll(() => web.close());

const rows = async () => (await web.inbound()).length;
const status = async (call: HttpCall) => (await web.send(call)).status;

describe('signatures', () => {
  test('are checked over the public address, whatever proxies make of host and path', async () => {
    const fields = {
      AccountSid: 'AC1',
      MessageSid: messageSid(),
      MessageStatus: 'sent',
      BrandNewField: 'ü &',
    };
    const behindProxy = {
      host: '10.0.0.7:8000',
      'x-forwarded-host': 'elsewhere.example',
      'x-forwarded-proto': 'http',
    };
    const path = `${statusPath}?e=0190&more=a%20b`;
    expect(await status(twilioCall(path, fields, { headers: behindProxy }))).toBe(204);
    const before = await rows();
    for (const signedFor of ['http://10.0.0.7:8000', 'https://elsewhere.example', `${publicUrl}:8443`])
      expect(await status(twilioCall(path, fields, { signedFor, headers: behindProxy }))).toBe(403);
    expect(await rows()).toBe(before);
  });

  test('one changed byte of body, address or signature is refused, and what to check is said', async () => {
    const call = text('+16175550181', 'I feel fine');
    const event = spruceItem({ text: 'I feel fine' });
    const before = await rows();
    const changed = [
      { ...call, payload: call.payload.replace('fine', 'fire') },
      { ...call, payload: `${call.payload}&Extra=1` },
      { ...call, url: `${call.url}?e=1` },
      { ...call, url: statusPath },
      { ...call, headers: { ...call.headers, 'x-twilio-signature': '' } },
      spruceCall(event.replace('fine', 'fire'), { signed: event }),
      spruceCall(`${event} `, { signed: event }),
      spruceCall(event, { secret: '' }),
    ];
    for (const request of changed) {
      const answer = await web.send(request);
      expect([request.url, answer.status]).toEqual([request.url, 403]);
      if (answer.status === 403)
        expect(JSON.parse(answer.body)).toEqual({
          error: 'The signature does not fit. Check the configured public URL and secret.',
        });
    }
    expect(await rows()).toBe(before);
    expect(await status(call)).toBe(200);
    expect(await status(spruceCall(event))).toBe(204);
    expect(await rows()).toBe(before + 2);
  });

  test('while a token or secret is changed both serve, and one practice’s serves no other', async () => {
    const { practice } = web.desk;
    const { id: _id, ruleSet, roster, settings, clock, goLiveAt, name } = practice;
    await importPractice(web.store, {
      ...{ id: 'hillside', athenaPracticeId: '195902', ruleSet, roster, settings, clock, goLiveAt, name },
      connections: {
        athenahealth: practice.connections.athenahealth,
        twilio: { ...practice.connections.twilio, authTokens: ['new', 'old'] },
        spruce: { ...practice.connections.spruce, webhookSecrets: ['new', 'old'] },
      },
    });
    const path = textPath.replace('riverside', 'hillside');
    const sprucePath = '/webhooks/spruce/hillside';
    for (const [token, code] of [
      ['new', 200],
      ['old', 200],
      ['t', 403],
      ['', 403],
    ] as const) {
      const fields = {
        AccountSid: 'AC1',
        MessageSid: messageSid(),
        From: '+16175550182',
        To: '+1',
        Body: 'x',
      };
      expect([token, await status(twilioCall(path, fields, { token }))]).toEqual([token, code]);
    }
    for (const [secret, code] of [
      ['new', 204],
      ['old', 204],
      ['w', 403],
    ] as const)
      expect(await status(spruceCall(spruceItem({}), { secret, path: sprucePath }))).toBe(code);
  });
});

describe('storing', () => {
  test('the same delivery is one row, however often, at whatever moment and under whichever token it comes', async () => {
    const before = await rows();
    const call = text('+16175550183', 'Can I eat before?');
    const event = spruceItem({ text: 'Can I eat before?' });
    const answers = await Promise.all(
      [...Array(12).keys()].map((i) => status(i % 2 ? spruceCall(event) : call)),
    );
    expect(new Set(answers)).toEqual(new Set([200, 204]));
    expect(await rows()).toBe(before + 2);

    const sid = messageSid();
    const again = { 'i-twilio-idempotency-token': 'a9c1' };
    for (const _ of [1, 2, 3]) await web.send(statusCallback(sid, 'sent'));
    for (const _ of [1, 2]) {
      const { headers, ...call } = statusCallback(sid, 'delivered');
      await web.send({ ...call, headers: { ...headers, ...again } });
    }
    expect(await rows()).toBe(before + 4);
  });

  test('comes before the answer: while the row cannot be written there is none', async () => {
    const { db } = web.store;
    let isAnswered = false;
    let answer: Promise<number> | undefined;
    const before = await rows();
    await db.transaction().execute(async (tx) => {
      await sql`lock table inbound in access exclusive mode`.execute(tx);
      answer = status(text('+16175550184', 'Thanks')).finally(() => void (isAnswered = true));
      for (;;) {
        const waiting = sql`select 1 from pg_locks where not granted and relation = 'inbound'::regclass`;
        if ((await waiting.execute(tx)).rows.length > 0) break;
      }
      expect(isAnswered).toBe(false);
    });
    expect(await answer).toBe(200);
    expect(await rows()).toBe(before + 1);
  });

  test('what cannot be stored is not taken: the vendor is told to come again, and its repeat is kept', async () => {
    const { db } = web.store;
    const call = text('+16175550185', 'Please call my daughter Ana');
    await sql`alter table inbound rename to inbound_away`.execute(db);
    const refused = await web.send(call);
    await sql`alter table inbound_away rename to inbound`.execute(db);
    expect(refused.status).toBe(500);
    const before = await rows();
    expect(await status(call)).toBe(200);
    expect(await rows()).toBe(before + 1);
  });

  test('nothing of a message is readable in its row', async () => {
    await web.send(text('+16175550186', 'My name is Planted Person'));
    await web.send(spruceCall(spruceItem({ text: 'My name is Planted Person' })));
    const stored = await web.store.db.selectFrom('inbound').selectAll().execute();
    expect(JSON.stringify(stored)).not.toMatch(/Planted|6175550186/);
  });
});

describe('bad input', () => {
  test('signed and unreadable: answered, kept, and a person is told', async () => {
    const sid = messageSid();
    const unreadable = [
      twilioCall(textPath, { AccountSid: 'AC1', Body: 'Who wrote this?' }),
      twilioCall(textPath, {
        AccountSid: `AC${'0'.repeat(32)}`,
        MessageSid: 'X1',
        From: '',
        To: '',
        Body: '',
      }),
      twilioCall(statusPath, { AccountSid: `AC${'0'.repeat(32)}`, MessageSid: sid }),
      spruceCall('{"object":"event"'),
      spruceCall('[]'),
      spruceCall(spruceItem({ createdAt: 'yesterday' })),
    ];
    const before = (await web.inbound()).map((r) => r.id);
    for (const request of unreadable) expect([200, 204]).toContain(await status(request));
    await web.settle();
    const kept = (await web.inbound()).filter((r) => !before.includes(r.id));
    expect(kept.map((r) => r.outcome)).toEqual(Array(6).fill('unreadable'));
    const alarms = await web.store.db
      .selectFrom('alarm')
      .select(['code', 'key'])
      .where(
        'key',
        'in',
        kept.map((r) => `inbound/${r.id}`),
      )
      .execute();
    expect(alarms.map((a) => a.code)).toEqual(Array(6).fill('inbound-unreadable'));
  });

  describe('the web process as it is started', () => {
    let started: Loopback;
    const connection = Connection.lazy({ address: '127.0.0.1:1' });
    beforeAll(async () => {
      const { store } = web;
      const log = createLogger('web', { level: 'silent' });
      const temporal = new Client({ connection });
      const own = { store, ring: store.ring, temporal, metrics: createMetrics(), log };
      const { app } = await buildWeb({
        ...own,
        temporalAddress: '',
        namespace: 'default',
        close: async () => undefined,
      });
      started = await Loopback.open(app);
    });
    afterAll(async () => {
      await started.close();
      await connection.close();
    });

    test('says of every request it cannot take what is wrong with it, and nothing of what it held', async () => {
      const call = text('+16175550187', 'Planted');
      const json = { 'content-type': 'application/json' };
      const tries: [number, HttpCall][] = [
        [413, { ...call, payload: `Body=${'Planted'.repeat(200_000)}` }],
        [403, { ...call, headers: { 'content-type': 'text/plain' } }],
        [415, { ...call, headers: { 'content-type': 'multipart/form-data; boundary=Planted' } }],
        [403, { ...call, headers: json }],
        [403, { method: 'POST', url: textPath }],
        [403, { ...call, url: '/webhooks/twilio/Planted/inbound' }],
        [404, { method: 'GET', url: textPath }],
        [404, { method: 'POST', url: '/webhooks/planted/riverside' }],
        [400, { method: 'POST', url: '/webhooks/twilio/%E0%A4%A/inbound' }],
      ];
      for (const [code, request] of tries) {
        const answer = await started.send(request);
        expect([code, answer.status, answer.body]).toEqual([code, code, answer.body]);
        expect(JSON.parse(answer.body)).toEqual({ error: expect.stringMatching(/\.$/) });
        expect(answer.body).not.toContain('Planted');
      }
    });

    test('a failure of ours names nothing of ours', async () => {
      await sql`alter table inbound rename to inbound_away`.execute(web.store.db);
      const answer = await started.send(text('+16175550188', 'Planted'));
      await sql`alter table inbound_away rename to inbound`.execute(web.store.db);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        500,
        { error: 'Something failed here; it was recorded.' },
      ]);
    });
  });
});
