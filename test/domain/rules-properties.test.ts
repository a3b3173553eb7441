import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Observation } from '../../src/domain/result/report.js';
import type { ClassifiablePatient, ClassifyContext } from '../../src/domain/rules/classification.js';
import { classify } from '../../src/domain/rules/classify.js';
import { exact } from '../../src/domain/rules/decimal.js';
import { readFlag } from '../../src/domain/rules/flags.js';
import { parseRange, place } from '../../src/domain/rules/range.js';
import { compareTiers, compareUrgencies } from '../../src/domain/rules/reason.js';
import { parseSpan, parseValue } from '../../src/domain/rules/value.js';
import { classified, row, rules, version } from './rules-builders.js';

const runs = { numRuns: 400, seed: 20260302 };
const loincs = rules.analytes.flatMap((one) => [...one.loinc, ...one.molarLoinc]);
const units = [
  ...new Set(rules.analytes.flatMap((one) => [one.unit ?? '', ...one.otherUnits.map((unit) => unit.text)])),
];
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const number = fc
  .tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 99 }))
  .map(([a, b]) => `${a}.${b}`);
const anyRow: fc.Arbitrary<Observation> = fc.record({
  key: fc.uuid(),
  code: orNull(fc.oneof(fc.constantFrom(...loincs), fc.constant('99999-9'))),
  system: fc.constantFrom('LOINC', 'local', null),
  name: fc.constantFrom('Potassium', 'Glucose', 'TSH', 'Something'),
  value: orNull(
    fc.oneof(
      number,
      number.map((one) => `<${one}`),
      number.map((one) => `>${one}`),
      fc.constantFrom('Negative', 'Normal', 'QNS', 'x'),
      fc.string(),
    ),
  ),
  unit: orNull(fc.oneof(fc.constantFrom(...units), fc.string())),
  range: orNull(
    fc.oneof(
      fc.tuple(number, number).map(([a, b]) => `${a}-${b}`),
      number.map((one) => `<${one}`),
      fc.constantFrom('NEGATIVE', 'Not Estab.'),
      fc.string(),
    ),
  ),
  flag: orNull(fc.oneof(fc.constantFrom('N', 'H', 'L', 'A', 'HH', 'S', 'R', 'normal'), fc.string())),
  status: orNull(fc.constantFrom('final', 'F', 'P', 'X', 'corrected', 'zzz')),
  note: orNull(fc.oneof(fc.constantFrom('Fasting', 'hemolyzed', 'Critical value called'), fc.string())),
});
const anyPatient = orNull(
  fc.record({
    sex: orNull(fc.constantFrom('F' as const, 'M' as const)),
    ageYears: orNull(fc.integer({ min: 0, max: 99 })),
    pregnant: orNull(fc.boolean()),
  }),
);
const anyStatus = fc.constantFrom('preliminary', 'final', 'corrected', 'unknown') as fc.Arbitrary<
  'preliminary' | 'final' | 'corrected' | 'unknown'
>;

/** Rows that come close to normal, so that the proof is asked for often. */
const plausibleRow: fc.Arbitrary<Observation> = fc
  .record({
    analyte: fc.constantFrom(...rules.analytes),
    value: fc.oneof(
      number,
      fc.integer({ min: 0, max: 150 }).map(String),
      fc.constantFrom('Negative', 'Not Detected', 'Normal', 'clear', '0-5', '>60', '<1'),
    ),
    range: orNull(fc.constantFrom('0-1000', '0-100', '<50', '>10', 'Negative', '5-3')),
    flag: orNull(fc.constantFrom('N', 'H', 'S', 'NEG')),
    note: orNull(fc.constantFrom('Fasting', 'revised', 'hemolyzed')),
  })
  .map(({ analyte, ...rest }) => ({
    key: analyte.id,
    code: analyte.loinc[0] ?? analyte.molarLoinc[0] ?? null,
    system: 'LOINC',
    name: analyte.name,
    unit: analyte.unit,
    status: 'F',
    ...rest,
  }));
