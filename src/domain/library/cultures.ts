/** Cultures and smears: clinical-rules §2.8, §3.3, §4. Susceptibilities (R, S, I) never set a class. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import {
  abnormal,
  flagIsCritical,
  foundOrNot,
  ownPanel,
  panel,
  soonHours,
  times,
} from './analyte-builder.js';
import { mycobacteria, organisms } from './organisms.js';
import { proposed } from './sources.js';

const afterDays = (days: readonly number[]) =>
  days.flatMap((day) => [
    ...['', 'after ', 'at ', 'in '].flatMap((word) => [
      `no growth ${word}${day} days`,
      `no growth ${word}${day * 24} hours`,
    ]),
    `no growth ${day} days, final`,
    `no growth (${day} days)`,
  ]);

/** “No growth to date” is preliminary even when the row says final, and so is missing here. */
const finalNoGrowth = [
  'no growth final',
  'final: no growth',
  'no growth, final',
  'no aerobic or anaerobic growth',
];

const bloodCulture: AnalyteInput = {
  id: 'blood-culture',
  name: 'Blood culture',
  short: 'Blood culture',
  loinc: ['600-7', '17928-3', '17934-1'],
  names: ['Culture, blood', 'Blood culture, routine', 'Blood culture, aerobic', 'Blood culture, anaerobic'],
  unit: null,
  raises: [flagIsCritical('blood-culture-flag', 'AR, HM, UCI: positive blood cultures arrive with flag A')],
  qualitative: foundOrNot({
    negative: [...afterDays([5, 6, 7]), ...finalNoGrowth],
    positive: organisms,
    tier: 'critical',
    urgency: 'critical',
    source: 'AR, HM, UCI, KO: positive blood culture; contaminants are a clinician’s judgement',
  }),
};

const sterile = (id: string, name: string, loinc: string[], names: string[]): AnalyteInput => ({
  id,
  name,
  short: name,
  loinc,
  names,
  unit: null,
  raises: [flagIsCritical(`${id}-flag`, 'AR: positive sterile-site culture, flagged A')],
  qualitative: foundOrNot({
    negative: [...afterDays([3, 4, 5, 7]), ...finalNoGrowth, 'no organisms seen'],
    positive: organisms,
    tier: 'critical',
    urgency: 'critical',
    source: 'AR: positive CSF, sterile body fluid or deep tissue culture or smear',
  }),
});

const sterileCultures = [
  sterile('csf-culture', 'Cerebrospinal fluid culture', ['606-4'], ['CSF culture', 'Culture, CSF']),
  sterile(
    'sterile-fluid-culture',
    'Sterile body fluid culture',
    ['611-4'],
    ['Body fluid culture', 'Culture, body fluid'],
  ),
];

const mycobacterial: AnalyteInput[] = (
  [
    ['afb-smear', 'Acid-fast smear', '11545-1', ['AFB smear', 'Acid fast smear']],
    ['afb-culture', 'Mycobacterial culture', '543-9', ['AFB culture', 'Mycobacterium culture', 'TB culture']],
  ] as const
).map(([id, name, loinc, names]) => ({
  id,
  name,
  short: name,
  loinc: [loinc],
  names: [...names],
  unit: null,
  raises: [flagIsCritical(`${id}-flag`, 'AR, UCI: first positive, flagged A')],
  qualitative: foundOrNot({
    negative: [
      'no acid fast bacilli seen',
      'no acid-fast bacilli seen',
      'no afb seen',
      'no mycobacteria isolated',
    ],
    positive: mycobacteria,
    tier: 'critical',
    urgency: 'critical',
    source: 'AR, UCI: first positive AFB smear or M. tuberculosis',
  }),
}));

