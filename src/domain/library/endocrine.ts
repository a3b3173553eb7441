/** HbA1c, TSH and PSA: clinical-rules §2.4. None has a critical limit. */
import type { AnalyteInput } from '../rules/rule-set.js';
import { interval, times } from './analyte-builder.js';

export const endocrineAnalytes: AnalyteInput[] = [
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
    intervals: [interval('<5.7', 'ADA')],
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
    intervals: [interval('0.45 to 4.5', 'well-known adult interval; confirm before signing')],
    minor: { low: '0.35', high: '5.5' },
  },
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
