import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import type { Vendor } from './athenahealth-server.js';
import { labDocument, startVendor } from './athenahealth-server.js';

interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly params?: readonly { readonly name: string; readonly required?: boolean }[];
}

const { endpoints } = JSON.parse(
  readFileSync('test/data/specs/athenahealth/v1-endpoints-2023.json', 'utf8'),
) as { endpoints: Endpoint[] };

function endpointOf(method: string, path: string): Endpoint | undefined {
  return endpoints.find((one) => {
    const pattern = one.path.replace(/\{[^}]+\}/g, '\\d+');
    return one.method === method && new RegExp(`^${pattern}$`).test(path);
  });
}

let vendor: Vendor;
afterEach(() => vendor.stop());

test('every v1 call of the client exists as listed, with known parameters and all required ones', async () => {
  const note = {
    patientId: '4102',
    departmentId: '150',
    providerId: '71',
    internalNote: 'x',
    autoClose: true,
  };
  vendor = await startVendor((request) => {
    const { pathname } = new URL(request.url, 'http://vendor');
    if (request.method === 'POST') return { success: true, clinicaldocumentid: 1, phonemessageid: 2 };
    if (request.method === 'PUT') return { success: true };
    if (pathname.endsWith('/subscription')) return { status: 'INACTIVE' };
    if (/labresult\/\d+$/.test(pathname)) return labDocument();
    if (/(patients|providers|departments)\/\d+$/.test(pathname))
      return [{ patientid: 1, providerid: 1, departmentid: 1 }];
    return request.url.includes('offset=')
      ? { rows: [], totalcount: 1 }
      : { rows: [], totalcount: 0, next: '/x?OFFSET=1' };
  });
  const client = vendor.client();
  await client.ensureLabSubscription();
  await client.changedLabResults({ limit: 100, replay: { from: 0, to: 1 } });
  await client.labResult('4102', '1090321');
  await client.labResultsOfPatient('4102', '150');
  await client.patient('4102', { departmentId: '150' });
  await client.provider('71');
  await client.providers();
  await client.department('150');
  await client.departments();
  await client.createClinicalDocument(note);
  await client.clinicalDocuments('4102', '150');
  await client.createPhoneMessage(note);
  await client.phoneMessages('4102', '150');
  await client.noteToPatient({ patientId: '4102', labResultId: '1090321', note: 'x' });
  await client.addActionNote({ labResultId: '1090321', note: 'x' });

  const problems: string[] = [];
  for (const call of vendor.v1()) {
    const endpoint = endpointOf(call.method, call.path);
    if (!endpoint) {
      problems.push(`${call.method} ${call.path} is not listed`);
      continue;
    }
    const listed = (endpoint.params ?? []).map((one) => one.name);
    const sent = Object.keys({ ...call.query, ...call.form });
    for (const name of sent)
      if (!listed.includes(name) && !['limit', 'offset'].includes(name))
        problems.push(`${endpoint.path}: ${name} is not listed`);
    for (const { name, required } of endpoint.params ?? [])
      if (required && !sent.includes(name)) problems.push(`${endpoint.path}: ${name} is required`);
  }
  expect(problems).toEqual([]);
  expect(
    new Set(vendor.v1().map((call) => `${call.method} ${endpointOf(call.method, call.path)?.path}`)).size,
  ).toBe(16);
});