const anyContext: fc.Arbitrary<ClassifyContext> = fc.record({
  laboratory: orNull(fc.oneof(fc.constantFrom(...rules.laboratories.map((one) => one.id)), fc.string())),
  now: orNull(fc.integer()),
  previous: fc.array(
    fc.record({
      analyteId: fc.constantFrom(...rules.analytes.map((one) => one.id)),
      value: fc.oneof(number, fc.string()),
      unit: fc.constantFrom(...units),
      at: fc.integer({ min: Date.UTC(2026, 1, 1), max: Date.UTC(2026, 2, 3) }),
    }),
    { maxLength: 5 },
  ),
});

function proves(row: Observation, analyteId: string | null, canonicalValue: string | null): boolean {
  const analyte = rules.analytes.find((one) => one.id === analyteId);
  const text = (row.value ?? '').trim().toLowerCase().replace(/\.$/, '');
  if (!analyte) return false;
  if (analyte.qualitative?.negativeIsNormal && analyte.qualitative.negative.includes(text)) return true;
  const value = parseValue(row.value);
  const quantity = value.kind === 'number' ? value.quantity : parseSpan(row.value);
  const sent = parseRange(row.range, row.unit);
  if (!quantity) return false;
  if (sent.kind === 'interval') return place(quantity, sent.interval) === 'inside';
  const canonical = exact(canonicalValue ?? '') ?? quantity.number;
  return analyte.intervals.some(
    ({ low, high }) => (!low || canonical.gte(low.value)) && (!high || canonical.lte(high.value)),
  );
}

test('no input reaches normal without every value inside an applicable interval or on the negative list', () => {
  let normals = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        plausibleRow.map((row) => [row]),
        fc.array(fc.oneof(plausibleRow, anyRow), { maxLength: 3 }),
      ),
      fc.oneof(fc.constant('final' as const), anyStatus),
      fc.oneof(fc.constant({ sex: 'M' as const, ageYears: 50, pregnant: null }), anyPatient),
      anyContext,
      (rows, status, patient, context) => {
        const result = classify(version(rows, { status }), rules, patient, context);
        if (result.tier !== 'normal') return;
        normals += 1;
        expect(rows.length).toBeGreaterThan(0);
        expect(result.final).toBe(true);
        expect(patient).not.toBeNull();
        rows.forEach((row, at) => {
          const one = result.observations[at];
          expect({ row, proved: proves(row, one?.analyteId ?? null, one?.canonicalValue ?? null) }).toEqual({
            row,
            proved: true,
          });
          const said = readFlag(row.flag)?.meaning ?? 'silent';
          expect(['normal', 'silent']).toContain(said);
        });
      },
    ),
    { ...runs, numRuns: 1000 },
  );
  expect(normals).toBeGreaterThan(20);
});

test('what is known beside the version only raises: earlier values and a laboratory’s own codes', () => {
  fc.assert(
    fc.property(plausibleRow, anyPatient, anyContext, (row, patient, { previous = [], now = null }) => {
      const without = classify(version([row]), rules, patient);
      const with_ = classify(version([row]), rules, patient, { previous, now });
      expect(compareTiers(with_.tier, without.tier)).toBeGreaterThanOrEqual(0);
      expect(compareUrgencies(with_.urgency, without.urgency)).toBeGreaterThanOrEqual(0);
    }),
    runs,
  );
});

test('L46: whatever is signed for a patient, the laboratory’s critical flag stays critical and normal needs its proof', () => {
  const anyLimit = fc.record({
    id: fc.string(),
    analyteId: fc.constantFrom(...rules.analytes.map((one) => one.id)),
    replaces: fc.array(fc.constantFrom(...rules.analytes.flatMap((one) => one.limits.map(({ id }) => id)))),
    limit: fc.constant(null),
    signedBy: fc.record({ name: fc.string(), date: fc.constant('2026-01-01') }),
    reason: fc.string(),
    expiresAt: fc.integer(),
  });
  fc.assert(
    fc.property(plausibleRow, anyPatient, fc.array(anyLimit), (row, patient, patientLimits) => {
      const context = { patientLimits, now: 0 };
      const flagged = { ...row, flag: 'HH' };
      expect(classify(version([flagged]), rules, patient, context).tier).toBe('critical');
      const result = classify(version([row]), rules, patient, context);
      const [one] = result.observations;
      if (result.tier === 'normal')
        expect(proves(row, one?.analyteId ?? null, one?.canonicalValue ?? null)).toBe(true);
    }),
    runs,
  );
});

