import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Observation } from '../../src/domain/result/report.js';
import { exact } from '../../src/domain/rules/decimal.js';
import { parseRange, place } from '../../src/domain/rules/range.js';
import { compareTiers, compareUrgencies } from '../../src/domain/rules/reason.js';
import { parseValue } from '../../src/domain/rules/value.js';
import { classified, rules } from './rules-builders.js';

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

test('no input reaches normal without every value inside an applicable interval or on the negative list', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 4 }), anyStatus, anyPatient, (rows, status, patient) => {
      const result = classified(rows, { status }, patient);
      if (result.tier !== 'normal') return;
      expect(rows.length).toBeGreaterThan(0);
      expect(result.final).toBe(true);
      rows.forEach((row, at) => {
        const classifiedRow = result.observations[at];
        expect(classifiedRow?.analyteId).not.toBeNull();
        const analyte = rules.analytes.find((one) => one.id === classifiedRow?.analyteId);
        const value = parseValue(row.value);
        if (value.kind !== 'number') {
          expect(analyte?.qualitative?.negative).toContain(row.value?.trim().toLowerCase());
          return;
        }
        const sent = parseRange(row.range, row.unit);
        if (sent.kind === 'interval') expect(place(value.quantity, sent.interval)).toBe('inside');
        else {
          const canonical = exact(classifiedRow?.canonicalValue ?? '');
          expect(
            analyte?.intervals.some(
              ({ low, high }) =>
                canonical && (!low || canonical.gte(low.value)) && (!high || canonical.lte(high.value)),
            ),
          ).toBe(true);
        }
      });
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

test('any text in any field is classified without an error and with a reason', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (value, unit, range, flag) => {
      const row = {
        key: 'r',
        code: '2823-3',
        system: 'LOINC' as const,
        name: 'Potassium',
        value,
        unit,
        range,
        flag,
        status: null,
        note: value,
      };
      expect(classified([row]).reasons.length).toBeGreaterThan(0);
    }),
    runs,
  );
});
