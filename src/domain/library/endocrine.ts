/** Diabetes, thyroid and prostate: clinical-rules §2.4. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { abnormal, critical, interval, ownPanel, panel, since, times } from './analyte-builder.js';
import { deltaRule, general, proposed, windowProposed } from './sources.js';

const diabetes: AnalyteInput[] = [
  {
    id: 'a1c',
    name: 'Hemoglobin A1c',
    short: 'HbA1c',
    loinc: ['4548-4', '17856-6', '55454-3'],
    molarLoinc: ['59261-8'],
    names: ['HbA1c', 'A1c', 'Glycohemoglobin'],
    unit: '%',
    otherUnits: [
      ...times('1', '% of total Hgb', '%{Hb}'),
      { text: 'mmol/mol', factor: '0.09148', offset: '2.152' },
    ],
    // Below 4 % interference is likelier than a true value.
    gate: { low: '4', high: '20' },
    intervals: [interval('<5.7', 'ADA: 5.7 to 6.4 prediabetes, 6.5 diabetes; NCQA: over 9.0 poor control')],
    deltas: [since('a1c-rise', 'up >= 1.0 %', 365, 'standard', 'HbA1c up by 1.0 or more', windowProposed)],
    minor: { low: null, high: '5.9' },
  },
  {
    id: 'estimated-average-glucose',
    name: 'Estimated average glucose',
    short: 'eAG',
    loinc: ['27353-2'],
    names: ['eAG'],
    unit: 'mg/dL',
    otherUnits: times('18.02', 'mmol/L'),
  },
];

const thyroid: AnalyteInput[] = [
  {
    id: 'tsh',
    name: 'Thyroid stimulating hormone',
    short: 'TSH',
    loinc: ['3016-3', '11579-0'],
    names: ['TSH'],
    unit: 'm[IU]/L',
    // mIU/mL is left out on purpose: on a TSH it is nearly always a typing error for mIU/L.
    otherUnits: times('1', 'u[IU]/mL', 'uIU/mL', 'mIU/L', 'uU/mL', 'mU/L', 'mcIU/mL'),
    gate: { low: '0', high: '1000' },
    intervals: [interval('0.45 to 4.5', `${general}; another laboratory prints 0.27 to 4.20`)],
    limits: [
      abnormal('tsh-low', '< 0.1', 'm[IU]/L', `${proposed}; clinical rules §5`),
      abnormal('tsh-high', '> 10', 'm[IU]/L', `${proposed}; clinical rules §5`),
    ],
    minor: { low: '0.35', high: '5.5' },
  },
  {
    id: 'free-t4',
    name: 'Thyroxine, free',
    short: 'Free T4',
    loinc: ['3024-7'],
    molarLoinc: ['14920-3'],
    names: ['Free T4', 'T4, free', 'FT4', 'Free thyroxine'],
    unit: 'ng/dL',
    otherUnits: times('0.0777', 'pmol/L'),
    gate: { low: '0', high: '15' },
    intervals: [interval('0.82 to 1.77', general)],
    limits: [critical('free-t4-high', '>= 5.0', 'ng/dL', 'HM ≥5.1, SU >5.0')],
  },
  {
    id: 'total-t3',
    name: 'Triiodothyronine, total',
    short: 'T3',
    loinc: ['3053-6'],
    names: ['T3', 'T3, total', 'Total T3'],
    unit: 'ng/dL',
    otherUnits: times('65.1', 'nmol/L'),
    gate: { low: '5', high: '2000' },
    intervals: [interval('71 to 180', general)],
  },
  {
    id: 'free-t3',
    name: 'Triiodothyronine, free',
    short: 'Free T3',
    loinc: ['3051-0'],
    names: ['Free T3', 'T3, free', 'FT3'],
    unit: 'pg/mL',
    otherUnits: times('0.651', 'pmol/L'),
    gate: { low: '0.1', high: '60' },
    intervals: [interval('2.0 to 4.4', general)],
  },
];

const prostate: AnalyteInput[] = [
  {
    id: 'psa',
    name: 'Prostate specific antigen, total',
    short: 'PSA',
    loinc: ['2857-1'],
    names: ['PSA', 'PSA, total', 'Prostate specific antigen'],
    unit: 'ng/mL',
    otherUnits: times('1', 'ug/L', 'mcg/L'),
    gate: { low: '0', high: '20000' },
    intervals: [interval('0.0 to 4.0', 'age-dependent; confirm before signing', 'M')],
    deltas: [
      since(
        'psa-rise',
        'up > 0.75 ng/mL',
        365,
        'standard',
        'PSA up by more than 0.75 ng/mL in a year',
        deltaRule,
      ),
      since('psa-doubled', 'up >= 100 percent', 730, 'standard', 'PSA doubled', windowProposed),
    ],
    sensitive: 'oncology',
  },
  {
    id: 'psa-free',
    name: 'Prostate specific antigen, free',
    short: 'Free PSA',
    loinc: ['10886-0'],
    names: ['PSA, free'],
    unit: 'ng/mL',
    otherUnits: times('1', 'ug/L'),
    sensitive: 'oncology',
  },
];

export const endocrineAnalytes: AnalyteInput[] = [...diabetes, ...thyroid, ...prostate];

export const endocrinePanels: PanelInput[] = [
  panel(
    'a1c',
    'Hemoglobin A1c',
    ['4548-4', '17856-6', '59261-8', '55454-3'],
    ['HbA1c', 'A1c', 'Hemoglobin A1c, blood', 'HbA1c (hemoglobin A1c), blood'],
    ['a1c', 'estimated-average-glucose'],
    { requiredAnalyteIds: ['a1c'], contactByHours: 48 },
  ),
  panel(
    'tsh',
    'Thyroid stimulating hormone',
    ['3016-3', '11579-0'],
    ['TSH', 'TSH, serum or plasma'],
    ['tsh', 'free-t4'],
    { requiredAnalyteIds: ['tsh'] },
  ),
  panel(
    'thyroid',
    'Thyroid panel',
    [],
    ['Thyroid function tests', 'TSH and free T4', 'TSH + free T4', 'Thyroid panel with TSH', 'TFT'],
    ['tsh', 'free-t4', 'total-t3', 'free-t3'],
    { requiredAnalyteIds: ['tsh'] },
  ),
  ...thyroid.slice(1).map((one) => ownPanel(one)),
  panel(
    'psa',
    'Prostate specific antigen',
    ['2857-1', '10886-0'],
    ['PSA', 'PSA, total', 'PSA, serum or plasma'],
    ['psa', 'psa-free'],
    { requiredAnalyteIds: ['psa'], sensitive: 'oncology' },
  ),
];
