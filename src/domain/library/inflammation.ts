/** CRP, sedimentation rate, lactate: clinical-rules §2.6, limits §3.2. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { critical, interval, ownPanel, panel, soonHours, times } from './analyte-builder.js';
import { general } from './sources.js';

const crp: AnalyteInput = {
  id: 'crp',
  name: 'C-reactive protein',
  short: 'CRP',
  loinc: ['1988-5'],
  names: ['CRP', 'C-reactive protein, quantitative'],
  unit: 'mg/L',
  otherUnits: times('10', 'mg/dL'),
  gate: { low: '0', high: '2000' },
  intervals: [interval('0 to 10', 'as printed by a US academic laboratory; confirm before signing')],
};

const hsCrp: AnalyteInput = {
  id: 'hs-crp',
  name: 'C-reactive protein, high-sensitivity',
  short: 'hs-CRP',
  loinc: ['30522-7'],
  names: ['hs-CRP', 'CRP, high sensitivity', 'C-reactive protein, cardiac'],
  unit: 'mg/L',
  otherUnits: times('10', 'mg/dL'),
  gate: { low: '0', high: '500' },
  intervals: [interval('<2.0', `${general}; cardiovascular risk from 2.0, by others over 3.0`)],
};

const untilFifty = { minYears: 18, maxYears: 50 };
const overFifty = { minYears: 51, maxYears: null };

const esr: AnalyteInput = {
  id: 'esr',
  name: 'Erythrocyte sedimentation rate',
  short: 'ESR',
  loinc: ['4537-7', '30341-2'],
  names: ['ESR', 'Sed rate', 'Sedimentation rate', 'Sedimentation rate, Westergren'],
  unit: 'mm/h',
  otherUnits: times('1', 'mm/hr', 'mm/hour'),
  gate: { low: '0', high: '200' },
  intervals: [
    interval('0 to 15', `${general}; other laboratories 0 to 20`, 'M', { ages: untilFifty }),
    interval('0 to 30', general, 'M', { ages: overFifty }),
    interval('0 to 32', `${general}; other laboratories 0 to 20`, 'F', { ages: untilFifty }),
    interval('0 to 40', general, 'F', { ages: overFifty }),
  ],
};

const lactate: AnalyteInput = {
  id: 'lactate',
  name: 'Lactate',
  short: 'Lactate',
  loinc: ['2524-7', '32693-4'],
  names: ['Lactic acid', 'Lactate, plasma', 'Lactic acid, plasma'],
  unit: 'mmol/L',
  otherUnits: [...times('0.111', 'mg/dL'), ...times('1', 'mEq/L')],
  gate: { low: '0.1', high: '40' },
  intervals: [interval('0.5 to 2.2', general)],
  limits: [critical('lactate-high', '>= 4.0', 'mmol/L', 'HM ≥3.5, CLR about 3.4; AR ≥5, IA >5')],
};

/** Codes say mass or amount of substance; this one says mass. The numbers are those above, converted by 0.111. */
const lactateMass: AnalyteInput = {
  id: 'lactate-mass',
  name: 'Lactate, mass',
  short: 'Lactate',
  loinc: ['14118-4'],
  unit: 'mg/dL',
  otherUnits: [{ text: 'mmol/L', factor: '9.009' }],
  gate: { low: '0.9', high: '360' },
  intervals: [interval('4.5 to 19.8', general)],
  limits: [
    critical('lactate-mass-high', '>= 36', 'mg/dL', '4.0 mmol/L; HM ≥3.5, CLR about 3.4; AR ≥5, IA >5'),
  ],
};

export const inflammationAnalytes: AnalyteInput[] = [crp, hsCrp, esr, lactate, lactateMass];

export const inflammationPanels: PanelInput[] = [
  ownPanel(crp),
  ownPanel(hsCrp),
  ownPanel(esr),
  panel(
    'lactate',
    'Lactate',
    ['2524-7', '32693-4', '14118-4'],
    lactate.names ?? [],
    ['lactate', 'lactate-mass'],
    {
      contactByHours: soonHours,
    },
  ),
];
