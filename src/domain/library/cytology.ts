/** Pap cytology and HPV: clinical-rules §2.8, §4, §6.1. Cytology is never normal automatically. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { foundOrNot, panel, weekHours } from './analyte-builder.js';
import { proposed } from './sources.js';

const graded = [
  'asc-us',
  'ascus',
  'asc-h',
  'lsil',
  'hsil',
  'agc',
  'ais',
  'atypical squamous cells of undetermined significance',
  'atypical squamous cells of undetermined significance (asc-us)',
  'atypical squamous cells cannot exclude high grade squamous intraepithelial lesion',
  'low grade squamous intraepithelial lesion',
  'low-grade squamous intraepithelial lesion (lsil)',
  'high grade squamous intraepithelial lesion',
  'high-grade squamous intraepithelial lesion (hsil)',
  'atypical glandular cells',
  'adenocarcinoma in situ',
  'squamous cell carcinoma',
  'adenocarcinoma',
  'carcinoma',
  'epithelial cell abnormality',
  'unsatisfactory',
  'unsatisfactory for evaluation',
];

const pap: AnalyteInput = {
  id: 'pap',
  name: 'Pap cytology',
  short: 'Pap',
  loinc: [
    '10524-7',
    '18500-9',
    '33717-0',
    '47527-7',
    '47528-5',
    '19762-4',
    '19764-0',
    '19765-7',
    '19766-5',
    '19774-9',
  ],
  names: ['Pap', 'Pap smear', 'Gyn pap', 'Interpretation', 'Diagnosis', 'Pap test'],
  unit: null,
  qualitative: foundOrNot({
    negative: [
      'nilm',
      'negative for intraepithelial lesion or malignancy',
      'negative for intraepithelial lesion and malignancy',
      'negative for intraepithelial lesion or malignancy (nilm)',
    ],
    positive: graded,
    urgency: 'same-day',
    negativeIsNormal: false,
    source: `clinical rules §4, §6.1; ASCCP 2019: HSIL, AGC and carcinoma expedited; ${proposed}`,
  }),
  sensitive: 'oncology',
};

const hpv = (
  id: string,
  name: string,
  loinc: string[],
  names: string[],
  isHigher: boolean,
): AnalyteInput => ({
  id,
  name,
  short: name,
  loinc,
  names,
  unit: null,
  qualitative: foundOrNot({
    positive: ['indeterminate', 'invalid'],
    urgency: isHigher ? 'same-day' : 'standard',
    source: isHigher ? `clinical rules §4: 16 or 18 positive is higher; ${proposed}` : 'clinical rules §4',
  }),
  sensitive: 'sti',
});

const hpvTests: AnalyteInput[] = [
  hpv(
    'hpv-high-risk',
    'HPV, high risk',
    [
      '21440-3',
      '30167-1',
      '38372-9',
      '59420-0',
      '69002-4',
      '71431-1',
      '75694-0',
      '77379-6',
      '82354-2',
      '82456-5',
      '82675-0',
      '95539-3',
    ],
    ['HPV, high-risk', 'HPV high risk', 'HPV aptima', 'HPV mRNA E6/E7'],
    false,
  ),
  hpv('hpv-16', 'HPV type 16', ['77399-4', '59263-4', '61372-9'], ['HPV 16', 'HPV genotype 16'], true),
  hpv(
    'hpv-18',
    'HPV type 18',
    ['77400-0', '59264-2', '61373-7'],
    ['HPV 18', 'HPV genotype 18,45', 'HPV 18/45'],
    true,
  ),
];

export const hpvLoinc: readonly string[] = hpvTests.flatMap(({ loinc }) => loinc);

export const cytologyAnalytes: AnalyteInput[] = [pap, ...hpvTests];

export const cytologyPanels: PanelInput[] = [
  panel(
    'pap',
    'Pap test',
    pap.loinc,
    ['Pap', 'Pap smear', 'Gynecologic cytology', 'ThinPrep Pap', 'IGP, Aptima HPV', 'Pap with HPV'],
    cytologyAnalytes.map((one) => one.id),
    { requiredAnalyteIds: [pap.id], contactByHours: weekHours, sensitive: 'oncology' },
  ),
  panel(
    'hpv',
    'HPV, high risk',
    hpvTests.flatMap((one) => one.loinc),
    ['HPV', 'HPV high risk', 'HPV, high-risk with genotyping', 'Human papillomavirus'],
    hpvTests.map((one) => one.id),
    { contactByHours: weekHours, sensitive: 'sti' },
  ),
];
