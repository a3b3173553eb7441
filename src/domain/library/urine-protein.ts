/** Albumin and protein in urine against creatinine: clinical-rules §2.7. No critical limits. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { interval, ownPanel, panel, times } from './analyte-builder.js';
import { general } from './sources.js';

const perGram = [
  ...times('1', 'mg/g', 'mg/g creat', 'mg/g crea', 'mg/g{crea}', 'mg/g Cr'),
  ...times('1', 'ug/mg{creat}', 'ug/mg', 'ug/mg creat', 'mcg/mg creat', 'mcg/mg'),
  ...times('8.84', 'mg/mmol{creat}', 'mg/mmol', 'mg/mmol creat'),
];

const ratio: AnalyteInput = {
  id: 'urine-albumin-creatinine',
  name: 'Albumin/creatinine ratio, urine',
  short: 'Urine ACR',
  loinc: ['14959-1', '9318-7', '32294-1', '30000-4', '13705-9'],
  names: ['Albumin/creatinine ratio', 'Alb/creat ratio', 'Microalbumin/creatinine ratio', 'ACR', 'UACR'],
  unit: 'mg/g{creat}',
  otherUnits: perGram,
  gate: { low: '0', high: '50000' },
  intervals: [interval('<30', 'KDIGO; A2 30 to 300, A3 over 300')],
};

const proteinRatio: AnalyteInput = {
  id: 'urine-protein-creatinine',
  name: 'Protein/creatinine ratio, urine',
  short: 'Urine PCR',
  loinc: ['2890-2'],
  names: ['Protein/creatinine ratio', 'Prot/creat ratio'],
  unit: 'mg/g{creat}',
  otherUnits: perGram,
  gate: { low: '0', high: '100000' },
  intervals: [interval('<200', general)],
};

/** Informational: only the ratio is judged, so only the laboratory's own interval counts here. */
const parts: AnalyteInput[] = [
  {
    id: 'urine-albumin',
    name: 'Albumin, urine',
    short: 'Urine albumin',
    loinc: ['14957-5'],
    names: ['Albumin, urine', 'Microalbumin, urine', 'Microalbumin'],
    unit: 'mg/L',
    otherUnits: [...times('1', 'ug/mL', 'mcg/mL'), ...times('10', 'mg/dL')],
    gate: { low: '0', high: '50000' },
  },
  {
    id: 'urine-creatinine',
    name: 'Creatinine, urine',
    short: 'Urine creatinine',
    loinc: ['2161-8'],
    names: ['Creatinine, urine', 'Creatinine, random urine'],
    unit: 'mg/dL',
    gate: { low: '0', high: '2000' },
  },
];

export const urineProteinAnalytes: AnalyteInput[] = [ratio, proteinRatio, ...parts];

export const urineProteinPanels: PanelInput[] = [
  panel(
    'urine-albumin-creatinine',
    'Urine albumin/creatinine ratio',
    ratio.loinc,
    [
      'Albumin/creatinine ratio, urine',
      'Albumin/creatinine ratio, random urine',
      'Microalbumin/creatinine ratio, urine',
      'Microalbumin, random urine with creatinine',
      'Urine ACR',
    ],
    [ratio.id, ...parts.map((one) => one.id)],
    { requiredAnalyteIds: [ratio.id] },
  ),
  ownPanel(proteinRatio),
];
