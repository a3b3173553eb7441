/** Testosterone and hCG: clinical-rules §2.4, §4. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { abnormal, foundOrNot, interval, ownPanel, panel, times, weekHours } from './analyte-builder.js';
import { general, proposed } from './sources.js';

const testosterone: AnalyteInput[] = [
  {
    id: 'testosterone',
    name: 'Testosterone, total',
    short: 'Testosterone',
    loinc: ['2986-8', '49041-7'],
    molarLoinc: ['14913-8'],
    names: ['Testosterone', 'Total testosterone', 'Testosterone, total, MS'],
    unit: 'ng/dL',
    otherUnits: [...times('28.84', 'nmol/L'), ...times('100', 'ng/mL')],
    gate: { low: '0', high: '10000' },
    intervals: [
      interval('264 to 916', `${general}; low below 300 (AUA)`, 'M'),
      interval('8 to 60', `${general}; depends on age and method`, 'F'),
    ],
  },
  {
    id: 'testosterone-free',
    name: 'Testosterone, free',
    short: 'Free testosterone',
    loinc: ['2991-8'],
    names: ['Free testosterone'],
    unit: 'pg/mL',
    gate: { low: '0', high: '3000' },
  },
  {
    id: 'testosterone-bioavailable',
    name: 'Testosterone, bioavailable',
    short: 'Bioavailable testosterone',
    loinc: ['2990-0'],
    names: ['Bioavailable testosterone'],
    unit: 'ng/dL',
    gate: { low: '0', high: '5000' },
  },
];

const notNormal = 'clinical rules §4: neither answer is normal by itself; sensitive both ways';

/** No interval on purpose: whether a number is good news depends on what the patient hopes for. */
const hcg: AnalyteInput[] = [
  {
    id: 'hcg',
    name: 'Human chorionic gonadotropin, quantitative',
    short: 'hCG',
    loinc: ['21198-7', '19080-1'],
    names: ['hCG', 'Beta hCG', 'hCG, quantitative', 'Beta hCG, quantitative', 'B-hCG'],
    unit: 'm[IU]/mL',
    otherUnits: times('1', '[IU]/L', 'IU/L', 'mIU/mL', 'mU/mL', 'U/L'),
    gate: { low: '0', high: '5000000' },
    limits: [
      abnormal(
        'hcg-found',
        '>= 5',
        'm[IU]/mL',
        `${proposed}; under 5 not pregnant, 5 to 24 equivocal, 25 and over positive`,
      ),
    ],
    sensitive: 'pregnancy',
  },
  {
    id: 'hcg-qualitative',
    name: 'Human chorionic gonadotropin, qualitative',
    short: 'hCG (qualitative)',
    loinc: ['2118-8', '2106-3'],
    names: ['hCG, qualitative', 'Pregnancy test', 'hCG, urine', 'Urine pregnancy test', 'hCG, serum'],
    unit: null,
    qualitative: foundOrNot({ negativeIsNormal: false, source: notNormal }),
    sensitive: 'pregnancy',
  },
];

export const hormoneAnalytes: AnalyteInput[] = [...testosterone, ...hcg];

export const hormonePanels: PanelInput[] = [
  panel(
    'testosterone',
    'Testosterone',
    ['2986-8', '49041-7', '14913-8', '2991-8', '2990-0'],
    ['Testosterone, total', 'Testosterone, free and total', 'Testosterone, free', 'Total testosterone'],
    testosterone.map((one) => one.id),
    { contactByHours: weekHours },
  ),
  ...hcg.map((one) => ownPanel(one)),
];
