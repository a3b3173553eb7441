import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { VendorError } from '../../src/clients/http/index.js';
import type { Vendor } from './athenahealth-server.js';
import { labDocument, startVendor } from './athenahealth-server.js';

let vendor: Vendor;
afterEach(() => vendor.stop());

const minute = 60_000;
const note = {
  patientId: '4102',
  departmentId: '150',
  internalNote: 'Told by text. [ref 7K3Q-P2]',
  autoClose: true,
};

async function thrown(call: Promise<unknown>): Promise<VendorError> {
  return call.then(
    () => {
      throw new Error('expected a VendorError');
    },
    (error: unknown) => error as VendorError,
  );
}

describe('token', () => {
  test('S000-65: the token is shared and renewed 5 minutes before it expires', async () => {
    vendor = await startVendor(() => labDocument());
    let now = Date.parse('2026-03-04T12:00:00Z');
    const client = vendor.client({ now: () => now });
    const read = () => client.labResult('4102', '1090321');

    await Promise.all([read(), read(), read()]);
    expect(vendor.tokens).toBe(1);
    now += 55 * minute - 1;
    await read();
    expect(vendor.tokens).toBe(1);
    now += 1;
    await Promise.all([read(), read()]);
    expect(vendor.tokens).toBe(2);
    expect(vendor.seen[0]).toMatchObject({
      form: { grant_type: 'client_credentials', scope: 'athena/service/Athenanet.MDP.*' },
      authorization: `Basic ${Buffer.from('resultloop:s3cret').toString('base64')}`,
    });
    expect(vendor.v1().at(-1)?.authorization).toBe('Bearer t2');
  });

  test('a 401 renews once, for all callers together, and then gives up without effect', async () => {
    let accepted = 't2';
    vendor = await startVendor((request, reply) => {
      if (request.headers.authorization === `Bearer ${accepted}`) return labDocument();
      return reply.code(401).type('text/plain').send('');
    });
    const client = vendor.client();
    await Promise.all([client.labResult('4102', '1090321'), client.labResult('4102', '1090321')]);
    expect(vendor.tokens).toBe(2);

    accepted = 'never';
    const calls = vendor.v1().length;
    expect(await thrown(client.createClinicalDocument(note))).toMatchObject({
      code: 'unauthorized',
      outcome: 'not-done',
    });
    expect(vendor.v1().length - calls).toBe(2);
  });

  test('a wrong secret names itself, is not kept, and a throttled token call says how long to wait', async () => {
    let status = 401;
    vendor = await startVendor(
      () => labDocument(),
      (_, reply) =>
        reply
          .code(status)
          .send(status === 200 ? { access_token: 'ok', expires_in: 3600 } : { error: 'invalid_client' }),
    );
    const client = vendor.client({ now: () => 20_000 });
    const error = await thrown(client.labResult('4102', '1090321'));
    expect(error).toMatchObject({ code: 'unauthorized', outcome: 'not-done' });
    expect(error.message).toContain('client secret');
    expect(error.message).not.toContain('s3cret');
    status = 429;
    expect(await thrown(client.labResult('4102', '1090321'))).toMatchObject({
      code: 'rate-limited',
      retryAfterMs: 40_000,
    });
    status = 200;
    expect(await client.labResult('4102', '1090321')).not.toBeNull();
  });
});

