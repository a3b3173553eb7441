/** Complete blood count: clinical-rules §2.1, limits §3.2, gates §2.11. */
import type { AnalyteInput } from '../rules/rule-set.js';
import { cellsInMillions, cellsInThousands, critical, interval, sameDay, times } from './analyte-builder.js';

const labcorp = 'intervals printed on a 2024 reference laboratory report';
const general = 'well-known adult interval; confirm before signing';
const thousands = '10*3/uL';

const absolute = (
  id: string,
  name: string,
  short: string,
  loinc: string[],
  range: string | null,
): AnalyteInput => ({
  id,
  name,
  short,
  loinc,
  names: [short],
  unit: thousands,
  otherUnits: cellsInThousands,
  gate: { low: '0', high: '1000' },
  intervals: range === null ? [] : [interval(range, labcorp)],
});

/** Percentages carry no library interval: only what the laboratory sends counts. */
const percentage = (id: string, name: string, short: string, loinc: string[]): AnalyteInput => ({
  id,
  name,
  short,
  loinc,
  names: [short],
  unit: '%',
  gate: { low: '0', high: '100' },
});

const morphology = (id: string, name: string, loinc: string): AnalyteInput => ({
  id,
  name,
  short: name,
  loinc: [loinc],
  unit: null,
  qualitative: {
    negative: ['normal', 'adequate', 'unremarkable', 'within normal limits'],
    positive: [],
    positiveTier: 'review',
    positiveUrgency: 'standard',
    negativeIsNormal: true,
    source: 'proposed; anything else goes to a person',
  },
});

