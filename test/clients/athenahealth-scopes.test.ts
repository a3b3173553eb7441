import { afterEach, expect, test } from '@jest/globals';
import { compareScopes, readScopes } from '../../src/clients/athenahealth/scopes.js';
import type { Vendor } from './athenahealth-server.js';
import { labDocument, startVendor } from './athenahealth-server.js';

let vendor: Vendor | undefined;
afterEach(() => vendor?.stop());

const v1 = 'athena/service/Athenanet.MDP.*';
const fhir = 'system/DiagnosticReport.read';
const note = { patientId: '4102', departmentId: '150', internalNote: 'x', autoClose: true };

/** A vendor whose tokens carry these scopes, one after another. */
async function granting(...scopes: (string | undefined)[]): Promise<Vendor> {
  let tokens = 0;
  return startVendor(
    (request) => (request.method === 'POST' ? { success: true, clinicaldocumentid: 1 } : labDocument()),
    () => {
      const scope = scopes[Math.min(tokens, scopes.length - 1)];
      tokens += 1;
      return { access_token: `t${tokens}`, expires_in: '3600', ...(scope !== undefined && { scope }) };
    },
  );
}

test('S000-68: what was asked for and not granted is named; one practice’s own scope is as good as all', () => {
  expect(compareScopes([v1, fhir], [fhir], '195900')).toMatchObject({
    missing: [v1],
    writesDocuments: false,
  });
  expect(compareScopes([v1, fhir], [v1, fhir, 'more'], '195900').missing).toEqual([]);
  expect(compareScopes([v1], ['athena/service/Athenanet.MDP.195900'], '195900')).toMatchObject({
    missing: [],
    writesDocuments: true,
  });
  expect(compareScopes([v1], ['athena/service/Athenanet.MDP.7'], '195900')).toMatchObject({
    missing: [v1],
    writesDocuments: false,
  });
  // The recorded answer does not say: nothing is known, nothing is claimed.
  expect(compareScopes([v1], null, '195900')).toMatchObject({ missing: [], writesDocuments: null });
});

test('scopes arrive as text, as a list, or not at all; an empty text grants nothing', () => {
  expect(readScopes(`${v1}  ${fhir}`)).toEqual([v1, fhir]);
  expect(readScopes([v1, 7, fhir])).toEqual([v1, fhir]);
  expect(readScopes(undefined)).toBeNull();
  expect(readScopes('')).toEqual([]);
});

test('S000-68: compared on every renewal; S000-69: without the scope a write is not even tried, reading goes on', async () => {
  vendor = await granting(v1, fhir, v1);
  const client = vendor.client();
  await client.createClinicalDocument(note);
  expect((await client.grants()).missing).toEqual([]);

  expect(await client.grants({ renew: true })).toMatchObject({ missing: [v1], writesDocuments: false });
  await expect(client.createClinicalDocument(note)).rejects.toMatchObject({
    code: 'forbidden',
    outcome: 'not-done',
    message: expect.stringContaining('scope'),
  });
  await client.labResult('4102', '1090321');
  expect(vendor.v1().map((call) => call.method)).toEqual(['POST', 'GET']);

  await client.grants({ renew: true });
  await client.createClinicalDocument(note);
  expect(vendor.v1().map((call) => call.method)).toEqual(['POST', 'GET', 'POST']);
});

test('S000-69: where the token says nothing, a call without effect tells', async () => {
  const answers = [
    [400, '{"missingfields":["departmentid"],"error":"Additional fields are required."}', 'allowed'],
    [404, '{"error":"The patient could not be found."}', 'allowed'],
    [403, '{"error":"Incorrect permissions."}', 'refused'],
    [401, '', 'refused'],
  ] as const;
  for (const [status, body, verdict] of answers) {
    vendor = await startVendor((_request, reply) => reply.code(status).send(`\n\n${body}`));
    expect(await vendor.client().probeDocumentWrite()).toBe(verdict);
    expect(vendor.v1()[0]).toMatchObject({ method: 'POST', form: {} });
    await vendor.stop();
  }
  vendor = await startVendor((_request, reply) => reply.code(503).send(''));
  await expect(vendor.client().probeDocumentWrite()).rejects.toMatchObject({ code: 'unavailable' });
});