describe('changed feed', () => {
  test('rows come with ids as text; rows that are not understood come raw; nothing is dropped', async () => {
    const sample = JSON.parse(
      readFileSync('test/data/samples/athena/list-changed-lab-results.json', 'utf8'),
    ) as {
      labresults: unknown[];
    };
    vendor = await startVendor(() => ({
      labresults: [...sample.labresults, { labresultid: '7', patientid: '' }, 'odd'],
      totalcount: '9',
    }));
    const { rows, totalCount } = await vendor.client().changedLabResults({ limit: 100 });
    expect(totalCount).toBe(9);
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatchObject({
      labResultId: '1083590',
      patientId: '71111',
      departmentId: '5',
      providerId: '400',
      orderId: '1083594',
      state: 'CLOSED',
      observedAt: '2023-08-10T14:42:00-04:00',
    });
    expect(rows[2]).toMatchObject({ providerId: null, orderId: null, observedAt: null });
    expect(rows[3]).toMatchObject({ labResultId: '7', patientId: null });
    expect(rows[4]).toMatchObject({ labResultId: null, raw: 'odd' });
    expect(vendor.v1()[0]?.query).toEqual({ limit: '100' });
  });

  test('an empty feed is no error; replay asks in Eastern time and widens the doubled hour of autumn', async () => {
    vendor = await startVendor(() => ({ labresults: [], totalcount: 0 }));
    const client = vendor.client();
    expect(await client.changedLabResults()).toEqual({ rows: [], totalCount: 0 });
    await client.changedLabResults({ replay: { from: Date.parse('2026-03-04T13:00:00Z') } });
    // 01:30 happens twice on 1 November 2026.
    await client.changedLabResults({
      replay: { from: Date.parse('2026-11-01T05:30:00Z'), to: Date.parse('2026-11-01T05:45:00Z') },
    });
    expect(
      vendor
        .v1()
        .slice(1)
        .map((one) => one.query),
    ).toEqual([
      { showprocessedstartdatetime: '03/04/2026 08:00:00' },
      { showprocessedstartdatetime: '11/01/2026 00:30:00', showprocessedenddatetime: '11/01/2026 01:45:00' },
    ]);
  });

  test('a feed that needs setup says so; a feed call cut off may have consumed rows', async () => {
    let cut = false;
    vendor = await startVendor((_, reply) => {
      if (!cut)
        return reply
          .code(403)
          .type('application/json')
          .send('\n\n{"error":"Changed messages require setup (subscription) that has not been done."}');
      reply.hijack();
      reply.raw.destroy();
      return reply;
    });
    const client = vendor.client();
    expect(await thrown(client.changedLabResults())).toMatchObject({
      code: 'needs-setup',
      status: 403,
      outcome: 'not-done',
    });
    cut = true;
    expect(await thrown(client.changedLabResults())).toMatchObject({ code: 'network', outcome: 'unknown' });
  });

  test('subscribing is idempotent: posts only when not ACTIVE', async () => {
    let status = 'INACTIVE';
    vendor = await startVendor((request) => {
      if (request.method === 'POST') status = 'ACTIVE';
      return request.method === 'POST' ? { success: true } : { status, subscriptions: [] };
    });
    const client = vendor.client();
    expect(await client.ensureLabSubscription()).toEqual({ status: 'ACTIVE', subscribed: true });
    expect(await client.ensureLabSubscription()).toEqual({ status: 'ACTIVE', subscribed: false });
    expect(vendor.v1().filter((one) => one.method === 'POST')).toHaveLength(1);
  });
});

describe('reads', () => {
  test('a document comes out of its array of one; of another id it is refused; a missing one is null', async () => {
    let body: unknown = labDocument({ isreviewedbyprovider: '1', status: 'closed' });
    let status = 200;
    vendor = await startVendor((_, reply) => reply.code(status).type('application/json').send(body));
    const client = vendor.client();
    expect(await client.labResult('4102', '1090321')).toMatchObject({
      labResultId: '1090321',
      state: 'CLOSED',
      reviewedByProvider: true,
      lastModifiedUser: 'INTERFACE',
    });
    expect(await thrown(client.labResult('4102', '5'))).toMatchObject({
      code: 'bad-answer',
      outcome: 'not-done',
    });
    status = 404;
    body = '\n\n{"error":"The lab result does not exist."}';
    expect(await client.labResult('4102', '1090321')).toBeNull();
  });

  test('a wrong practice, path or page in HTML is never taken for a missing record', async () => {
    let body = '\n\n{"error":"Invalid practice.","detailedmessage":"The practice ID does not exist."}';
    vendor = await startVendor((_, reply) => reply.code(404).type('text/plain').send(body));
    const client = vendor.client();
    for (const next of [body, 'Service not registered with API gateway.', '<html>Not found</html>']) {
      body = next;
      expect(await thrown(client.patient('4102'))).toMatchObject({ code: 'not-found', outcome: 'refused' });
    }
  });

  test('HTML, cut JSON and an error page with status 200 are bad answers', async () => {
    let body = '';
    vendor = await startVendor((_, reply) => reply.type('text/html').send(body));
    const client = vendor.client();
    for (const next of ['<html>Sorry</html>', '[{"patientid":"41', '', '[]x', '"4102"', '[{}]']) {
      body = next;
      expect(await thrown(client.patient('4102'))).toMatchObject({ code: 'bad-answer', outcome: 'not-done' });
    }
  });

  test('a patient keeps the id that came, the ids merged into it, and restrictions', async () => {
    vendor = await startVendor(() => [
      { patientid: 5000, previouspatientids: ['4102', { patientid: 4103 }] },
    ]);
    expect(await vendor.client().patient('4102', { departmentId: '150' })).toMatchObject({
      patientId: '5000',
      previousPatientIds: ['4102', '4103'],
    });
    expect(vendor.v1()[0]?.query).toEqual({
      departmentid: '150',
      showportalstatus: 'true',
      showpreviouspatientids: 'true',
    });
  });

  test('providers and departments tolerate missing fields and odd types', async () => {
    vendor = await startVendor((request) =>
      request.url.includes('/providers')
        ? {
            providers: [
              { providerid: 71, npi: 1234567893, entitytype: 'Person' },
              { providerid: '72', entitytype: 'Room' },
            ],
            totalcount: '2',
          }
        : [{ departmentid: '150', timezonename: 'US/Eastern', patientdepartmentname: 'Main St' }],
    );
    const client = vendor.client();
    expect(await client.providers()).toMatchObject([
      { providerId: '71', npi: '1234567893', username: null, isPerson: true },
      { providerId: '72', npi: null, isPerson: false },
    ]);
    expect(await client.department('150')).toMatchObject({
      departmentId: '150',
      timeZone: 'US/Eastern',
      patientName: 'Main St',
    });
  });
});

