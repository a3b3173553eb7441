import type { ClassifiablePatient, ClassifyContext } from '../../src/domain/rules/classification.js';
import { classify } from '../../src/domain/rules/classify.js';
import { parseRuleSet, type AnalyteInput, type RuleSetInput } from '../../src/domain/rules/rule-set.js';
import type { Observation } from '../../src/domain/result/report.js';
import { man, version } from './rules-builders.js';

const source = 'invented for the tests';
const bound = (value: string) => ({ value, inclusive: true });

type Interval = NonNullable<AnalyteInput['intervals']>[number];
export const within = (low: string, high: string, whom: Partial<Interval> = {}): Interval => ({
  sex: null,
  low: bound(low),
  high: bound(high),
  source,
  ...whom,
});

type Limit = NonNullable<AnalyteInput['limits']>[number];
export const criticalAbove = (id: string, value: string, unit: string): Limit => ({
  id,
  tier: 'critical',
  urgency: 'critical',
  operator: '>',
  value,
  unit,
  source,
});

type Delta = NonNullable<AnalyteInput['deltas']>[number];
export const delta = (id: string, more: Partial<Delta> & Pick<Delta, 'amount' | 'direction'>): Delta => ({
  id,
  withinDays: 7,
  tier: 'abnormal',
  urgency: 'same-day',
  text: 'changing fast',
  source,
  ...more,
});

const creatinine: AnalyteInput = {
  id: 'creatinine',
  name: 'Creatinine',
  short: 'Creatinine',
  loinc: ['2160-0'],
  molarLoinc: ['14682-9'],
  unit: 'mg/dL',
  otherUnits: [{ text: 'umol/L', factor: '0.01131' }],
  gate: { low: '0.1', high: '40' },
  intervals: [within('0.6', '1.3')],
  limits: [criticalAbove('creatinine-high', '7.3', 'mg/dL')],
};

/** A small signed rule set whose only analyte is creatinine with what a test adds. */
export function smallSet(more: Partial<AnalyteInput> = {}, set: Partial<RuleSetInput> = {}) {
  const either = { normal: 'neutral', other: 'neutral' } as const;
  return parseRuleSet({
    id: 'small',
    version: 3,
    signedBy: { name: 'Dr. Ada Winter', date: '2026-01-05' },
    analytes: [{ ...creatinine, ...more }],
    panels: [],
    qualitative: {
      negative: ['negative', 'not detected', 'nonreactive'],
      positive: ['positive', 'detected', 'reactive'],
      unclear: ['indeterminate'],
      notPerformed: ['qns'],
    },
    comments: [],
    combinations: [],
    exemptions: [],
    sensitivity: [],
    policy: {
      contactByHours: 48,
      pregnancyPossible: { minAgeYears: 10, maxAgeYears: 55 },
      sensitiveChannels: {
        hiv: either,
        sti: either,
        hepatitis: either,
        pregnancy: either,
        genetic: either,
        oncology: either,
        'substance-use': either,
        'mental-health': either,
      },
    },
    ...set,
  });
}

/** When the blood of {@link judged} was taken. */
export const takenAt = Date.UTC(2026, 2, 2, 13);

export function judged(
  ruleSet: ReturnType<typeof smallSet>,
  row: Observation,
  patient: ClassifiablePatient | null = man,
  context: ClassifyContext = {},
) {
  return classify(version([row], { collectedAt: takenAt }), ruleSet, patient, { now: takenAt, ...context });
}
