/** Drug levels and lead: clinical-rules §2.9, limits §3.2, children §4. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { abnormal, critical, interval, ownPanel, panel, sameDay, times } from './analyte-builder.js';
import { general } from './sources.js';

const anyAge = 0;
const child = { minYears: 0, maxYears: 17 };
const forAdults = 'the same line in adults is proposed';

const lead: AnalyteInput = {
  id: 'lead',
  name: 'Lead, blood',
  short: 'Lead',
  loinc: ['77307-7', '5671-3', '10368-9'],
  names: ['Lead', 'Lead, venous', 'Lead, capillary', 'Lead, blood (pediatric)', 'Lead, blood (adult)'],
  unit: 'ug/dL',
  otherUnits: [...times('1', 'mcg/dL'), ...times('20.72', 'umol/L')],
  gate: { low: '0', high: '300' },
  intervals: [interval('<3.5', 'CDC 2021 reference value for children', null, { ages: child })],
  limits: [
    critical('lead-high', '>= 45', 'ug/dL', 'SU 16 years and over >45, 0 to 15 years >20', anyAge),
    sameDay(
      'lead-same-day',
      '>= 20',
      'ug/dL',
      `clinical rules §4 for children; SU 0 to 15 years >20; ${forAdults}`,
      anyAge,
    ),
    abnormal(
      'lead-raised',
      '>= 3.5',
      'ug/dL',
      `CDC 2021 for children; reportable: check; ${forAdults}`,
      anyAge,
    ),
  ],
};

const lithium: AnalyteInput = {
  id: 'lithium',
  name: 'Lithium',
  short: 'Lithium',
  loinc: ['14334-7'],
  names: ['Lithium level', 'Lithium (Eskalith), serum'],
  unit: 'mmol/L',
  otherUnits: times('1', 'mEq/L'),
  gate: { low: '0', high: '15' },
  intervals: [interval('0.6 to 1.2', general)],
  limits: [critical('lithium-high', '>= 1.5', 'mmol/L', 'HM ≥1.51, SU >1.5; narrow margin')],
  sensitive: 'mental-health',
};

const digoxin: AnalyteInput = {
  id: 'digoxin',
  name: 'Digoxin',
  short: 'Digoxin',
  loinc: ['10535-3'],
  names: ['Digoxin level', 'Digoxin, serum'],
  unit: 'ng/mL',
  otherUnits: times('0.781', 'nmol/L'),
  gate: { low: '0', high: '50' },
  intervals: [interval('0.5 to 0.9', `${general}; heart failure, by others up to 2.0`)],
  limits: [critical('digoxin-high', '>= 2.5', 'ng/mL', 'another US hospital list 2.5; HM ≥3.0')],
};

const level = (
  id: string,
  name: string,
  loinc: string[],
  range: string,
  sensitive: 'mental-health' | null = null,
) =>
  ({
    id,
    name,
    short: name,
    loinc,
    names: [`${name} level`, `${name}, serum`],
    unit: 'ug/mL',
    otherUnits: times('1', 'mcg/mL', 'mg/L'),
    gate: { low: '0', high: '1000' },
    intervals: [interval(range, `${general}; the laboratory’s flag decides`)],
    sensitive,
  }) satisfies AnalyteInput;

const levels: AnalyteInput[] = [
  level('phenytoin', 'Phenytoin', ['3968-5'], '10 to 20'),
  level('valproate', 'Valproic acid', ['4086-5'], '50 to 100', 'mental-health'),
  level('carbamazepine', 'Carbamazepine', ['3432-2'], '4 to 12', 'mental-health'),
  level('theophylline', 'Theophylline', ['4049-3'], '10 to 20'),
  {
    // By transplant and time since: no interval of ours.
    id: 'tacrolimus',
    name: 'Tacrolimus',
    short: 'Tacrolimus',
    loinc: ['11253-2', '32721-3'],
    names: ['Tacrolimus level', 'FK506', 'Tacrolimus (FK506), blood'],
    unit: 'ng/mL',
    otherUnits: times('1', 'ug/L', 'mcg/L'),
    gate: { low: '0', high: '300' },
  },
];

export const drugLevelAnalytes: AnalyteInput[] = [lead, lithium, digoxin, ...levels];

export const drugLevelPanels: PanelInput[] = [
  panel(
    'lead',
    'Blood lead',
    lead.loinc,
    ['Lead, blood', 'Lead, blood (pediatric)', 'Lead, blood (adult)', 'Lead, venous', 'Lead, capillary'],
    [lead.id],
    { requiredAnalyteIds: [lead.id] },
  ),
  ...[lithium, digoxin, ...levels].map((one) => ownPanel(one)),
];
