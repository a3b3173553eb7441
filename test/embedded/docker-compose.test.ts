import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { projectRoot } from '../../src/embedded/project-command.js';
import { searchAttributeTypes } from '../../src/workflows/contract.js';

// Without types of its own.
const { load } = createRequire(import.meta.url)('js-yaml') as { load(text: string): unknown };
const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

interface Service {
  image?: string;
  build?: string;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, unknown>;
  healthcheck?: unknown;
}
const text = read('docker-compose.yml');
const compose = load(text) as { services: Record<string, Service> };

describe('docker-compose.yml (checked against the schema; it was never run here)', () => {
  // Its ids ("id") and its name of the JSON schema draft are spelt in ways that ajv does not take; neither
  // constrains anything.
  const schema = JSON.parse(read('test/data/compose-spec/compose-spec.json'), (key, value: unknown) =>
    (key === 'id' && typeof value === 'string') || key === '$schema' ? undefined : value,
  ) as object;
  // The formats are Compose's own ("ports", "duration").
  const isValid = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(schema);

  function problems(document: unknown): unknown[] {
    isValid(document);
    return isValid.errors ?? [];
  }

  test('is valid by the Compose Specification', () => {
    expect(problems(compose)).toEqual([]);
  });

  test('and the check would notice: a misspelt key, a wrong type', () => {
    expect(problems({ services: { web: { imagee: 'x' } } })).not.toEqual([]);
    expect(problems({ services: { web: { image: 'x', init: 'often' } } })).not.toEqual([]);
  });

  test('every mounted file and every service it waits for exists', () => {
    for (const { volumes = [], depends_on = {} } of Object.values(compose.services)) {
      for (const file of volumes.filter((volume) => volume.startsWith('./'))) {
        expect(existsSync(join(projectRoot, file.split(':')[0] ?? ''))).toBe(true);
      }
      for (const name of Object.keys(depends_on)) expect(compose.services[name]).toBeDefined();
    }
  });

  test('every port is published on loopback only', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('no secret stands in it: each password comes from a variable that has no default', () => {
    const secrets = [...text.matchAll(/(?:PASSWORD|PWD): (.*)|:\/\/resultloop:([^@]+)@/g)];
    expect(secrets.length).toBeGreaterThan(3);
    for (const [, plain, inUrl] of secrets)
      expect(plain ?? inUrl).toMatch(/^\$\{POSTGRES_PASSWORD:\?[^}]+\}$/);
  });

  test('the namespace job registers the search attributes that the workflows use', () => {
    const registered = [
      ...read('tools/temporal/prepare-namespace.sh').matchAll(/--name (\w+) --type (\w+)/g),
    ];
    expect(Object.fromEntries(registered.map(([, name, type]) => [name, type]))).toEqual(
      searchAttributeTypes,
    );
  });
});
