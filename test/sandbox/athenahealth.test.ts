import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { http, openSandbox, potassium, requestToken, secret } from './athenahealth-practice.js';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
beforeAll(async () => void (sandbox = await openSandbox()));
afterAll(() => sandbox.close());

describe('tokens (reference §1)', () => {
  test('Basic and body credentials work; expires_in is text and nothing else is told', async () => {
    const { url, clientId } = await sandbox.practice();
    expect((await requestToken(url, clientId)).json()).toEqual({
      access_token: expect.any(String),
      expires_in: '3600',
    });
    const inBody = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
      scope: 'x',
    };
    const answer = await http(`${url}/oauth2/v1/token`, {
      method: 'POST',
      body: new URLSearchParams(inBody),
    });
    expect(answer.status).toBe(200);
    expect((await requestToken(url, clientId, 'wrong')).json()).toMatchObject({ error: 'invalid_client' });
  });

  test('above the limit per minute: 429', async () => {
    const { url, clientId } = await sandbox.practice({ settings: { tokensPerMinute: 2 } });
    // Two of any three calls may fall on both sides of a minute; of five, three are in the same one.
    const calls = await Promise.all([1, 2, 3, 4, 5].map(() => requestToken(url, clientId)));
    expect(calls.map((call) => call.status)).toContain(429);
  });

  test('a call without bearer, with an expired token or for a practice not granted is 401', async () => {
    const practice = await sandbox.practice();
    const other = await sandbox.practice();
    const bare = await http(`${practice.url}/v1/${practice.id}/ping`);
    expect([bare.status, bare.text]).toEqual([401, 'Developer Inactive']);
    expect((await practice.call('GET', '/ping')).json()).toEqual({ Pong: 'true' });
    await practice.control.expireTokens(practice.id);
    expect((await practice.call('GET', '/ping')).status).toBe(401);
    await practice.login(other.clientId);
    expect((await practice.call('GET', '/ping')).json().error).toBe('Incorrect permissions.');
    await practice.login();
    expect((await practice.call('GET', '/ping')).status).toBe(200);
  });

  test('token life runs in real time, whatever the practice clock does', async () => {
    const now = Date.now();
    const practice = await sandbox.practice({
      clock: { segments: [{ real: now, practice: now, factor: 1_000_000_000 }] },
    });
    expect((await practice.call('GET', '/ping')).status).toBe(200);
  });
});

