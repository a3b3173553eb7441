/** Urinalysis: clinical-rules §2.7. Strips answer in words or in mg/dL; words are read by the lists here. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { cellsPerField, foundOrNot, interval, onlyThese, panel, times } from './analyte-builder.js';
import { general, proposed } from './sources.js';

const graded = ['small', 'moderate', 'large', '1+', '2+', '3+', '4+', '+', '++', '+++', '++++'];
const none = 'clinical rules §2.7: Negative';

/** A field of the strip whose normal answer is Negative. */
const strip = (
  id: string,
  name: string,
  short: string,
  loinc: string[],
  more: Partial<AnalyteInput> = {},
): AnalyteInput => ({
  id,
  name,
  short,
  loinc,
  names: [short],
  unit: null,
  qualitative: foundOrNot({ negative: ['normal', 'norm'], positive: graded, source: none }),
  ...more,
});

const milligrams = { unit: 'mg/dL', gate: { low: '0', high: '10000' } };

const stripFields: AnalyteInput[] = [
  {
    id: 'urine-specific-gravity',
    name: 'Specific gravity, urine',
    short: 'Specific gravity',
    loinc: ['5811-5'],
    names: ['Specific gravity', 'Sp gravity'],
    unit: '{s.g.}',
    unitOptional: true,
    gate: { low: '0.9', high: '1.2' },
    intervals: [interval('1.005 to 1.030', general)],
  },
  {
    id: 'urine-ph',
    name: 'pH, urine',
    short: 'Urine pH',
    loinc: ['5803-2'],
    names: ['pH'],
    unit: '[pH]',
    unitOptional: true,
    otherUnits: times('1', 'pH'),
    gate: { low: '3', high: '11' },
    intervals: [interval('5.0 to 7.5', `${general}; by others 4.5 to 8`)],
  },
  strip('urine-glucose', 'Glucose, urine', 'Urine glucose', ['5792-7'], {
    ...milligrams,
    names: ['Glucose', 'Glucose, UA'],
  }),
  strip('urine-ketones', 'Ketones, urine', 'Urine ketones', ['5797-6', '2514-8'], {
    ...milligrams,
    names: ['Ketones', 'Ketones, UA'],
  }),
  strip('urine-protein', 'Protein, urine', 'Urine protein', ['5804-0', '20454-5', '57735-3'], {
    ...milligrams,
    names: ['Protein', 'Protein, UA'],
    qualitative: foundOrNot({
      negative: ['normal', 'norm', 'trace'],
      positive: graded,
      source: 'clinical rules §2.7: Negative to trace',
    }),
  }),
  strip('urine-bilirubin', 'Bilirubin, urine', 'Urine bilirubin', ['5770-3', '20505-4', '1977-8'], {
    ...milligrams,
    names: ['Bilirubin', 'Bilirubin, UA'],
  }),
  strip('urine-urobilinogen', 'Urobilinogen, urine', 'Urobilinogen', ['5818-0', '13658-0'], {
    ...milligrams,
    names: ['Urobilinogen', 'Urobilinogen, semi-qn'],
    otherUnits: times('1', 'EU/dL', '{EU}/dL', "{Ehrlich'U}/dL"),
    intervals: [interval('0.2 to 1.0', general)],
  }),
  strip('urine-blood', 'Blood, urine', 'Urine blood', ['5794-3', '57751-0'], {
    names: ['Blood', 'Occult blood, urine', 'Blood, UA'],
  }),
  strip('urine-nitrite', 'Nitrite, urine', 'Urine nitrite', ['5802-4'], {
    names: ['Nitrite', 'Nitrite, UA'],
  }),
  strip('urine-leukocyte-esterase', 'Leukocyte esterase, urine', 'Leukocyte esterase', ['5799-2'], {
    names: ['Leukocyte esterase', 'WBC esterase'],
  }),
  {
    id: 'urine-color',
    name: 'Color, urine',
    short: 'Urine color',
    loinc: ['5778-6'],
    names: ['Color', 'Urine-color'],
    unit: null,
    qualitative: onlyThese({
      negative: ['yellow', 'light yellow', 'pale yellow', 'straw'],
      tier: 'review',
      source: `clinical rules §2.7: Yellow; ${proposed}`,
    }),
  },
  {
    id: 'urine-appearance',
    name: 'Appearance, urine',
    short: 'Urine appearance',
    loinc: ['5767-9'],
    names: ['Appearance', 'Clarity'],
    unit: null,
    qualitative: onlyThese({ negative: ['clear'], tier: 'review', source: 'clinical rules §2.7: Clear' }),
  },
];