describe('writes', () => {
  test('a chart note is form-encoded, and read back by its marker over all pages', async () => {
    vendor = await startVendor((request) => {
      if (request.method === 'POST') return { success: true, clinicaldocumentid: 1205 };
      const isSecond = request.url.includes('offset=1000');
      return {
        clinicaldocuments: isSecond
          ? [
              {
                clinicaldocumentid: 1205,
                internalnote: note.internalNote,
                status: 'closed',
                createddatetime: '2026-03-04T10:00:00-05:00',
              },
            ]
          : [{ clinicaldocumentid: '1', internalnote: '' }],
        totalcount: 1001,
        ...(!isSecond && {
          next: '/v1/195900/patients/4102/documents/clinicaldocument?DEPARTMENTID=150&LIMIT=1&OFFSET=1000',
        }),
      };
    });
    const client = vendor.client();
    expect(await client.createClinicalDocument(note)).toEqual({ documentId: '1205' });
    expect(vendor.v1()[0]).toMatchObject({
      contentType: expect.stringContaining('application/x-www-form-urlencoded'),
      form: {
        departmentid: '150',
        documentsubclass: 'CLINICALDOCUMENT',
        internalnote: note.internalNote,
        autoclose: 'true',
      },
    });
    const found = (await client.clinicalDocuments('4102', '150')).filter((one) =>
      one.internalNote?.includes('[ref 7K3Q-P2]'),
    );
    expect(found).toEqual([
      {
        documentId: '1205',
        internalNote: note.internalNote,
        status: 'CLOSED',
        createdAt: Date.parse('2026-03-04T15:00:00Z'),
      },
    ]);
  });

  test.each([
    ['200 with success "false"', 200, '{"success":"false","errormessage":"x"}', 'logical-failure', 'refused'],
    ['200 with success false in an array', 200, '[{"success":false}]', 'logical-failure', 'refused'],
    ['200 without an id', 200, '{"success":true}', 'bad-answer', 'unknown'],
    ['200 with cut JSON', 200, '{"success":tr', 'bad-answer', 'unknown'],
    [
      '400 after two line feeds',
      400,
      '\n\n{"missingfields":["departmentid"],"error":"Additional fields are required."}',
      'invalid',
      'refused',
    ],
    ['429 in HTML', 429, '<html>', 'rate-limited', 'not-done'],
    ['500', 500, '', 'unavailable', 'unknown'],
  ] as const)('a create answered %s says what may have happened', async (_, status, body, code, outcome) => {
    vendor = await startVendor((_request, reply) => reply.code(status).type('application/json').send(body));
    const error = await thrown(vendor.client().createClinicalDocument(note));
    expect(error).toMatchObject({ code, outcome, status });
    if (status === 400) expect(error.message).toContain('departmentid');
    expect(error.message).not.toContain('4102');
  });

  test('a reset during a create is unknown and is not repeated', async () => {
    vendor = await startVendor((_, reply) => {
      reply.hijack();
      reply.raw.destroy();
      return reply;
    });
    expect(await thrown(vendor.client().createPhoneMessage(note))).toMatchObject({
      code: 'network',
      outcome: 'unknown',
    });
    expect(vendor.v1()).toHaveLength(1);
  });

  test('notes accept a bare 1 or nothing as success', async () => {
    let body = '1';
    vendor = await startVendor((_, reply) => reply.type('application/json').send(body));
    const client = vendor.client();
    await client.addActionNote({ labResultId: '1090321', note: 'Signed by Dr. Okafor' });
    body = '';
    await client.noteToPatient({ patientId: '4102', labResultId: '1090321', note: 'All good.' });
    expect(vendor.v1().map((one) => [one.method, one.path, one.form])).toEqual([
      ['POST', '/v1/195900/documents/labresult/1090321/actions', { actionnote: 'Signed by Dr. Okafor' }],
      ['PUT', '/v1/195900/patients/4102/documents/labresult/1090321', { notetopatient: 'All good.' }],
    ]);
  });
});

test('S002-13: the call log has every call, token and reads too, and no id of anybody', async () => {
  vendor = await startVendor(() => labDocument());
  await vendor.client().labResult('4102', '1090321');
  expect(vendor.records.map((one) => [one.operation, one.status])).toEqual([
    ['token', 200],
    ['lab-result.read', 200],
  ]);
  expect(JSON.stringify(vendor.records.map(({ operation, method }) => [operation, method]))).not.toMatch(
    /4102|1090321/,
  );
});
