/** Short forms in which the starter library is written, so that each analyte reads as one block. */
import type { AnalyteInput } from '../rules/rule-set.js';

type Interval = NonNullable<AnalyteInput['intervals']>[number];
type Limit = NonNullable<AnalyteInput['limits']>[number];
type OtherUnit = NonNullable<AnalyteInput['otherUnits']>[number];

const oneSided = /^(<|<=|>|>=)(\d+(?:\.\d+)?)$/;
const twoSided = /^(\d+(?:\.\d+)?) to (\d+(?:\.\d+)?)$/;

/** `'3.5 to 5.2'` (limits inside), `'<200'`, `'>59'`, `'>=40'`. Throws on any other text: library data must be right. */
export function interval(text: string, source: string, sex: 'F' | 'M' | null = null): Interval {
  const two = twoSided.exec(text);
  if (two?.[1] && two[2]) {
    return { sex, low: { value: two[1], inclusive: true }, high: { value: two[2], inclusive: true }, source };
  }
  const one = oneSided.exec(text);
  if (!one?.[1] || !one[2]) throw new Error(`Interval “${text}” in the starter library is not readable.`);
  const bound = { value: one[2], inclusive: one[1].endsWith('=') };
  return one[1].startsWith('<')
    ? { sex, low: null, high: bound, source }
    : { sex, low: bound, high: null, source };
}

function rule(tier: Limit['tier'], urgency: Limit['urgency']) {
  return (id: string, condition: string, unit: string, source: string, minAgeYears = 18): Limit => {
    const match = oneSided.exec(condition.replaceAll(' ', ''));
    if (!match?.[1] || !match[2])
      throw new Error(`Limit “${condition}” in the starter library is not readable.`);
    return {
      id,
      tier,
      urgency,
      operator: match[1] as Limit['operator'],
      value: match[2],
      unit,
      source,
      minAgeYears,
    };
  };
}

/** A critical limit: `critical('potassium-high', '> 6.0', 'mmol/L', 'S000-58')`. */
export const critical = rule('critical', 'critical');

/** Abnormal with a short deadline (L7). */
export const sameDay = rule('abnormal', 'same-day');

/** Other spellings or scales of a unit: value × factor. */
export function times(factor: string, ...texts: string[]): OtherUnit[] {
  return texts.map((text) => ({ text, factor }));
}

export const cellsInThousands: OtherUnit[] = [
  ...times(
    '1',
    '10*9/L',
    'K/uL',
    'THOU/uL',
    'x10E3/uL',
    'x10*3/uL',
    '10E3/uL',
    'x10*9/L',
    '/nL',
    'giga/L',
    'giga.l-1',
  ),
  ...times('1', 'K/mm3', '10*3/mm3', 'Thousand/uL'),
  ...times('0.001', '{cells}/uL', 'cells/uL', '/uL', '/mm3'),
];

export const cellsInMillions: OtherUnit[] = [
  ...times(
    '1',
    '10*12/L',
    'M/uL',
    'MIL/uL',
    'x10E6/uL',
    'x10*6/uL',
    '10E6/uL',
    'x10*12/L',
    '/pL',
    'tera/L',
    'Million/uL',
  ),
  ...times('0.000001', '{cells}/uL', 'cells/uL', '/uL'),
];

export const milliequivalents: OtherUnit[] = times('1', 'mEq/L', 'MMOLL');
export const enzymeUnits: OtherUnit[] = [
  ...times('1', 'IU/L', '[IU]/L', 'Units/L'),
  ...times('60', 'ukat/L'),
];
