/** Short forms in which the starter library is written, so that each analyte reads as one block. */
import type { AnalyteInput, PanelInput, SensitiveCategory } from '../rules/rule-set.js';
import { starterQualitativeLists } from './qualitative-lists.js';

type Interval = NonNullable<AnalyteInput['intervals']>[number];
type Limit = NonNullable<AnalyteInput['limits']>[number];
type OtherUnit = NonNullable<AnalyteInput['otherUnits']>[number];
type Raise = NonNullable<AnalyteInput['raises']>[number];
type Delta = NonNullable<AnalyteInput['deltas']>[number];

const oneSided = /^(<|<=|>|>=)(\d+(?:\.\d+)?)$/;
const twoSided = /^(\d+(?:\.\d+)?) to (\d+(?:\.\d+)?)$/;

/** For whom an interval holds: all adults unless it says otherwise. */
type Band = Partial<Pick<Interval, 'ages' | 'pregnant'>>;

/** `'3.5 to 5.2'` (limits inside), `'<200'`, `'>59'`, `'>=40'`. Throws on any other text: library data must be right. */
export function interval(
  text: string,
  source: string,
  sex: 'F' | 'M' | null = null,
  band: Band = {},
): Interval {
  const { ages = null, pregnant = null } = band;
  const whom = { sex, ages, pregnant };
  const two = twoSided.exec(text);
  if (two?.[1] && two[2]) {
    const low = { value: two[1], inclusive: true };
    return { ...whom, low, high: { value: two[2], inclusive: true }, source };
  }
  const one = oneSided.exec(text);
  if (!one?.[1] || !one[2]) throw new Error(`Interval “${text}” in the starter library is not readable.`);
  const bound = { value: one[2], inclusive: one[1].endsWith('=') };
  return one[1].startsWith('<')
    ? { ...whom, low: null, high: bound, source }
    : { ...whom, low: bound, high: null, source };
}

/** Intervals of the three trimesters. Which one it is, is rarely known: only a value inside all three is inside. */
export function inPregnancy(first: string, second: string, third: string): Interval[] {
  return [first, second, third].map((text, at) =>
    interval(text, `trimester ${at + 1}; Abbassi-Ghanavati 2009`, 'F', { pregnant: true }),
  );
}

const flagsOfNote = ['A', 'H', 'HIGH', 'POS', 'POSITIVE', 'ABN', 'ABNORMAL', 'DET', 'RR', '*', '!'];

/** Any flag of abnormality counts as critical for this test (S003-47). */
export function flagIsCritical(id: string, source: string): Raise {
  return { id, flags: [...flagsOfNote], tier: 'critical', urgency: 'critical', source };
}

const change = /^(up|down|any) (>=|>) (\d+(?:\.\d+)?) (%|\S+)$/;

/**
 * A change since the last final value: `'up >= 0.3 mg/dL'`, `'down > 50 percent'`. `and` is what the new value must
 * also hold. Throws on any other text.
 */
export function since(
  id: string,
  text: string,
  withinDays: number,
  urgency: Delta['urgency'],
  why: string,
  source: string,
  and: Delta['andValue'] = null,
): Delta {
  const match = change.exec(text);
  if (!match?.[1] || !match[3] || !match[4])
    throw new Error(`Change “${text}” in the starter library is not readable.`);
  const isPercent = match[4] === 'percent';
  return {
    id,
    direction: match[1] as Delta['direction'],
    amount: {
      kind: isPercent ? 'percent' : 'absolute',
      value: match[3],
      unit: isPercent ? null : match[4],
      inclusive: match[2] === '>=',
    },
    withinDays,
    andValue: and,
    tier: urgency === 'critical' ? 'critical' : 'abnormal',
    urgency,
    text: why,
    source,
  };
}

/** L8: contact by 48 h unless the panel says otherwise. */
export const contactByHours = 48;
/** Where waiting costs the patient a treatment that works only early. */
export const soonHours = 24;
/** Slow matters: the longest the lifecycle allows (L8; VHA Directive 1088: 7 days). */
export const weekHours = 168;

type Rest = Partial<Omit<PanelInput, 'id' | 'name' | 'loinc' | 'names' | 'analyteIds'>>;

/** An orderable. Contact is by {@link contactByHours} unless `rest` says otherwise. */
export function panel(
  id: string,
  name: string,
  loinc: readonly string[],
  names: readonly string[],
  analytes: readonly string[],
  rest: Rest = {},
): PanelInput {
  return {
    id,
    name,
    loinc: [...loinc],
    names: [...names],
    analyteIds: [...analytes],
    contactByHours,
    ...rest,
  };
}

/** A test ordered by itself: it is its own panel and must be in the report. */
export function ownPanel(one: AnalyteInput, rest: Rest = {}): PanelInput {
  const sensitive: SensitiveCategory | null = one.sensitive ?? null;
  const loinc = [...one.loinc, ...(one.molarLoinc ?? [])];
  const names = [...(one.names ?? [])].filter((name) => name !== one.name);
  return panel(one.id, one.name, loinc, names, [one.id], {
    requiredAnalyteIds: [one.id],
    sensitive,
    ...rest,
  });
}

type Qualitative = NonNullable<AnalyteInput['qualitative']>;

interface Reading {
  /** Normal answers of this test beside the common ones of clinical-rules §4. */
  readonly negative?: readonly string[];
  readonly positive?: readonly string[];
  readonly tier?: Qualitative['positiveTier'];
  readonly urgency?: Qualitative['positiveUrgency'];
  readonly negativeIsNormal?: boolean;
  readonly source: string;
}

/** Whole strings of a test that is found or not found; the common strings of clinical-rules §4 are written out in it. */
export function foundOrNot(reading: Reading): Qualitative {
  const { negative = [], positive = [], tier = 'abnormal', urgency = 'standard', source } = reading;
  const own = new Set([...negative, ...positive]);
  return {
    negative: [...starterQualitativeLists.negative.filter((text) => !own.has(text)), ...new Set(negative)],
    positive: [...starterQualitativeLists.positive.filter((text) => !own.has(text)), ...new Set(positive)],
    positiveTier: tier,
    positiveUrgency: urgency,
    negativeIsNormal: reading.negativeIsNormal ?? true,
    source,
  };
}

/** Whole strings of a test with words of its own (colour, morphology, blood group). */
export function onlyThese(reading: Reading): Qualitative {
  const { negative = [], positive = [], tier = 'abnormal', urgency = 'standard', source } = reading;
  return {
    negative: [...negative],
    positive: [...positive],
    positiveTier: tier,
    positiveUrgency: urgency,
    negativeIsNormal: reading.negativeIsNormal ?? true,
    source,
  };
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

/** Abnormal at any time of day, whatever interval the laboratory sent. */
export const abnormal = rule('abnormal', 'standard');

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

export const cellsPerField = times('1', '/HPF', '/hpf', 'per HPF', 'cells/hpf', '#/hpf', '{cells}/[HPF]');
export const copiesPerMl = times('1', 'copies/mL', 'cp/mL', '[copies]/mL', 'cps/mL');
export const internationalPerMl = times('1', 'IU/mL', 'U/mL');
export const milliequivalents: OtherUnit[] = times('1', 'mEq/L', 'MMOLL');
export const enzymeUnits: OtherUnit[] = [
  ...times('1', 'IU/L', '[IU]/L', 'Units/L'),
  ...times('60', 'ukat/L'),
];
