/** Vitamin D, B12 and folate: clinical-rules §2.5. No critical limits. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { interval, ownPanel, panel, sameDay, times, weekHours } from './analyte-builder.js';
import { general } from './sources.js';

const vitaminD: AnalyteInput = {
  id: 'vitamin-d',
  name: 'Vitamin D, 25-hydroxy',
  short: 'Vitamin D',
  loinc: ['62292-8', '1989-3', '35365-6'],
  names: ['Vitamin D', '25-hydroxyvitamin D', 'Vitamin D, 25-OH, total', 'Vitamin D, 25-OH'],
  unit: 'ng/mL',
  otherUnits: times('0.4006', 'nmol/L'),
  gate: { low: '0', high: '1000' },
  intervals: [
    interval('30 to 100', 'Endocrine Society 2011, IOM: under 20 deficient, 20 to 29 insufficient'),
  ],
  limits: [
    sameDay('vitamin-d-high-same-day', '> 150', 'ng/mL', 'Endocrine Society 2011: over 150 toxic; proposed'),
  ],
};

const b12AndFolate: AnalyteInput[] = [
  {
    id: 'vitamin-b12',
    name: 'Vitamin B12',
    short: 'B12',
    loinc: ['2132-9'],
    names: ['B12', 'Cobalamin'],
    unit: 'pg/mL',
    otherUnits: [...times('1', 'ng/L'), ...times('1.355', 'pmol/L')],
    gate: { low: '0', high: '100000' },
    intervals: [interval('232 to 1245', `${general}; under 200 deficient, 200 to 400 borderline`)],
  },
  {
    id: 'folate',
    name: 'Folate, serum',
    short: 'Folate',
    loinc: ['2284-8'],
    names: ['Folate', 'Folic acid', 'Folate (folic acid), serum'],
    unit: 'ng/mL',
    otherUnits: times('0.441', 'nmol/L'),
    gate: { low: '0', high: '1000' },
    intervals: [interval('>3.0', general)],
  },
];

export const vitaminAnalytes: AnalyteInput[] = [vitaminD, ...b12AndFolate];

export const vitaminPanels: PanelInput[] = [
  ownPanel(vitaminD, { contactByHours: weekHours }),
  panel(
    'b12-folate',
    'Vitamin B12 and folate',
    ['2132-9', '2284-8'],
    ['Vitamin B12', 'Vitamin B12 and folate', 'B12 and folate', 'Folate, serum', 'B12', 'Folate'],
    b12AndFolate.map((one) => one.id),
    { contactByHours: weekHours },
  ),
];