describe('conventions (reference §2, §3)', () => {
  test('details are arrays of one; numbers and booleans are text in string typing', async () => {
    const { call } = await sandbox.practice();
    expect((await call('GET', '/patients/4102')).json()).toEqual([
      {
        patientid: '4102',
        firstname: 'Dana',
        lastname: 'Okonkwo',
        departmentid: '150',
        consenttotext: 'true',
      },
    ]);
    expect((await call('GET', '/providers/71')).json()[0].npi).toBe('1999999984');
    expect((await call('GET', '/departments')).json()).toMatchObject({ totalcount: '1' });
  });

  test('native typing stays mixed: departmentid text, providerid and labresultid numbers', async () => {
    const { id, call, control } = await sandbox.practice({ settings: { typing: 'native' } });
    const [labResultId] = await control.postLabResults(id, [potassium]);
    const [document] = (await call('GET', `/patients/4102/documents/labresult/${labResultId}`)).json();
    expect(document).toMatchObject({ labresultid: labResultId, providerid: 71, departmentid: '150' });
    expect(document.observations[0].value).toBe('6.4');
  });

  test('errors are JSON behind two line feeds and name all missing fields', async () => {
    const { call } = await sandbox.practice();
    const missing = await call('POST', '/patients/4102/documents/clinicaldocument', { internalnote: 'x' });
    expect(missing.status).toBe(400);
    expect(missing.text.startsWith('\n\n{')).toBe(true);
    expect(missing.json().missingfields).toEqual(['departmentid', 'documentsubclass']);
    const wrongType = await call('GET', '/patients/4102/documents?departmentid=main');
    expect(wrongType.json().detailedmessage).toBe('Expecting type integer, but value is main');
    const lowerCase = { departmentid: '150', documentsource: 'patient', documentsubclass: 'PATIENTCASE' };
    const wrongEnum = await call('POST', '/patients/4102/documents/patientcase', lowerCase);
    expect(wrongEnum.json().detailedmessage).toContain(
      "'patient' did not match any of the enum values for SOURCE",
    );
  });

  test('a JSON body counts as no parameters', async () => {
    const { url, id, clientId } = await sandbox.practice();
    const token = (await requestToken(url, clientId)).json().access_token;
    const answer = await http(`${url}/v1/${id}/patients/4102/documents/clinicaldocument`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ departmentid: '150', documentsubclass: 'CLINICALDOCUMENT' }),
    });
    expect(answer.status).toBe(400);
    expect(answer.json().missingfields).toEqual(['departmentid', 'documentsubclass']);
  });

  test('multipart bodies are read like forms', async () => {
    const { url, id, clientId } = await sandbox.practice();
    const token = (await requestToken(url, clientId)).json().access_token;
    const body = new FormData();
    body.set('departmentid', '150');
    body.set('documentsubclass', 'CLINICALDOCUMENT');
    body.set('attachmentcontents', new Blob(['%PDF']), 'note.pdf');
    const headers = { authorization: `Bearer ${token}` };
    const target = `${url}/v1/${id}/patients/4102/documents/clinicaldocument`;
    expect((await http(target, { method: 'POST', headers, body })).json().success).toBe('true');
  });

  test('unknown paths are plain text 404, unknown practices JSON 404; ids and limits are on every answer', async () => {
    const practice = await sandbox.practice();
    const lost = await practice.call('GET', '/no/such/thing');
    expect([lost.status, lost.text]).toEqual([404, 'Service not registered with API gateway.']);
    const token = (await requestToken(practice.url, practice.clientId)).json().access_token;
    const own = await http(`${practice.url}/v1/1/ping`, {
      headers: { authorization: `Bearer ${token}`, 'x-request-id': 'mine' },
    });
    expect(own.json().error).toBe('Invalid practice.');
    expect(own.headers.get('x-request-id')).toBe('mine');
    for (const answer of [lost, await practice.call('GET', '/ping')]) {
      expect(answer.headers.get('x-request-id')).toMatch(/^rrt-/);
      expect(Number(answer.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0);
    }
  });

  test('writes may answer 200 with success false, and then did nothing', async () => {
    const { id, call, control } = await sandbox.practice({ settings: { writeAnswer: 'success-false' } });
    const form = { departmentid: '150', documentsubclass: 'CLINICALDOCUMENT', internalnote: 'x' };
    const answer = await call('POST', '/patients/4102/documents/clinicaldocument', form);
    expect([answer.status, answer.json().success]).toEqual([200, 'false']);
    expect(await control.chart(id)).toEqual([]);
  });

  test('patients: null, empty and missing stay apart; merged-out and restricted records are refused', async () => {
    const { id, call, control } = await sandbox.practice({ settings: { typing: 'native' } });
    await control.addPatients(id, [
      { patientid: '1', email: null, primaryproviderid: '' },
      { patientid: '2' },
      { patientid: '3', restricted: true },
    ]);
    expect((await call('GET', '/patients/1')).json()).toEqual([
      { patientid: '1', email: null, primaryproviderid: '' },
    ]);
    await control.changePatient(id, '2', { mergedinto: '1' });
    expect((await call('GET', '/patients/2')).status).toBe(404);
    const [survivor] = (await call('GET', '/patients/1?showpreviouspatientids=true')).json();
    expect(survivor.previouspatientids).toEqual(['2']);
    expect((await call('GET', '/patients/3')).status).toBe(403);
  });
});