const fewer = ['none', 'none seen', 'rare', 'few', 'occasional'];
const more = ['moderate', 'many', 'large', 'loaded', 'packed', 'tntc', 'too numerous to count'];

const sediment: AnalyteInput[] = [
  {
    id: 'urine-wbc',
    name: 'White cells per field, urine',
    short: 'Urine WBC',
    loinc: ['5821-4', '51487-7'],
    names: ['WBC', 'WBC, UA', 'WBC, urine'],
    unit: '/[HPF]',
    otherUnits: cellsPerField,
    gate: { low: '0', high: '10000' },
    intervals: [interval('0 to 5', general)],
    qualitative: foundOrNot({
      negative: ['none', '0-1', '0-2', '0-3', '0-4', '0-5', '0 - 5', '1-2', '1-5', '2-5', '3-5', '0 to 5'],
      positive: [...more, '5-10', '6-10', '10-20', '11-20', '11-30', '20-30', '20-50', '21-50', '50-100'],
      source: `clinical rules §2.7: 0 to 5 per field; ${proposed}`,
    }),
  },
  {
    id: 'urine-rbc',
    name: 'Red cells per field, urine',
    short: 'Urine RBC',
    loinc: ['13945-1'],
    names: ['RBC', 'RBC, UA', 'RBC, urine'],
    unit: '/[HPF]',
    otherUnits: cellsPerField,
    gate: { low: '0', high: '10000' },
    intervals: [interval('0 to 2', `${general}; AUA: microhematuria from 3`)],
    qualitative: foundOrNot({
      negative: ['none', '0-1', '0-2', '0 - 2', '1-2', '0 to 2'],
      positive: [
        ...more,
        '3-5',
        '3-10',
        '5-10',
        '6-10',
        '10-20',
        '11-20',
        '11-30',
        '20-50',
        '21-50',
        '50-100',
      ],
      source: `clinical rules §2.7: 0 to 2 per field, AUA from 3; ${proposed}`,
    }),
  },
  ...(
    [
      [
        'urine-epithelial-cells',
        'Epithelial cells, urine',
        '5787-7',
        ['Epithelial cells', 'Squamous epithelial cells'],
      ],
      ['urine-bacteria', 'Bacteria, urine', '25145-4', ['Bacteria', 'Bacteria, UA']],
      ['urine-yeast', 'Yeast, urine', '5822-2', ['Yeast', 'Yeast, UA']],
    ] as const
  ).map(([id, name, loinc, names]): AnalyteInput => ({
    id,
    name,
    short: name,
    loinc: [loinc],
    names: [...names],
    unit: null,
    qualitative: foundOrNot({
      negative: fewer,
      positive: [...graded, ...more],
      source: `none or few; ${proposed}`,
    }),
  })),
];

export const urinalysisAnalytes: AnalyteInput[] = [...stripFields, ...sediment];

export const urinalysisPanels: PanelInput[] = [
  panel(
    'urinalysis',
    'Urinalysis',
    ['24356-8', '24357-6'],
    [
      'UA',
      'Urinalysis, complete',
      'Urinalysis, routine',
      'Urinalysis with microscopy',
      'Urinalysis, dipstick',
      'Urinalysis with reflex to culture',
    ],
    urinalysisAnalytes.map((one) => one.id),
    {
      requiredAnalyteIds: [
        'urine-glucose',
        'urine-protein',
        'urine-blood',
        'urine-nitrite',
        'urine-leukocyte-esterase',
      ],
    },
  ),
];
