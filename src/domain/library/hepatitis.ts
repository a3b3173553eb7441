/** Viral hepatitis: clinical-rules §2.8, §4, §6.1. Always sensitive. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { abnormal, foundOrNot, internationalPerMl, ownPanel, panel } from './analyte-builder.js';

const sensitive = 'hepatitis' as const;

const serology = (
  id: string,
  name: string,
  loinc: string[],
  names: string[],
  source: string,
): AnalyteInput => ({
  id,
  name,
  short: name,
  loinc,
  names,
  unit: null,
  qualitative: foundOrNot({ positive: ['indeterminate', 'equivocal', 'repeatedly reactive'], source }),
  sensitive,
});

/** Any quantity of virus counts, also `<15 detected`. */
const virus = (id: string, name: string, loinc: string[], names: string[]): AnalyteInput => ({
  id,
  name,
  short: name,
  loinc,
  names,
  unit: '[IU]/mL',
  otherUnits: internationalPerMl,
  gate: { low: '0', high: '100000000000' },
  limits: [abnormal(`${id}-found`, '> 0', '[IU]/mL', 'clinical rules §4: any quantity', 0)],
  qualitative: foundOrNot({ source: 'clinical rules §4: not detected' }),
  sensitive,
});

const hepatitisC = [
  serology(
    'hepatitis-c-antibody',
    'Hepatitis C antibody',
    ['16128-1', '13955-0', '5198-7'],
    ['HCV antibody', 'Hep C virus Ab', 'HCV Ab', 'Hepatitis C Ab'],
    'clinical rules §4: reactive; without RNA the work-up is incomplete',
  ),
  virus(
    'hepatitis-c-rna',
    'Hepatitis C RNA',
    ['11259-9', '11011-4', '20416-4', '38180-6', '10676-5'],
    ['HCV RNA', 'HCV RNA, quantitative', 'Hepatitis C RNA, quantitative'],
  ),
];

const surfaceAntibody: AnalyteInput = {
  // Reactive means immune, nonreactive not: neither answer is normal by itself.
  id: 'hepatitis-b-surface-antibody',
  name: 'Hepatitis B surface antibody',
  short: 'anti-HBs',
  loinc: ['10900-9', '22322-2', '16935-9'],
  names: ['HBsAb', 'Anti-HBs', 'Hep B surface Ab'],
  unit: null,
  qualitative: foundOrNot({
    tier: 'review',
    negativeIsNormal: false,
    source: 'read by a person: reactive means immune',
  }),
  sensitive,
};

const hepatitisB = [
  serology(
    'hepatitis-b-surface-antigen',
    'Hepatitis B surface antigen',
    ['5195-3', '5196-1'],
    ['HBsAg', 'HBsAg screen', 'Hep B surface Ag'],
    'clinical rules §4',
  ),
  surfaceAntibody,
  serology(
    'hepatitis-b-core-antibody',
    'Hepatitis B core antibody',
    ['16933-4', '13952-7', '24113-3'],
    ['HBcAb', 'Hep B core Ab, tot', 'Hep B core Ab, IgM', 'Anti-HBc'],
    'clinical rules §4',
  ),
  virus('hepatitis-b-dna', 'Hepatitis B DNA', ['42595-9', '29615-2'], ['HBV DNA', 'HBV DNA, quantitative']),
];

const hepatitisA = serology(
  'hepatitis-a-igm',
  'Hepatitis A IgM',
  ['22314-9', '13950-1'],
  ['Hep A Ab, IgM', 'HAV IgM'],
  'clinical rules §4',
);

export const hepatitisAnalytes: AnalyteInput[] = [...hepatitisC, ...hepatitisB, hepatitisA];

export const hepatitisPanels: PanelInput[] = [
  panel(
    'hepatitis-acute',
    'Acute hepatitis panel',
    [],
    ['Hepatitis panel', 'Hepatitis panel, acute'],
    ['hepatitis-a-igm', 'hepatitis-b-surface-antigen', 'hepatitis-b-core-antibody', 'hepatitis-c-antibody'],
    {
      requiredAnalyteIds: ['hepatitis-b-surface-antigen', 'hepatitis-c-antibody'],
      sensitive,
    },
  ),
  panel(
    'hepatitis-c',
    'Hepatitis C',
    hepatitisC.flatMap((one) => one.loinc),
    ['HCV antibody', 'Hepatitis C antibody', 'Hepatitis C antibody with reflex to RNA', 'HCV RNA'],
    hepatitisC.map((one) => one.id),
    { sensitive },
  ),
  panel(
    'hepatitis-b',
    'Hepatitis B',
    hepatitisB.flatMap((one) => one.loinc),
    [
      'Hepatitis B surface antigen',
      'HBsAg',
      'Hepatitis B surface antibody',
      'Hepatitis B core antibody',
      'HBV DNA',
    ],
    hepatitisB.map((one) => one.id),
    { sensitive },
  ),
  ownPanel(hepatitisA),
];
