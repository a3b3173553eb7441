import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  afterStaffed,
  alwaysOpen,
  businessDayBefore,
  closing,
  dayOf,
  isOpen,
  nextBusinessDay,
  nextOpening,
  staffedLeft,
} from '../../../src/domain/calendar/open-hours.js';
import { at, hour, officeHours as hours } from '../lifecycle/build.js';

describe('staffed hours', () => {
  test('a moment outside waits for the opening, over a weekend too', () => {
    expect(nextOpening(hours, at(0, 7))).toBe(at(0, 8));
    expect(nextOpening(hours, at(0, 12))).toBe(at(0, 12));
    expect(nextOpening(hours, at(0, 17))).toBe(at(1, 8));
    expect(nextOpening(hours, at(4, 17))).toBe(at(7, 8));
  });

  test('staffed time runs only while staffed', () => {
    expect(afterStaffed(hours, at(0, 15), 4 * hour)).toBe(at(1, 10));
    expect(afterStaffed(hours, at(4, 16), 4 * hour)).toBe(at(7, 11));
    expect(afterStaffed(hours, at(5, 3), 4 * hour)).toBe(at(7, 12));
    expect(staffedLeft(hours, at(0, 15))).toBe(2 * hour);
    expect(staffedLeft(hours, at(0, 17))).toBe(0);
  });

  test('business days: what comes after closing belongs to the day before', () => {
    expect(dayOf(hours, at(0, 20))).toBe(dayOf(hours, at(0, 9)));
    expect(dayOf(hours, at(5, 12))).toBe(dayOf(hours, at(4, 9)));
    expect(nextBusinessDay(hours, at(4, 10))).toBe(at(7, 8));
    expect(businessDayBefore(hours, at(2, 9, 30))).toBe(at(1, 9, 30));
    expect(businessDayBefore(hours, at(7, 9))).toBe(at(4, 9));
    expect(businessDayBefore(hours, at(6, 9))).toBe(at(3, 17));
  });

  test('a day closes when its hours end; without any, 24 h later', () => {
    expect(closing(hours, at(0, 8))).toBe(at(0, 17));
    expect(closing(hours, at(0, 16, 59))).toBe(at(0, 17));
    for (const known of [hours, alwaysOpen]) expect(closing(known, at(60))).toBe(at(61));
  });

  test('past the end of the list, and without one, nothing falls into the past and days still count', () => {
    const late = at(60, 12);
    for (const known of [hours, alwaysOpen]) {
      expect(afterStaffed(known, late, 4 * hour)).toBe(late + 4 * hour);
      expect(nextOpening(known, late)).toBe(late);
      expect(nextBusinessDay(known, late)).toBe(late + 24 * hour);
      expect(dayOf(known, late + 24 * hour)).toBe(dayOf(known, late) + 1);
    }
    expect(isOpen(alwaysOpen, at(6))).toBe(true);
  });

  test('every answer is in order of time', () => {
    const moment = fc.integer({ min: at(-3), max: at(50) });
    fc.assert(
      fc.property(moment, moment, fc.integer({ min: 0, max: 60 * hour }), (a, b, staffed) => {
        const [early, later] = a <= b ? [a, b] : [b, a];
        expect(afterStaffed(hours, early, staffed)).toBeGreaterThanOrEqual(early + staffed);
        expect(afterStaffed(hours, early, staffed)).toBeLessThanOrEqual(afterStaffed(hours, later, staffed));
        expect(nextOpening(hours, early)).toBeGreaterThanOrEqual(early);
        expect(nextBusinessDay(hours, early)).toBeGreaterThan(early);
        expect(businessDayBefore(hours, early)).toBeLessThan(early);
        expect(dayOf(hours, early)).toBeLessThanOrEqual(dayOf(hours, later));
      }),
    );
  });
});