test('adding a row never lowers tier or urgency below what that row or the others had', () => {
  fc.assert(
    fc.property(
      fc.array(anyRow, { minLength: 1, maxLength: 3 }),
      anyRow,
      anyPatient,
      (rows, extra, patient) => {
        const before = classified(rows, {}, patient);
        const alone = classified([extra], {}, patient);
        const after = classified([...rows, extra], {}, patient);
        expect(compareTiers(after.tier, before.tier)).toBeGreaterThanOrEqual(0);
        expect(compareTiers(after.tier, alone.tier)).toBeGreaterThanOrEqual(0);
        expect(
          compareUrgencies(after.urgency, before.tier === null ? 'minor' : before.urgency),
        ).toBeGreaterThanOrEqual(0);
      },
    ),
    runs,
  );
});

test('a worse flag never lowers: HH is critical on every row that was performed', () => {
  fc.assert(
    fc.property(anyRow, anyPatient, (row, patient) => {
      const performed = { ...row, status: 'final', flag: 'HH' };
      expect(classified([performed], {}, patient).tier).toBe('critical');
    }),
    runs,
  );
});

test('a value further above the library’s interval never has a lower tier or urgency', () => {
  const measured = rules.analytes.filter((one) => one.unit !== null && one.limits.length > 0);
  const patient: ClassifiablePatient = { sex: 'M', ageYears: 50, pregnant: null };
  fc.assert(
    fc.property(fc.constantFrom(...measured), number, number, (analyte, a, b) => {
      const at = (value: string) =>
        classified([row(analyte.loinc[0] ?? null, value, { unit: analyte.unit })], {}, patient);
      const [low, high] = Number(a) < Number(b) ? [a, b] : [b, a];
      if (analyte.gate && Number(high) > Number(analyte.gate.high)) return;
      if (!at(low).reasons.some((one) => one.text.endsWith(': above'))) return;
      expect(compareTiers(at(high).tier, at(low).tier)).toBeGreaterThanOrEqual(0);
      expect(compareUrgencies(at(high).urgency, at(low).urgency)).toBeGreaterThanOrEqual(0);
    }),
    runs,
  );
});

test('any text in any field of anything is classified without an error and with a reason', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('^', '~', '1-', '<^', '\u0000'),
  );
  const wild = fc.record({
    key: text,
    code: orNull(text),
    system: fc.constantFrom('LOINC' as const, 'local' as const, null),
    name: text,
    value: orNull(text),
    unit: orNull(text),
    range: orNull(text),
    flag: orNull(text),
    status: orNull(text),
    note: orNull(text),
  });
  const known = fc.tuple(plausibleRow, wild).map(([row, { value, unit, range, flag, status, note }]) => {
    return { ...row, value, unit, range, flag, status, note };
  });
  const report = fc.record({
    note: orNull(text),
    test: fc.record({ code: orNull(text), system: fc.constantFrom('LOINC' as const, null), name: text }),
  });
  const context = fc.record({
    laboratory: orNull(text),
    now: orNull(fc.double()),
    previous: fc.array(fc.record({ analyteId: text, value: text, unit: text, at: fc.double() })),
  });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(wild, known), { minLength: 1, maxLength: 3 }),
      report,
      fc.record({ sex: fc.constant(null), ageYears: fc.double(), pregnant: fc.constant(null) }),
      context,
      (rows, more, patient, beside) => {
        const result = classify(version(rows, more), rules, patient, beside);
        expect(result.reasons.length).toBeGreaterThan(0);
        expect(result.observations).toHaveLength(rows.length);
      },
    ),
    { ...runs, numRuns: 600 },
  );
});
