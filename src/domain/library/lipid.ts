/** Lipid panel: decision limits of clinical-rules §2.3. Leaving the best band makes the result abnormal. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { interval, panel, sameDay, times } from './analyte-builder.js';
import { general } from './sources.js';

const guideline = 'NCEP ATP III decision limit';
const cholesterolUnits = times('38.67', 'mmol/L');

export const lipidAnalytes: AnalyteInput[] = [
  {
    id: 'cholesterol',
    name: 'Cholesterol, total',
    short: 'Total cholesterol',
    loinc: ['2093-3'],
    molarLoinc: ['14647-2'],
    names: ['Total cholesterol', 'Cholesterol'],
    unit: 'mg/dL',
    otherUnits: cholesterolUnits,
    gate: { low: '20', high: '2000' },
    intervals: [interval('<200', guideline)],
    minor: { low: null, high: '219' },
  },
  {
    id: 'triglycerides',
    name: 'Triglycerides',
    short: 'Triglycerides',
    loinc: ['2571-8'],
    molarLoinc: ['14927-8'],
    names: ['Triglyceride'],
    unit: 'mg/dL',
    otherUnits: times('88.57', 'mmol/L'),
    gate: { low: '5', high: '20000' },
    intervals: [interval('<150', guideline)],
    limits: [sameDay('triglycerides-high-same-day', '>= 500', 'mg/dL', `${guideline}; pancreatitis risk`)],
    minor: { low: null, high: '199' },
  },
  {
    id: 'hdl',
    name: 'HDL cholesterol',
    short: 'HDL',
    loinc: ['2085-9'],
    molarLoinc: ['14646-4'],
    names: ['HDL', 'HDL-C'],
    unit: 'mg/dL',
    otherUnits: cholesterolUnits,
    gate: { low: '2', high: '200' },
    intervals: [interval('>=50', guideline, 'F'), interval('>=40', guideline, 'M')],
  },
  {
    id: 'ldl',
    name: 'LDL cholesterol',
    short: 'LDL',
    loinc: ['13457-7', '18262-6', '2089-1'],
    molarLoinc: ['22748-8'],
    names: ['LDL', 'LDL-C', 'LDL calculated'],
    unit: 'mg/dL',
    otherUnits: cholesterolUnits,
    gate: { low: '1', high: '1500' },
    intervals: [interval('<100', guideline)],
    minor: { low: null, high: '129' },
  },
  {
    id: 'vldl',
    name: 'VLDL cholesterol, calculated',
    short: 'VLDL',
    loinc: ['13458-5'],
    names: ['VLDL'],
    unit: 'mg/dL',
    otherUnits: cholesterolUnits,
    gate: { low: '0', high: '1000' },
    intervals: [interval('5 to 40', general)],
  },
  {
    id: 'non-hdl',
    name: 'Non-HDL cholesterol',
    short: 'Non-HDL',
    loinc: ['43396-1'],
    names: ['Non-HDL', 'Non HDL cholesterol'],
    unit: 'mg/dL',
    otherUnits: cholesterolUnits,
    gate: { low: '1', high: '2000' },
    intervals: [interval('<130', guideline)],
    minor: { low: null, high: '159' },
  },
  {
    id: 'cholesterol-hdl-ratio',
    name: 'Cholesterol/HDL ratio',
    short: 'Chol/HDL',
    loinc: ['9830-1'],
    names: ['Chol/HDL ratio'],
    unit: '{ratio}',
    unitOptional: true,
  },
];

export const lipidPanels: PanelInput[] = [
  panel(
    'lipid',
    'Lipid panel',
    ['24331-1', '57698-3'],
    ['Lipids', 'Lipid panel, serum or plasma', 'Lipid profile', 'Lipid panel with direct LDL'],
    lipidAnalytes.map((one) => one.id),
    { requiredAnalyteIds: ['cholesterol', 'triglycerides', 'hdl', 'ldl'] },
  ),
];
