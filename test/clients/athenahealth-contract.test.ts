import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { neededEndpoints } from '../../src/clients/athenahealth/index.js';
import { openSandbox } from '../sandbox/athenahealth-practice.js';
import { endpointOf, endpoints, eventCalls, fhirProblems, recorded, smart } from './athenahealth-lists.js';
import { fullPractice, tour, tourScopes, type Wire } from './athenahealth-tour.js';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
let wires: readonly Wire[] = [];
let functions = 0;
beforeAll(async () => {
  sandbox = await openSandbox();
  wires = await tour(await sandbox.practice(fullPractice));
  functions = new Set(wires.map((wire) => wire.by)).size - 1;
}, 60_000);
afterAll(() => sandbox.close());

const isV1 = (wire: Wire) => wire.path.startsWith('/v1/');
const listed = (wire: Wire) => endpointOf(wire.method, wire.path);
/** These leave required fields out on purpose: that they are refused for it is what they find out. */
const isProbe = (wire: Wire) => wire.by === 'checkEndpoints' || wire.by === 'probeDocumentWrite';

describe('S000-13: every request of the client', () => {
  test('v1: path, method and parameters are in the endpoint list, all required ones are sent', () => {
    const problems = wires.filter(isV1).flatMap((wire) => {
      const endpoint = listed(wire);
      const name = `${wire.by}: ${wire.method} ${wire.path}`;
      if (!endpoint) return [`${name} is not listed`];
      const params = endpoint.params ?? [];
      const sent = Object.keys({ ...wire.query, ...wire.form });
      return [
        ...sent
          .filter((one) => !['limit', 'offset'].includes(one) && !params.some((param) => param.name === one))
          .map((one) => `${name}: ${one} is not listed`),
        ...params
          .filter((param) => param.required && !sent.includes(param.name) && !isProbe(wire))
          .map((param) => `${name}: ${param.name} is required`),
      ];
    });
    expect(problems).toEqual([]);
    expect(wires.filter(isV1).length).toBeGreaterThan(60);
  });

  test('v1: forms, never JSON; reads and DELETE have their fields in the address; nothing goes to paths of old', () => {
    for (const wire of wires.filter(isV1)) {
      const type = wire.headers.get('content-type');
      if (wire.method === 'POST' || wire.method === 'PUT') expect(type).toContain('urlencoded');
      else expect([wire.by, type]).toEqual([wire.by, null]);
      expect(wire.headers.get('authorization')).toMatch(/^Bearer ./);
    }
  });

  test('FHIR: resource, interaction and search parameters are in the CapabilityStatement', () => {
    const calls = wires.filter((wire) => wire.path.startsWith('/fhir/'));
    const platform = calls.filter((wire) => /\/Subscription(Topic)?(\/|$)/.test(wire.path));
    const reads = calls.filter((wire) => !platform.includes(wire));
    expect(reads.flatMap((wire) => fhirProblems(wire.method, wire.path, wire.query))).toEqual([]);
    expect(new Set(reads.map((wire) => wire.path.split('/')[3]))).toEqual(
      new Set(['DiagnosticReport', 'Observation', 'Patient', 'Practitioner']),
    );
    // The check can fail.
    expect(fhirProblems('GET', '/fhir/r4/DiagnosticReport', { category: 'LAB' })).toHaveLength(1);
    expect(fhirProblems('POST', '/fhir/r4/DiagnosticReport', {})).toHaveLength(1);
    expect(fhirProblems('GET', '/fhir/r4/Observation', { patient: 'x', value: '1' })).toHaveLength(1);
    const made = platform.map((wire) => `${wire.method} ${wire.path.split('/')[3]}`);
    expect([...new Set(made)].sort()).toEqual([...eventCalls].sort());
    expect(platform.find((wire) => wire.method === 'POST')?.headers.get('x-hub-secret')).toBe('x');
  });

  test('tokens: endpoint, grant and client authentication are in the SMART configuration', () => {
    const token = wires.find((wire) => wire.path.endsWith('/token'));
    expect(token?.path).toBe(new URL(smart.token_endpoint).pathname);
    expect(smart.grant_types_supported).toContain(token?.form.grant_type);
    expect(token?.form.scope).toBe(tourScopes.join(' '));
    expect(token?.headers.get('authorization')).toMatch(/^Basic /);
    expect(smart.token_endpoint_auth_methods_supported).toContain('client_secret_basic');
  });

  test('what doctor is told about endpoints agrees with the list, permissioned rollout included', () => {
    const wrong = neededEndpoints.filter(({ method, endpoint, enabledPerPractice }) => {
      const found = endpoints.find(
        (one) => one.method === method && one.path === `/v1/{practiceid}${endpoint}`,
      );
      return !found || (found.permissionedRollout ?? false) !== enabledPerPractice;
    });
    expect(wrong).toEqual([]);
  });
});

test('coverage: the operations that are used, and where their shape is known from', () => {
  const rows = new Map<string, { by: Set<string>; statuses: Set<number> }>();
  for (const wire of wires) {
    const fhir = wire.path.startsWith('/fhir/');
    const [, , , type, id] = wire.path.split('/');
    const path = fhir
      ? `/fhir/r4/${type}${id === undefined ? '' : '/{id}'}`
      : (listed(wire)?.path ?? wire.path);
    const operation = `${wire.method} ${path.replace('/v1/{practiceid}', '')}`;
    const row = rows.get(operation) ?? { by: new Set(), statuses: new Set() };
    if (wire.by !== 'set-up') row.by.add(wire.by);
    row.statuses.add(wire.status);
    rows.set(operation, row);
  }
  const isRecorded = (operation: string) =>
    [operation, operation.replace(/\/(\w+)\/changed/, '/{feed}/changed')].some((name) => name in recorded);
  const lines = [...rows]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([operation, { by }]) => {
      return `${isRecorded(operation) ? 'recorded' : '-       '}  ${operation.padEnd(78)} ${[...by].join(', ')}`;
    });
  const share = lines.filter((line) => line.startsWith('recorded')).length;
  process.stdout.write(
    `${lines.join('\n')}\n${lines.length} operations of athenahealth used by ${functions} functions, ` +
      `${share} of them with a recorded answer; v1 list: ${endpoints.length} operations\n`,
  );
  expect(lines.length).toBeGreaterThan(60);
});