export const cbcAnalytes: AnalyteInput[] = [
  {
    ...absolute('wbc', 'White blood cells', 'WBC', ['6690-2', '26464-8'], '3.4 to 10.8'),
    names: ['WBC', 'WBC count', 'Leukocytes'],
    limits: [
      critical('wbc-low', '<= 2.0', thousands, 'KO 2.0, AR ≤2.0, SU <2.0, ST ≤1.0'),
      critical('wbc-high', '>= 40', thousands, 'KO 37, AR ≥40, SU >50, MY ≥100, ST ≥25'),
    ],
    minor: { low: '3.2', high: '11.5' },
  },
  {
    id: 'rbc',
    name: 'Red blood cells',
    short: 'RBC',
    loinc: ['789-8', '26453-1'],
    names: ['RBC', 'RBC count', 'Erythrocytes'],
    unit: '10*6/uL',
    otherUnits: cellsInMillions,
    gate: { low: '0.5', high: '12' },
    intervals: [interval('3.77 to 5.28', labcorp, 'F'), interval('4.14 to 5.80', general, 'M')],
  },
  {
    id: 'hemoglobin',
    name: 'Hemoglobin',
    short: 'Hgb',
    loinc: ['718-7', '20509-6'],
    names: ['Hgb', 'Hb'],
    unit: 'g/dL',
    otherUnits: [...times('0.1', 'g/L'), ...times('1.611', 'mmol/L')],
    gate: { low: '1.5', high: '27' },
    intervals: [interval('11.1 to 15.9', labcorp, 'F'), interval('13.0 to 17.7', general, 'M')],
    limits: [
      critical('hemoglobin-low', '<= 7.0', 'g/dL', 'AR ≤7, HM ≤7.0, ST ≤7.0; KO 6.6, QU ≤6.0'),
      critical('hemoglobin-high', '>= 20.0', 'g/dL', 'KO 19.9, MY ≥20.0, SU >20; QU ≥22.5'),
      sameDay('hemoglobin-low-same-day', '<= 8.0', 'g/dL', 'proposed; example 7.4 of the lifecycle'),
    ],
  },
  {
    id: 'hematocrit',
    name: 'Hematocrit',
    short: 'Hct',
    loinc: ['4544-3', '20570-8'],
    names: ['Hct'],
    unit: '%',
    otherUnits: times('100', 'L/L', '{fraction}'),
    gate: { low: '5', high: '85' },
    intervals: [interval('34.0 to 46.6', labcorp, 'F'), interval('37.5 to 51.0', general, 'M')],
    limits: [
      critical('hematocrit-low', '<= 21', '%', 'AR ≤21, UCI <21, BR <21; KO 18, ST ≤20'),
      critical('hematocrit-high', '>= 60', '%', 'ST ≥60, KO 61; AR ≥65'),
    ],
  },
  {
    id: 'mcv',
    name: 'Mean corpuscular volume',
    short: 'MCV',
    loinc: ['787-2', '30428-7'],
    names: ['MCV'],
    unit: 'fL',
    otherUnits: times('1', 'um3'),
    gate: { low: '40', high: '160' },
    intervals: [interval('79 to 97', labcorp)],
    minor: { low: '77', high: '100' },
  },
  {
    id: 'mch',
    name: 'Mean corpuscular hemoglobin',
    short: 'MCH',
    loinc: ['785-6', '28539-5'],
    names: ['MCH'],
    unit: 'pg',
    otherUnits: times('16.11', 'fmol'),
    gate: { low: '5', high: '60' },
    intervals: [interval('26.6 to 33.0', labcorp)],
    minor: { low: '25.5', high: '34.5' },
  },
  {
    id: 'mchc',
    name: 'Mean corpuscular hemoglobin concentration',
    short: 'MCHC',
    loinc: ['786-4', '28540-3'],
    names: ['MCHC'],
    unit: 'g/dL',
    otherUnits: times('0.1', 'g/L'),
    gate: { low: '15', high: '50' },
    intervals: [interval('31.5 to 35.7', labcorp)],
    minor: { low: '30.5', high: '36.5' },
  },
  {
    id: 'rdw-cv',
    name: 'Red cell distribution width',
    short: 'RDW',
    loinc: ['788-0', '30385-9'],
    names: ['RDW', 'RDW-CV'],
    unit: '%',
    gate: { low: '5', high: '50' },
    intervals: [interval('11.7 to 15.4', labcorp)],
    minor: { low: '11.0', high: '16.0' },
  },
  {
    id: 'rdw-sd',
    name: 'Red cell distribution width, SD',
    short: 'RDW-SD',
    loinc: ['21000-5'],
    names: ['RDW-SD'],
    unit: 'fL',
  },
  {
    id: 'platelets',
    name: 'Platelets',
    short: 'Plt',
    loinc: ['777-3', '26515-7'],
    names: ['Plt', 'Platelet count', 'PLT'],
    unit: thousands,
    otherUnits: cellsInThousands,
    gate: { low: '0', high: '5000' },
    intervals: [interval('150 to 450', labcorp)],
    limits: [
      critical('platelets-low', '<= 20', thousands, 'AR ≤20, ST ≤20, BR <20; KO 37, SU <50'),
      critical('platelets-high', '>= 1000', thousands, 'AR ≥1000, MY ≥1000, ST ≥1000; SU >800'),
      sameDay('platelets-low-same-day', '<= 50', thousands, 'proposed; SU <50, AV <50'),
    ],
    minor: { low: '140', high: '480' },
  },
  { id: 'mpv', name: 'Mean platelet volume', short: 'MPV', loinc: ['32623-1'], names: ['MPV'], unit: 'fL' },
  {
    ...absolute('neutrophils', 'Neutrophils, absolute', 'ANC', ['751-8', '26499-4'], '1.4 to 7.0'),
    limits: [
      critical('neutrophils-low', '<= 0.5', thousands, 'UW <0.5, MY ≤0.5, SU <0.5; ST ≤1.0'),
      sameDay('neutrophils-low-same-day', '<= 1.0', thousands, 'proposed; ST ≤1.0'),
    ],
  },
  absolute('lymphocytes', 'Lymphocytes, absolute', 'Lymphs (absolute)', ['731-0', '26474-7'], '0.7 to 3.1'),
  absolute('monocytes', 'Monocytes, absolute', 'Monocytes (absolute)', ['742-7'], '0.1 to 0.9'),
  absolute('eosinophils', 'Eosinophils, absolute', 'Eos (absolute)', ['711-2'], '0.0 to 0.4'),
  absolute('basophils', 'Basophils, absolute', 'Basos (absolute)', ['704-7'], '0.0 to 0.2'),
  absolute(
    'immature-granulocytes',
    'Immature granulocytes, absolute',
    'IG (absolute)',
    ['51584-1', '53115-2'],
    null,
  ),
  percentage('neutrophils-percent', 'Neutrophils, percent', 'Neutrophils %', ['770-8', '26511-6', '23761-0']),
  percentage('lymphocytes-percent', 'Lymphocytes, percent', 'Lymphs %', ['736-9', '26478-8']),
  percentage('monocytes-percent', 'Monocytes, percent', 'Monocytes %', ['5905-5', '26485-3']),
  percentage('eosinophils-percent', 'Eosinophils, percent', 'Eos %', ['713-8', '26450-7']),
  percentage('basophils-percent', 'Basophils, percent', 'Basos %', ['706-2', '30180-4']),
  percentage('immature-granulocytes-percent', 'Immature granulocytes, percent', 'IG %', [
    '71695-1',
    '38518-7',
  ]),
  percentage('bands-percent', 'Bands, percent', 'Bands %', ['764-1']),
  {
    ...percentage('blasts-percent', 'Blasts, percent', 'Blasts %', ['709-6', '26446-5']),
    intervals: [interval('0 to 0', 'HM: any blasts, first time')],
    limits: [critical('blasts-percent-any', '> 0', '%', 'HM: any blasts, first time', 0)],
  },
  {
    ...absolute('blasts', 'Blasts, absolute', 'Blasts', ['708-8', '30376-8'], null),
    intervals: [interval('0 to 0', 'HM: any blasts, first time')],
    limits: [critical('blasts-any', '> 0', thousands, 'HM: any blasts, first time', 0)],
  },
  morphology('platelet-morphology', 'Platelet morphology', '11125-2'),
  morphology('wbc-morphology', 'White cell morphology', '11156-7'),
  morphology('rbc-morphology', 'Red cell morphology', '11273-0'),
];

export const cbcRequired = ['wbc', 'hemoglobin', 'hematocrit', 'platelets'];
