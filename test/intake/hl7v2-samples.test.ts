import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readHl7v2 } from '../../src/intake/hl7v2/index.js';
import { judge } from './judge.js';
import { hl7Samples, type Expected } from './hl7v2-samples.js';
import { hl7Values } from './hl7v2-values.js';

const folder = new URL('../data/samples/hl7/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.hl7'));
const source = { zone: 'America/New_York', name: 'test' };

test('every genuine message has its expectation', () => {
  expect(files.sort()).toEqual(Object.keys(hl7Samples).sort());
});

describe.each(files)('%s', (name) => {
  const bytes = readFileSync(new URL(name, folder));
  const received = readHl7v2(bytes, source);

  test('S003-18, 22: says what a person reads in it', () => {
    const results = received.verdict === 'results' ? received.results : [];
    const read = results.map((one): Expected => {
      const { report, patient: p, orderingProvider: o } = one;
      return [
        words(p.id, p.family, p.given, p.birthDate, p.sex),
        o ? words(o.id, o.npi, o.family, o.given) : 'nobody',
        words(one.placer, one.filler),
        report.test.code ?? report.test.name,
        report.status,
        report.observations.length,
        judge(one),
      ];
    });
    expect(read).toEqual(hl7Samples[name]?.results);
  });

  test('loses no observation', () => {
    const sent = bytes
      .toString('latin1')
      .split(/[\r\n]+/)
      .filter((line) => line.startsWith('OBX|')).length;
    const rows = received.verdict === 'results' ? received.results.flatMap((r) => r.report.observations) : [];
    if (received.verdict === 'results') expect(rows.length).toBeGreaterThanOrEqual(sent);
  });

  test('keeps every value', () => {
    if (received.verdict !== 'results') return;
    const values = received.results.flatMap(({ report }) => report.observations.map((row) => row.value));
    expect(values).toEqual(hl7Values[name]);
  });

  test('keys tell the rows of a result apart', () => {
    for (const { report } of received.verdict === 'results' ? received.results : []) {
      const keys = report.observations.map((row) => row.key);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});

function words(...parts: (string | null)[]): string {
  return parts.map((part) => part ?? '-').join(' ');
}
