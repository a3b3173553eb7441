/**
 * The starter rule set: CBC, CMP, BMP, lipid, A1c, TSH and PSA. Source material for a practice's medical
 * director, never approved by itself: it is unsigned, and an unsigned rule set does not run (S000-25).
 * Limits follow S000-58 where published lists differ (potassium > 6.0, glucose > 500).
 */
import {
  parseRuleSet,
  type PanelInput,
  type RuleSetInput,
  type SignedRuleSet,
  type RuleSet,
} from '../rules/rule-set.js';
import { cbcAnalytes, cbcRequired } from './cbc.js';
import { endocrineAnalytes } from './endocrine.js';
import { lipidAnalytes, lipidRequired } from './lipid.js';
import { bmpMembers, bmpRequired, cmpMembers, cmpRequired, metabolicAnalytes } from './metabolic.js';
import { starterQualitativeLists } from './qualitative-lists.js';
import { starterSensitivity } from './starter-sensitivity.js';

/** L8: contact by 48 h unless the panel says otherwise. */
const contactByHours = 48;

const panels: PanelInput[] = [
  {
    id: 'cbc',
    name: 'Complete blood count',
    loinc: ['58410-2', '57021-8', '24317-0'],
    names: [
      'CBC',
      'CBC with differential',
      'CBC with diff',
      'CBC w/ diff',
      'CBC with differential/platelet',
      'Complete blood count with differential',
      'CBC w/ auto diff',
    ],
    analyteIds: cbcAnalytes.map((one) => one.id),
    requiredAnalyteIds: cbcRequired,
    contactByHours,
  },
  {
    id: 'cmp',
    name: 'Comprehensive metabolic panel',
    loinc: ['24323-8'],
    names: [
      'CMP',
      'CMP, serum or plasma',
      'Comp metabolic panel',
      'Comp. metabolic panel (14)',
      'Comprehensive metabolic panel, serum or plasma',
    ],
    analyteIds: cmpMembers,
    requiredAnalyteIds: cmpRequired,
    contactByHours,
  },
  {
    id: 'bmp',
    name: 'Basic metabolic panel',
    loinc: ['24321-2', '24320-4'],
    names: [
      'BMP',
      'BMP, serum or plasma',
      'Basic metabolic panel (8)',
      'Basic metabolic panel, serum or plasma',
    ],
    analyteIds: bmpMembers,
    requiredAnalyteIds: bmpRequired,
    contactByHours,
  },
  {
    id: 'lipid',
    name: 'Lipid panel',
    loinc: ['24331-1', '57698-3'],
    names: ['Lipids', 'Lipid panel, serum or plasma', 'Lipid profile', 'Lipid panel with direct LDL'],
    analyteIds: lipidAnalytes.map((one) => one.id),
    requiredAnalyteIds: lipidRequired,
    contactByHours,
  },
  {
    id: 'a1c',
    name: 'Hemoglobin A1c',
    loinc: ['4548-4', '17856-6', '59261-8', '55454-3'],
    names: ['HbA1c', 'A1c', 'Hemoglobin A1c, blood', 'HbA1c (hemoglobin A1c), blood'],
    analyteIds: ['a1c', 'estimated-average-glucose'],
    requiredAnalyteIds: ['a1c'],
    contactByHours,
  },
  {
    id: 'tsh',
    name: 'Thyroid stimulating hormone',
    loinc: ['3016-3', '11579-0'],
    names: ['TSH', 'TSH, serum or plasma'],
    analyteIds: ['tsh'],
    requiredAnalyteIds: ['tsh'],
    contactByHours,
  },
  {
    id: 'psa',
    name: 'Prostate specific antigen',
    loinc: ['2857-1', '10886-0'],
    names: ['PSA', 'PSA, total', 'PSA, serum or plasma'],
    analyteIds: ['psa', 'psa-free'],
    requiredAnalyteIds: ['psa'],
    contactByHours,
    sensitive: 'oncology',
  },
];

const either = { normal: 'neutral', other: 'neutral' } as const;
/** L29: positive HIV, STI and hepatitis by a person only. */
const positiveByPerson = { normal: 'neutral', other: 'person' } as const;
const personOnly = { normal: 'person', other: 'person' } as const;

const input: RuleSetInput = {
  id: 'starter',
  version: 1,
  signedBy: null,
  analytes: [...cbcAnalytes, ...metabolicAnalytes, ...lipidAnalytes, ...endocrineAnalytes],
  panels,
  qualitative: starterQualitativeLists,
  comments: [
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
      id: 'potassium-hemolysis',
      all: [{ analyteId: 'potassium', operator: '>', value: '5.5' }],
      phrases: ['hemolyzed', 'hemolysis'],
      tier: 'abnormal',
      urgency: 'same-day',
      text: 'Potassium over 5.5 mmol/L and a hemolysis comment: possible hemolysis, repeat',
      source: 'clinical rules §5',
    },
  ],
  exemptions: [],
  sensitivity: starterSensitivity,
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
