import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { CallRecord, HttpRequest } from '../../src/clients/http/index.js';
import {
  createHttp,
  pathOf,
  retryAfterMs,
  statusFailure,
  VendorError,
} from '../../src/clients/http/index.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function vendor(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function failure(baseUrl: string, method: HttpRequest['method'], more: Partial<HttpRequest> = {}) {
  const records: CallRecord[] = [];
  const http = createHttp({
    vendor: 'spruce',
    baseUrl,
    timeoutMs: 150,
    onCall: (record) => records.push(record),
  });
  const error = await http
    .request({ operation: 'message.create', method, path: '/people/4102?name=Okonkwo', ...more })
    .then(
      () => null,
      (thrown: unknown) => thrown,
    );
  expect(error).toBeInstanceOf(VendorError);
  return { error: error as VendorError, records };
}

describe('what may have happened at the vendor', () => {
  test('a refused connection was surely not done, reads and writes alike', async () => {
    const url = await vendor(() => undefined);
    await new Promise((closed) => servers.pop()?.close(closed));
    const { error } = await failure(url, 'POST');
    expect(error).toMatchObject({ code: 'network', outcome: 'not-done', status: null });
  });

  test('a reset after the request was sent is unknown for a write and harmless for a read', async () => {
    const url = await vendor((request) => request.socket.destroy());
    expect((await failure(url, 'POST')).error).toMatchObject({ code: 'network', outcome: 'unknown' });
    expect((await failure(url, 'GET')).error).toMatchObject({ code: 'network', outcome: 'not-done' });
    expect((await failure(url, 'GET', { effect: 'write' })).error.outcome).toBe('unknown');
  });

  test('a vendor that never answers is a timeout, unknown for a write', async () => {
    const url = await vendor(() => undefined);
    expect((await failure(url, 'POST')).error).toMatchObject({ code: 'timeout', outcome: 'unknown' });
  });

  test('an answer cut off after a 200 is unknown for a write', async () => {
    const url = await vendor((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"id":', () => response.destroy());
    });
    expect((await failure(url, 'POST')).error).toMatchObject({ outcome: 'unknown', status: 200 });
  });

  test.each([
    [400, 'invalid', 'refused'],
    [401, 'unauthorized', 'not-done'],
    [403, 'forbidden', 'refused'],
    [404, 'not-found', 'refused'],
    [409, 'conflict', 'refused'],
    [429, 'rate-limited', 'not-done'],
    [500, 'unavailable', 'unknown'],
    [503, 'unavailable', 'unknown'],
    [302, 'bad-answer', 'unknown'],
  ] as const)('a write answered %i is %s and %s', (status, code, outcome) => {
    const call = { vendor: 'twilio', operation: 'message.create', effect: 'write', requestId: 'r' } as const;
    expect(statusFailure(call, { status, headers: new Headers() })).toMatchObject({ status, code, outcome });
  });
});

test('S002-13: every call is recorded, failed ones too, without path, query or body', async () => {
  const url = await vendor(() => undefined);
  const { error, records } = await failure(url, 'POST', { form: { text: 'potassium 6.4' } });
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    vendor: 'spruce',
    operation: 'message.create',
    method: 'POST',
    outcome: 'timeout',
  });
  expect(records[0]?.requestId).toBe(error.requestId);
  for (const phi of ['4102', 'Okonkwo', 'potassium', '6.4'])
    expect(JSON.stringify(records) + error.message + String(error.cause)).not.toContain(phi);
});

test('sends X-Request-Id, repeats list fields, leaves out absent ones and returns any status as it came', async () => {
  let got = { id: '', body: '' };
  const url = await vendor((request, response) => {
    request.setEncoding('utf8').on('data', (chunk: string) => (got.body += chunk));
    request.on('end', () => {
      got = { ...got, id: String(request.headers['x-request-id']) };
      response.writeHead(418, { 'x-request-id': 'rrt-1' }).end('short and stout');
    });
  });
  const records: CallRecord[] = [];
  const http = createHttp({
    vendor: 'twilio',
    baseUrl: `${url}/`,
    timeoutMs: 5000,
    onCall: (one) => records.push(one),
  });
  const answer = await http.request({
    operation: 'x',
    method: 'POST',
    path: '/a',
    form: { event: ['sent', 'failed'], none: null, yes: true },
  });
  expect(answer).toMatchObject({ status: 418, text: 'short and stout' });
  expect(got.body).toBe('event=sent&event=failed&yes=true');
  expect(records[0]).toMatchObject({
    status: 418,
    outcome: 'answered',
    requestId: got.id,
    vendorRequestId: 'rrt-1',
  });
});

test('Retry-After is read in seconds and as a date; paths encode what is put into them', () => {
  expect(retryAfterMs(new Headers({ 'retry-after': '12' }))).toBe(12_000);
  const inAMinute = retryAfterMs(new Headers({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }));
  expect(inAMinute).toBeGreaterThan(50_000);
  expect(retryAfterMs(new Headers({ 'retry-after': 'soon' }))).toBeNull();
  expect(pathOf`/patients/${'1/../2?x'}/documents`).toBe('/patients/1%2F..%2F2%3Fx/documents');
});
