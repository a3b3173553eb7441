import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDelivery } from '../../src/intake/read-delivery.js';
import { compareTiers } from '../../src/domain/rules/reason.js';
import {
  bundle,
  bytesOf,
  observation,
  potassium,
  quantity,
  read,
  report,
  source,
  tierOf,
} from './fhir-builders.js';

const runs = { numRuns: 150, seed: 20260302 };
const folder = 'test/data/samples/fhir';
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => readFileSync(`${folder}/${name}`));

const order = [null, 'void', 'normal', 'review', 'abnormal', 'critical'] as const;
const worstOf = (value: Parameters<typeof read>[0]) => {
  const received = read(value);
  if (received.verdict !== 'results') return null;
  return received.results
    .map(tierOf)
    .reduce((a, b) => (order.indexOf(a as never) > order.indexOf(b as never) ? a : b), null);
};

test('any bytes at all give a verdict', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(['results', 'none', 'reject']).toContain(readDelivery(bytes, source).verdict);
    }),
    runs,
  );
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => {
      expect(['results', 'none', 'reject']).toContain(readDelivery(bytesOf(json), source).verdict);
    }),
    runs,
  );
});

test('genuine files with bytes changed, cut out or put in never throw', () => {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.integer({ min: 0, max: 40 }),
    put: fc.uint8Array({ maxLength: 12 }),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(edit, { minLength: 1, maxLength: 5 }),
      (sample, edits) => {
        let bytes: Uint8Array = sample;
        for (const { at, cut, put } of edits) {
          const start = Math.floor(at * bytes.length);
          bytes = new Uint8Array([...bytes.subarray(0, start), ...put, ...bytes.subarray(start + cut)]);
        }
        expect(['results', 'none', 'reject']).toContain(readDelivery(bytes, source).verdict);
      },
    ),
    runs,
  );
});

test('genuine files with any part of another shape never throw', () => {
  const strange = fc.constantFrom<unknown>(null, true, 0, '', 'x', [], {}, [[]], [null], { a: [{}] });
  const parsed = samples.map((one) => JSON.parse(one.toString('utf8')) as unknown);
  fc.assert(
    fc.property(
      fc.constantFrom(...parsed),
      fc.array(fc.nat(400), { maxLength: 6 }),
      strange,
      (sample, at, put) => {
        let left = at;
        let count = 0;
        const twist = (value: unknown): unknown => {
          count += 1;
          if (left.includes(count)) {
            left = left.filter((one) => one !== count);
            return put;
          }
          if (Array.isArray(value)) return value.map(twist);
          if (typeof value !== 'object' || value === null) return value;
          return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, twist(one)]));
        };
        expect(['results', 'none', 'reject']).toContain(read(twist(sample)).verdict);
      },
    ),
    runs,
  );
});

const value = fc.oneof(
  fc.record({ valueString: fc.constantFrom('Negative', 'Positive', '4.1', 'hemolyzed') }),
  fc.integer({ min: 10, max: 90 }).map((tenths) => ({ valueQuantity: quantity(tenths / 10, 'mmol/L') })),
  fc.constant({ dataAbsentReason: { text: 'lost' } }),
);
const anyObservation = fc
  .record({
    code: fc.constantFrom('2823-3', '2951-2', '883-9', '99999-9'),
    status: fc.constantFrom('final', 'preliminary', 'corrected', 'cancelled', 'entered-in-error', 'zzz'),
    flag: fc.constantFrom('N', 'H', 'HH', 'S', null),
    value,
    inside: fc.constantFrom('report', 'contained', 'alone', 'member', 'component'),
  })
  .map((one) => one);

/** Every observation once, wherever it hangs, and no more. */
test('no observation is lost and none is counted twice', () => {
  fc.assert(
    fc.property(fc.array(anyObservation, { minLength: 1, maxLength: 8 }), (list) => {
      const made = list.map((one, at) => ({
        ...observation(`o${at}`, one.code, {
          ...one.value,
          status: 'final',
          note: [{ text: `mark-${at}.` }],
        }),
        where: one.inside,
      }));
      const where = (...places: string[]) => made.filter((one) => places.includes(one.where));
      const panel = observation('panel', '51990-0', {
        hasMember: where('member').map((one) => ({
          reference: `Observation/${String((one as { id?: unknown }).id)}`,
        })),
        component: where('component'),
        note: where('component').map((_, at) => ({ text: `component-${at}` })),
      });
      const named = where('report').map((one) => `Observation/${String((one as { id?: unknown }).id)}`);
      const received = read(
        bundle(
          report([...named, 'Observation/panel'], { contained: where('contained') }),
          panel,
          ...where('report', 'member', 'alone'),
        ),
      );
      const rows =
        received.verdict === 'results' ? received.results.flatMap((one) => one.report.observations) : [];
      made.forEach((one, at) => {
        if (one.where === 'component') return;
        expect(rows.filter((row) => row.note?.includes(`mark-${at}.`))).toHaveLength(1);
      });
      // The panel itself is a row only where it holds nothing together.
      const hasOwnRow = where('component', 'member').length === 0;
      expect(rows.length).toBe(made.length + (hasOwnRow ? 1 : 0));
    }),
    runs,
  );
});

test('adding an observation never lowers the tier', () => {
  const row = (one: { code: string; status: string; flag: string | null; value: object }, id: string) =>
    observation(id, one.code, {
      ...one.value,
      status: one.status,
      interpretation: one.flag === null ? [] : [{ coding: [{ code: one.flag }] }],
    });
  const rising = anyObservation.filter((one) => one.status === 'final' || one.status === 'corrected');
  fc.assert(
    fc.property(fc.array(rising, { minLength: 1, maxLength: 4 }), rising, (list, more) => {
      const rows = list.map((one, at) => row(one, `o${at}`));
      const names = rows.map((_, at) => `Observation/o${at}`);
      const before = worstOf(bundle(report(names), ...rows));
      const after = worstOf(bundle(report([...names, 'Observation/more']), ...rows, row(more, 'more')));
      expect(compareTiers(after, before)).toBeGreaterThanOrEqual(0);
    }),
    runs,
  );
});

test('normal stays out of reach when anything about a proved normal result is put in doubt', () => {
  const doubts: readonly Record<string, unknown>[] = [
    { status: 'preliminary' },
    { status: 'zzz' },
    { status: undefined },
    { subject: undefined },
    { subject: { reference: 'Group/g' } },
    { interpretation: [{ text: 'xyz' }] },
    { interpretation: [{ coding: [{ code: 'IND' }] }] },
    { valueQuantity: quantity(4.1, 'furlong') },
    { valueQuantity: { value: 4.1 } },
    { valueQuantity: undefined },
    { valueQuantity: undefined, valueString: 'fine' },
    { valueInteger: 4 },
    { valueQuantity: quantity(4.1, 'mmol/L', { comparator: '>' }) },
    { referenceRange: [{ low: quantity(5, 'mmol/L'), high: quantity(3, 'mmol/L') }] },
    { note: [{ text: 'Specimen hemolyzed' }] },
    { modifierExtension: [{ url: 'x' }] },
    { component: [{ code: { text: 'other' }, valueString: '?' }] },
    { hasMember: [{ reference: 'Observation/lost' }] },
    { code: { text: 'Something else' } },
    { category: [{ text: 'imaging' }] },
  ];
  expect(worstOf(potassium('4.1'))).toBe('normal');
  for (const doubt of doubts)
    expect([doubt, worstOf(potassium('4.1', doubt))]).not.toEqual([doubt, 'normal']);
});
