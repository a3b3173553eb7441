import { describe, expect, test } from '@jest/globals';
import { readFlag, saysFlag, type FlagMeaning } from '../../src/domain/rules/flags.js';
import { readRowStatus } from '../../src/domain/rules/status.js';
import { classified, potassium, row } from './rules-builders.js';

/** HL7 table 0078 as hl7-fhir §7 gives it a class, and the words laboratories use instead. */
const table: Readonly<Record<FlagMeaning, readonly string[]>> = {
  critical: ['LL', 'HH', 'LU', 'HU', 'AA', 'C', 'CRIT', 'critical high', 'Panic', 'aa', 'CRITICALLY LOW'],
  abnormal: [
    ...['L', 'H', '<', '>', 'A', 'POS', 'DET', 'RR', 'WR', 'IND', 'E', 'EX', 'HX', 'LX', 'UNE'],
    ...['HIGH', 'LOW', 'ABN', 'Abnormal', '**', '*', '!', 'H*', 'L*', 'h', '(H)', '281302008'],
    ...['zz', 'non-critical high', 'see note', '7'],
  ],
  review: ['QCF', 'HM', 'AC', 'TOX', 'OBX', 'IE', 'NCL', 'CAR', 'U', 'D', 'W'],
  normal: ['N', 'NEG', 'ND', 'NR', 'EXP', 'normal', 'Within normal limits', '17621005'],
  silent: ['S', 'I', 'R', 'MS', 'VS', 'NS', 'SDD', 'SYN-S', 'SYN-R', 'B'],
};
const rows = Object.entries(table).flatMap(([meaning, flags]) =>
  flags.map((flag) => [flag, meaning] as const),
);

describe('flags (hl7-fhir §7)', () => {
  test.each(rows)('%s means %s', (flag, meaning) => {
    expect(readFlag(flag)?.meaning).toBe(meaning);
  });

  test('nothing sent is nothing said', () => {
    expect([null, '', '  ', '~', '|'].map(readFlag)).toEqual([null, null, null, null, null]);
  });

  test.each([
    ['N~HH', 'critical'],
    ['S~H', 'abnormal'],
    ['N,L', 'abnormal'],
    ['AA^Critically abnormal^HL70078', 'critical'],
    ['H^High^HL70078', 'abnormal'],
    ['N^Normal (applies to non-numeric results)^HL70078', 'normal'],
    ['^^^H^High^HL70078', 'abnormal'],
    ['^Critical', 'critical'],
    ['X^Whatever^L', 'abnormal'],
  ])('of several in one field, or coded: %s means %s', (flag, meaning) => {
    expect(readFlag(flag)?.meaning).toBe(meaning);
  });

  test('a rule for a flag hears it in any spelling and place', () => {
    expect(saysFlag(readFlag('N~a^Abnormal^HL70078'), ['A'])).toBe(true);
    expect(saysFlag(readFlag('AA'), ['A'])).toBe(false);
    expect(saysFlag(null, ['A'])).toBe(false);
  });

  test('an unknown flag is abnormal and says that it is unknown', () => {
    const result = classified([potassium('4.2', { flag: 'zz', range: '3.5-5.2' })]);
    expect(result.tier).toBe('abnormal');
    expect(result.decidedBy?.text).toMatch(/a flag that no table knows/);
  });
});

describe('contradictions are marked and never lower', () => {
  const marks = (more: object, value = '4.2') =>
    classified([potassium(value, { range: '3.5-5.2', ...more })]).reasons.map((one) => one.rule);

  test('a flag against an inside value, a normal flag against an outside one', () => {
    expect(marks({ flag: 'A' })).toContain('contradiction');
    expect(marks({ flag: 'HH' })).toContain('contradiction');
    expect(marks({ flag: 'N' }, '7.0')).toContain('contradiction');
    expect(marks({ flag: 'N' }, '5.4')).toContain('contradiction');
    expect(marks({ flag: 'N' })).not.toContain('contradiction');
    expect(marks({ flag: 'H' }, '5.4')).not.toContain('contradiction');
  });

  test('a text value against its flag', () => {
    const morphology = (value: string, flag: string) =>
      classified([row('11156-7', value, { name: 'White cell morphology', flag })]);
    expect(morphology('Normal', 'A')).toMatchObject({ tier: 'abnormal' });
    expect(morphology('Normal', 'A').reasons.map((one) => one.rule)).toContain('contradiction');
  });
});

test.each([
  ['F', 'final'],
  ['C', 'final'],
  ['A', 'final'],
  ['U', 'final'],
  ['B', 'final'],
  ['V', 'final'],
  ['amended', 'final'],
  ['P', 'preliminary'],
  ['R', 'preliminary'],
  ['I', 'preliminary'],
  ['S', 'preliminary'],
  ['O', 'preliminary'],
  ['registered', 'preliminary'],
  ['X', 'cancelled'],
  ['N', 'cancelled'],
  ['D', 'withdrawn'],
  ['W', 'withdrawn'],
  ['entered-in-error', 'withdrawn'],
  ['Z', 'unknown'],
  ['whatever', 'unknown'],
])('hl7-fhir §6: row status %s is %s, and only final ones can be normal', (status, reading) => {
  expect(readRowStatus(status)).toBe(reading);
  const tier = classified([potassium('4.2', { range: '3.5-5.2', status })]).tier;
  expect(tier === 'normal').toBe(reading === 'final');
  const critical = classified([potassium('7.2', { range: '3.5-5.2', status })]).tier;
  expect(critical === 'critical').toBe(['final', 'preliminary', 'unknown'].includes(reading));
});