const urineCulture: AnalyteInput = {
  id: 'urine-culture',
  name: 'Urine culture',
  short: 'Urine culture',
  loinc: ['630-4'],
  names: ['Culture, urine', 'Urine culture, routine', 'Culture, urine, routine'],
  unit: '{CFU}/mL',
  otherUnits: times('1', 'CFU/mL', 'colonies/mL', 'col/mL', 'organisms/mL', '[CFU]/mL'),
  gate: { low: '0', high: '10000000000' },
  intervals: [
    {
      sex: null,
      low: null,
      high: { value: '10000', inclusive: false },
      source: 'clinical rules §4: under 10,000 CFU/mL; in pregnancy other lines hold',
    },
  ],
  limits: [
    abnormal(
      'urine-culture-count',
      '>= 10000',
      '{CFU}/mL',
      `10,000 to 100,000 counts with symptoms; ${proposed}`,
    ),
  ],
  qualitative: foundOrNot({
    negative: [
      ...afterDays([1, 2]),
      ...finalNoGrowth,
      'mixed urogenital flora',
      'mixed genital flora',
      'mixed flora',
      'normal urogenital flora',
      'normal flora',
      'no significant growth',
    ],
    positive: organisms,
    source: 'clinical rules §4; any group B streptococcus counts',
  }),
};

const otherCultures: AnalyteInput[] = [
  {
    id: 'gram-stain',
    name: 'Gram stain',
    short: 'Gram stain',
    loinc: ['664-3'],
    unit: null,
    qualitative: foundOrNot({
      negative: ['no organisms seen', 'no bacteria seen'],
      positive: organisms,
      urgency: 'same-day',
      source: `AR, HM, UCI: critical when from blood or a sterile site, which this code does not say; ${proposed}`,
    }),
  },
  {
    id: 'throat-culture',
    name: 'Throat culture',
    short: 'Throat culture',
    loinc: ['626-2', '17898-8', '11268-0'],
    names: ['Culture, throat', 'Upper respiratory culture', 'Strep culture, throat'],
    unit: null,
    qualitative: foundOrNot({
      negative: [
        'normal flora',
        'normal respiratory flora',
        'normal upper respiratory flora',
        'routine respiratory flora',
        'no group a streptococcus isolated',
        'no beta hemolytic streptococcus isolated',
      ],
      positive: organisms,
      urgency: 'same-day',
      source: `clinical rules §4; ${proposed}`,
    }),
  },
  {
    id: 'stool-culture',
    name: 'Stool culture',
    short: 'Stool culture',
    loinc: ['625-4'],
    names: ['Culture, stool'],
    unit: null,
    qualitative: foundOrNot({
      negative: [
        'no enteric pathogens isolated',
        'no salmonella, shigella or campylobacter isolated',
        'no salmonella or shigella recovered',
        'no pathogens isolated',
        'normal enteric flora',
      ],
      positive: organisms,
      urgency: 'same-day',
      source: `clinical rules §4; ${proposed}; reportable: check`,
    }),
  },
  {
    id: 'other-culture',
    name: 'Culture',
    short: 'Culture',
    loinc: ['6463-4'],
    names: ['Aerobic culture', 'Wound culture', 'Culture, wound', 'Genital culture', 'Culture, aerobic'],
    unit: null,
    qualitative: foundOrNot({
      negative: [...afterDays([2, 3, 5]), ...finalNoGrowth],
      positive: organisms,
      urgency: 'same-day',
      source: `clinical rules §4; ${proposed}; the site decides how much it means`,
    }),
  },
];

export const cultureAnalytes: AnalyteInput[] = [
  urineCulture,
  bloodCulture,
  ...sterileCultures,
  ...mycobacterial,
  ...otherCultures,
];

export const culturePanels: PanelInput[] = [
  ownPanel(urineCulture),
  panel(
    'blood-culture',
    'Blood culture',
    bloodCulture.loinc,
    ['Culture, blood', 'Blood culture, routine', 'Blood culture x2'],
    [bloodCulture.id, 'gram-stain'],
    { requiredAnalyteIds: [bloodCulture.id], contactByHours: soonHours },
  ),
  ...[...sterileCultures, ...mycobacterial].map((one) => ownPanel(one, { contactByHours: soonHours })),
  ...otherCultures.map((one) => ownPanel(one)),
];
