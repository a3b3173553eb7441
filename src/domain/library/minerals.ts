/** Magnesium, phosphorus, ionized calcium, uric acid: clinical-rules §2.2, §2.5, limits §3.2, gates §2.11. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { critical, interval, ownPanel, times, weekHours } from './analyte-builder.js';
import { general } from './sources.js';

const magnesium: AnalyteInput = {
  id: 'magnesium',
  name: 'Magnesium',
  short: 'Mg',
  loinc: ['19123-9'],
  molarLoinc: ['2601-3'],
  names: ['Mg', 'Magnesium, serum', 'Magnesium level'],
  unit: 'mg/dL',
  otherUnits: [...times('2.431', 'mmol/L'), ...times('1.215', 'mEq/L')],
  gate: { low: '0.2', high: '15' },
  intervals: [interval('1.6 to 2.3', general)],
  limits: [
    critical('magnesium-low', '<= 1.0', 'mg/dL', 'CLR 1.0, QU ≤1.0, HM ≤1.0, IA 1.0, ST ≤1.0, AV 1; AR <1.0'),
    critical(
      'magnesium-high',
      '>= 4.7',
      'mg/dL',
      'IA 4.7; AV 3.8, HM ≥4.5, CLR 4.9, ST ≥5.0, QU ≥6.1, AR >9.0',
    ),
  ],
};

const phosphorus: AnalyteInput = {
  id: 'phosphorus',
  name: 'Phosphorus',
  short: 'Phos',
  loinc: ['2777-1'],
  names: ['Phos', 'Phosphate', 'Phosphorus, serum', 'Phosphorus level'],
  unit: 'mg/dL',
  otherUnits: times('3.097', 'mmol/L'),
  gate: { low: '0.2', high: '25' },
  intervals: [interval('2.8 to 4.3', general)],
  limits: [
    critical('phosphorus-low', '<= 1.0', 'mg/dL', 'QU ≤1.0; CLR 1.2, AR <1.0, IA <1.0, SU <1.0, BR <1.0'),
    critical('phosphorus-high', '>= 9.0', 'mg/dL', 'CLR 8.9, AR >9.0, SU >9.0'),
  ],
};

const ionizedCalcium: AnalyteInput = {
  id: 'calcium-ionized',
  name: 'Calcium, ionized',
  short: 'Ionized Ca',
  loinc: ['1994-3'],
  names: ['Ionized calcium', 'iCa'],
  unit: 'mmol/L',
  otherUnits: [...times('0.2495', 'mg/dL'), ...times('0.5', 'mEq/L')],
  gate: { low: '0.2', high: '3.5' },
  intervals: [interval('1.12 to 1.32', general)],
  limits: [
    critical(
      'calcium-ionized-low',
      '<= 0.78',
      'mmol/L',
      'AR ≤0.78; CLR 0.82, UW <0.78, HM ≤0.75, QU ≤3.2 mg/dL',
    ),
    critical(
      'calcium-ionized-high',
      '>= 1.58',
      'mmol/L',
      'AR ≥1.58; CLR 1.55, UW >1.58, HM ≥1.50, QU >6.9 mg/dL',
    ),
  ],
};

const uricAcid: AnalyteInput = {
  id: 'uric-acid',
  name: 'Uric acid',
  short: 'Uric acid',
  loinc: ['3084-1'],
  molarLoinc: ['14933-6'],
  names: ['Urate', 'Uric acid, serum'],
  unit: 'mg/dL',
  otherUnits: [...times('0.01681', 'umol/L'), ...times('16.81', 'mmol/L')],
  gate: { low: '0.1', high: '60' },
  intervals: [
    interval('2.6 to 7.1', `${general}; gout target under 6.0`, 'F'),
    interval('3.8 to 8.4', `${general}; gout target under 6.0`, 'M'),
  ],
  limits: [critical('uric-acid-high', '>= 13', 'mg/dL', 'CLR 13; QU >14.0')],
};

export const mineralAnalytes: AnalyteInput[] = [magnesium, phosphorus, ionizedCalcium, uricAcid];

export const mineralPanels: PanelInput[] = [
  ownPanel(magnesium),
  ownPanel(phosphorus),
  ownPanel(ionizedCalcium),
  ownPanel(uricAcid, { contactByHours: weekHours }),
];
