import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  checkClock,
  factorAt,
  identityClock,
  steadyClock,
  toPractice,
  toReal,
  type ClockMap,
} from '../../../src/domain/calendar/clock-map.js';

const clock: fc.Arbitrary<ClockMap> = fc
  .tuple(
    fc.integer({ min: 0, max: 2e12 }),
    fc.integer({ min: 0, max: 2e12 }),
    fc.array(
      fc.record({
        ms: fc.integer({ min: 1, max: 1e7 }),
        factor: fc.constantFrom(0.5, 1, 7.3, 100, 3000, 40_000),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  )
  .map(([real, practice, parts]) => {
    let next = { real, practice };
    const segments = parts.map(({ ms, factor }) => {
      const segment = { ...next, factor };
      next = { real: next.real + ms, practice: Math.round(next.practice + ms * factor) };
      return segment;
    });
    return { segments };
  });

describe('the practice clock', () => {
  test('production is the identity', () => {
    expect(toPractice(identityClock, 1_772_000_000_123)).toBe(1_772_000_000_123);
    expect(toReal(identityClock, 1_772_000_000_123)).toBe(1_772_000_000_123);
  });

  test('a timer armed for a practice instant finds it reached, and not a factor too late', () => {
    fc.assert(
      fc.property(clock, fc.integer({ min: -1e6, max: 1e11 }), (map, ahead) => {
        const start = map.segments[0]?.practice ?? 0;
        const due = start + ahead;
        const real = toReal(map, due);
        expect(toPractice(map, real)).toBeGreaterThanOrEqual(due);
        expect(toPractice(map, real - 2)).toBeLessThanOrEqual(due);
      }),
      { numRuns: 2_000 },
    );
  });

  test('it never runs backwards', () => {
    fc.assert(
      fc.property(clock, fc.nat(8), fc.integer({ min: -50, max: 50 }), (map, i, near) => {
        const real = (map.segments[i % map.segments.length]?.real ?? 0) + near;
        expect(toPractice(map, real + 1)).toBeGreaterThanOrEqual(toPractice(map, real));
        expect(checkClock(map)).toBe(map);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a map that jumps, stands still or is empty is refused', () => {
    expect(() => checkClock({ segments: [] })).toThrow('at least one segment');
    expect(() => checkClock(steadyClock(0, 0, 0))).toThrow('factor');
    const jump = {
      segments: [
        { real: 0, practice: 0, factor: 10 },
        { real: 100, practice: 2_000, factor: 1 },
      ],
    };
    expect(() => checkClock(jump)).toThrow('segment 1');
    expect(factorAt(jump, 150)).toBe(1);
  });
});
