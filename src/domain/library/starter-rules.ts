/**
 * The starter rule set: the thirty panels most ordered (S000-34). Source material for a practice's medical
 * director, never approved by itself: it is unsigned, and an unsigned rule set does not run (S000-25).
 * Limits follow S000-58 where published lists differ (potassium > 6.0, glucose > 500).
 */
import { parseRuleSet, type RuleSet, type RuleSetInput, type SignedRuleSet } from '../rules/rule-set.js';
import { contactByHours } from './analyte-builder.js';
import { starterLaboratories } from './laboratories.js';
import { selectAgents } from './organisms.js';
import { starterQualitativeLists } from './qualitative-lists.js';
import { starterAnalytes, starterPanels } from './starter-panels.js';
import { starterSensitivity } from './starter-sensitivity.js';

const either = { normal: 'neutral', other: 'neutral' } as const;
/** L29: positive HIV, STI and hepatitis by a person only. */
const positiveByPerson = { normal: 'neutral', other: 'person' } as const;
const personOnly = { normal: 'person', other: 'person' } as const;

const input: RuleSetInput = {
  id: 'starter',
  version: 1,
  signedBy: null,
  analytes: starterAnalytes,
  panels: starterPanels,
  qualitative: starterQualitativeLists,
  comments: [
    { id: 'comment-select-agent', phrases: selectAgents, tier: 'critical' },
    { id: 'comment-cells', phrases: ['blasts', 'schistocytes'], tier: 'abnormal' },
    {
      id: 'comment-specimen',
      phrases: [
        'hemolyzed',
        'hemolysis',
        'lipemic',
        'icteric',
        'clotted',
        'contaminated',
        'contamination',
        'mislabeled',
        'interference',
        'unsatisfactory',
        'recollect',
        'recollection',
        'redraw',
        'repeat testing',
        'suggest repeat',
        'please repeat',
        'invalid',
        'specimen rejected',
        'quantity not sufficient',
        'delayed separation',
        'old specimen',
        'platelet clumps',
        'platelet clumping',
      ],
      tier: 'review',
    },
    {
      id: 'comment-finding',
      phrases: ['abnormal', 'suspicious', 'atypical'],
      tier: 'review',
    },
  ],
  combinations: [
    {
      id: 'diabetic-ketoacidosis',
      all: [
        { analyteId: 'glucose', operator: '>', value: '250' },
        { analyteId: 'co2', operator: '<', value: '18' },
      ],
      tier: 'critical',
      urgency: 'critical',
      text: 'Glucose over 250 mg/dL with CO2 under 18 mmol/L: possible ketoacidosis',
      source: 'clinical rules §5; confirm before signing',
    },
    {
      id: 'ketoacidosis-ketones',
      all: [
        { analyteId: 'glucose', operator: '>', value: '250' },
        { analyteId: 'urine-ketones', operator: '>=', value: '80' },
      ],
      tier: 'critical',
      urgency: 'critical',
      text: 'Glucose over 250 mg/dL with large ketones: possible ketoacidosis',
      source: 'clinical rules §5; large is 80 mg/dL on common strips; confirm before signing',
    },
    {
      id: 'ketoacidosis-large-ketones',
      all: [{ analyteId: 'glucose', operator: '>', value: '250' }],
      phrases: ['large', '3+', '4+'].flatMap((grade) =>
        ['ketones', 'ketones urine', 'urine ketones', 'ketones ua', 'ua ketones', 'ketone bodies'].map(
          (name) => `${name} ${grade}`,
        ),
      ),
      tier: 'critical',
      urgency: 'critical',
      text: 'Glucose over 250 mg/dL with large ketones: possible ketoacidosis',
      source: 'clinical rules §5; confirm before signing',
    },
    {
      id: 'urine-ketones-with-glucose',
      all: [
        { analyteId: 'urine-ketones', operator: '>=', value: '80' },
        { analyteId: 'urine-glucose', operator: '>', value: '0' },
      ],
      tier: 'abnormal',
      urgency: 'same-day',
      text: 'Large ketones and glucose in urine: possible ketoacidosis',
      source: 'clinical rules §2.7; confirm before signing',
    },
    {
      id: 'few-cells-with-blasts',
      all: [{ analyteId: 'wbc', operator: '<=', value: '2.0' }],
      phrases: ['blasts'],
      tier: 'critical',
      urgency: 'critical',
      text: 'White cells 2.0 or fewer with blasts',
      source: 'clinical rules §5; confirm before signing',
    },
    {
      id: 'hyperosmolar',
      all: [
        { analyteId: 'sodium', operator: '>', value: '145' },
        { analyteId: 'glucose', operator: '>', value: '400' },
      ],
      tier: 'critical',
      urgency: 'critical',
      text: 'Sodium over 145 mmol/L with glucose over 400 mg/dL: possible hyperosmolar state',
      source: 'clinical rules §5; confirm before signing',
    },
    {
      id: 'liver-injury',
      all: [
        { analyteId: 'bilirubin', operator: '>', value: '2.4' },
        { analyteId: 'alt', operator: '>', value: '132' },
      ],
      tier: 'abnormal',
      urgency: 'same-day',
      text: 'Bilirubin over twice and ALT over three times the upper limit',
      source: 'clinical rules §5 (Hy’s law); confirm before signing',
    },
    {
      id: 'low-platelets-and-liver',
      all: [
        { analyteId: 'platelets', operator: '<', value: '100' },
        { analyteId: 'alt', operator: '>=', value: '64' },
      ],
      tier: 'abnormal',
      urgency: 'same-day',
      text: 'Platelets under 100 with ALT twice the upper limit or more: in pregnancy possible HELLP',
      source: 'clinical rules §2.10; pregnancy is rarely known to the interface; confirm before signing',
    },
    {
      id: 'potassium-hemolysis',
      all: [{ analyteId: 'potassium', operator: '>', value: '5.5' }],
      phrases: ['hemolyzed', 'hemolysis'],
      tier: 'abnormal',
      urgency: 'same-day',
      text: 'Potassium over 5.5 mmol/L and a hemolysis comment: possible hemolysis, repeat',
      source: 'clinical rules §5',
    },
  ],
  ratios: [
    {
      id: 'hemoglobin-hematocrit',
      analyteId: 'hematocrit',
      toAnalyteId: 'hemoglobin',
      low: '2.55',
      high: '3.45',
      tier: 'review',
      urgency: 'standard',
      text: 'hemoglobin and hematocrit do not fit each other: check the specimen',
      source: 'clinical rules §5; rule of three ±15%, proposed',
    },
  ],
  computed: [
    {
      id: 'neutrophils-computed',
      analyteId: 'neutrophils',
      of: 'wbc',
      percents: ['neutrophils-percent', 'bands-percent'],
      source: 'clinical rules §2.1; well known, confirm before signing',
    },
  ],
  exemptions: [],
  sensitivity: starterSensitivity,
  laboratories: starterLaboratories,
  policy: {
    contactByHours,
    pregnancyPossible: { minAgeYears: 10, maxAgeYears: 55 },
    sensitiveChannels: {
      hiv: positiveByPerson,
      sti: positiveByPerson,
      hepatitis: positiveByPerson,
      pregnancy: either,
      genetic: personOnly,
      oncology: either,
      'substance-use': personOnly,
      'mental-health': either,
    },
  },
};

/** The raw starter: unsigned, so {@link requireSigned} refuses it. */
export const starterRules: RuleSet = parseRuleSet(input);

/** The starter as signed by a medical director. `date` is `YYYY-MM-DD`. */
export function signedStarterRules(signer: string, date: string): SignedRuleSet {
  const signedBy = { name: signer, date };
  return { ...parseRuleSet({ ...input, signedBy }), signedBy };
}
