import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { FileInspection } from '../../src/starters/inspection.js';

const samples = resolve('test/data/samples');
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resultloop-inspect-'));
  folders.push(folder);
  return folder;
}

/** The command in an empty folder, with nothing in its environment and nothing running. */
function inspect(...args: string[]) {
  const run = spawnSync(process.execPath, [resolve('bin/resultloop.js'), 'inspect', ...args], {
    cwd: emptyFolder(),
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}
const parsed = (stdout: string) => JSON.parse(stdout) as FileInspection[];

describe('resultloop inspect', () => {
  const run = inspect(samples, '--json');
  const files = parsed(run.stdout).filter((one) => !one.file.endsWith('.md'));
  const named = (name: string) => files.find((one) => one.file.endsWith(name));

  test('judges all 56 genuine files, with no server and no configuration', () => {
    expect(run.status).toBe(0);
    expect(files).toHaveLength(56);
    const kinds = files.map((one) => one.kind);
    expect(kinds.filter((kind) => kind === 'hl7v2')).toHaveLength(32);
    expect(kinds.filter((kind) => kind === 'fhir')).toHaveLength(23);
    expect(kinds.filter((kind) => kind === 'athenahealth')).toHaveLength(1);
  });

  test('prints exactly the agreed shape', () => {
    expect(named('us-core-observation-serum-potassium.json')).toEqual({
      file: join(samples, 'fhir/us-core-observation-serum-potassium.json'),
      kind: 'fhir',
      accepted: true,
      rejection: null,
      tier: 'normal',
      results: [
        {
          kind: 'lab',
          tier: 'normal',
          urgency: 'minor',
          status: 'final',
          sensitive: [],
          patient: { id: 'example', authority: null, family: null, given: null, birthDate: null, sex: null },
          orderingProvider: null,
          placer: null,
          filler: null,
          test: { code: '2823-3', system: 'LOINC', name: 'Potassium, Blood' },
          orderedAt: null,
          collectedAt: '2005-07-05',
          reportedAt: null,
          receivedAt: null,
          specimen: 'Serum specimen',
          performingLab: null,
          observations: [
            {
              code: '2823-3',
              system: 'LOINC',
              name: 'Potassium, Blood',
              value: '5.4',
              comparator: null,
              unit: 'mmol/L',
              canonicalValue: '5.4',
              canonicalUnit: 'mmol/L',
              range: '3.5-5.5',
              flag: 'N',
              status: 'final',
              tier: 'normal',
              reasons: [{ step: 10, rule: 'normal-proof', text: 'K 5.4 mmol/L, interval sent 3.5-5.5' }],
            },
          ],
          warnings: [
            'No ordering provider is named',
            'The patient is only named by an id; name, birth date and sex are not in the message',
          ],
        },
      ],
    });
  });

  test('a file is as bad as its worst result; what is no message is rejected with a reason', () => {
    const order = [null, 'void', 'normal', 'review', 'abnormal', 'critical'];
    for (const { tier, results, accepted, rejection } of files) {
      if (!accepted) expect([tier, results, typeof rejection]).toEqual(['reject', [], 'string']);
      else if (results.length === 0) expect([tier, rejection]).toEqual(['none', null]);
      else expect(order.indexOf(tier)).toBe(Math.max(...results.map((result) => order.indexOf(result.tier))));
    }
    expect(named('22-invalid-missing-msh.hl7')).toMatchObject({ accepted: false, tier: 'reject' });
  });

  test('nothing that needs a person comes out normal', () => {
    const needsSomebody = [
      1, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 18, 19, 22, 23, 24, 25, 26, 27, 28, 29, 32,
    ];
    for (const number of needsSomebody) {
      const file = files.find((one) => one.file.includes(`/hl7/${String(number).padStart(2, '0')}-`));
      expect([number, file?.tier]).not.toEqual([number, 'normal']);
      expect(file).toBeDefined();
    }
  });

  test('G4: a table without --json: one line a result', () => {
    const plain = inspect(join(samples, 'fhir/observation-example-f001-glucose.json'));
    expect(plain.status).toBe(0);
    expect(plain.stdout).toContain('abnormal');
    expect(plain.stdout).toContain('Glucose 6.3 mmol/l, interval sent 3.1-6.2: above');
    expect(plain.stderr).toContain('no medical director has signed');
  });

  test('a comparator stands beside its value; a child is "minor"', () => {
    const folder = emptyFolder();
    const sodium = JSON.parse(
      readFileSync(join(samples, 'fhir/us-core-observation-serum-sodium.json'), 'utf8'),
    ) as object;
    const child = {
      ...sodium,
      contained: [
        { resourceType: 'Patient', id: 'kid', birthDate: '1995-01-01', identifier: [{ value: 'K1' }] },
      ],
      subject: { reference: '#kid' },
      valueQuantity: { value: 200, comparator: '>', unit: 'mmol/L' },
    };
    writeFileSync(join(folder, 'child.json'), JSON.stringify(child));
    const [file] = parsed(inspect(join(folder, 'child.json'), '--json').stdout);
    expect(file?.results[0]).toMatchObject({
      sensitive: ['minor'],
      observations: [{ value: '200', comparator: '>' }],
    });
  });

  test('exit code 1 when a file could not be read; the others are still judged', () => {
    const missing = inspect('no-such-file', join(samples, 'fhir/synthea-bmp.json'), '--json');
    expect(missing.status).toBe(1);
    expect(parsed(missing.stdout).map((one) => [one.accepted, one.tier])).toEqual([
      [false, 'reject'],
      [true, 'abnormal'],
    ]);
    expect(missing.stdout).toContain('ENOENT');
    expect(inspect().status).toBe(2);
  });

  test("--practice takes that practice's rules and zone, and only signed ones (S000-25)", () => {
    const practice = join(emptyFolder(), 'practice');
    mkdirSync(practice);
    cpSync(resolve('config/example/settings.json'), join(practice, 'settings.json'));
    const rules = JSON.parse(readFileSync(resolve('config/example/rules.json'), 'utf8')) as {
      analytes: { id: string; limits?: { id: string; value: string }[] }[];
    };
    for (const limit of rules.analytes.flatMap((one) => one.limits ?? []))
      if (limit.id === 'potassium-high') limit.value = '5.3';
    writeFileSync(join(practice, 'rules.json'), JSON.stringify(rules));
    const potassium = join(samples, 'fhir/us-core-observation-serum-potassium.json');
    expect(parsed(inspect(potassium, '--practice', practice, '--json').stdout)[0]?.tier).toBe('critical');
    writeFileSync(join(practice, 'rules.json'), JSON.stringify({ ...rules, signedBy: null }));
    const unsigned = inspect(potassium, '--practice', practice);
    expect([unsigned.status, unsigned.stderr]).toEqual([1, expect.stringContaining('not signed')]);
  });
});
