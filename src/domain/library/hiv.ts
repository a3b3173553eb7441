/** HIV: clinical-rules §2.8, §4, §6.1. Sensitive in every case; a reactive result is told by a person only (L29). */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { abnormal, copiesPerMl, foundOrNot, ownPanel, panel } from './analyte-builder.js';
import { proposed } from './sources.js';

const screen: AnalyteInput = {
  id: 'hiv-screen',
  name: 'HIV antigen/antibody',
  short: 'HIV Ag/Ab',
  loinc: ['56888-1', '31201-7', '29893-5', '7917-8', '7918-6', '48345-3', '43010-8', '49580-4'],
  names: ['HIV Ag/Ab', 'HIV 1/2 Ag/Ab', 'HIV screen', 'HIV antibody', 'HIV-1/2 antibody'],
  unit: null,
  qualitative: foundOrNot({
    positive: ['indeterminate', 'repeatedly reactive', 'preliminary reactive', 'preliminary positive'],
    source: 'clinical rules §4: reactive or indeterminate; a reactive screen alone is preliminary',
  }),
  sensitive: 'hiv',
};

const confirmation: AnalyteInput[] = [
  {
    id: 'hiv-confirmation',
    name: 'HIV confirmation (Western blot, p24)',
    short: 'HIV confirmation',
    loinc: ['9661-0', '5222-5'],
    names: ['HIV Western blot', 'HIV p24 antigen', 'HIV-1/HIV-2 differentiation'],
    unit: null,
    qualitative: foundOrNot({ positive: ['indeterminate'], source: 'clinical rules §4' }),
    sensitive: 'hiv',
  },
  {
    id: 'hiv-rna',
    name: 'HIV RNA, qualitative',
    short: 'HIV RNA',
    loinc: ['5018-7'],
    names: ['HIV-1 RNA, qualitative'],
    unit: null,
    qualitative: foundOrNot({ positive: ['indeterminate'], source: 'clinical rules §4: any RNA detected' }),
    sensitive: 'hiv',
  },
  {
    id: 'hiv-viral-load',
    name: 'HIV viral load',
    short: 'HIV viral load',
    loinc: [
      '20447-9',
      '10351-5',
      '25836-8',
      '70241-5',
      '62469-2',
      '21008-8',
      '29541-0',
      '48510-2',
      '48511-0',
      '59419-2',
      '69354-9',
    ],
    names: ['HIV-1 RNA, quantitative', 'HIV-1 RNA by PCR, Qn', 'HIV viral load'],
    unit: '{copies}/mL',
    otherUnits: copiesPerMl,
    gate: { low: '0', high: '1000000000' },
    limits: [
      abnormal(
        'hiv-viral-load-high',
        '>= 200',
        '{copies}/mL',
        `clinical rules §4: known patient from 200; ${proposed}`,
      ),
    ],
    qualitative: foundOrNot({ source: 'clinical rules §4: any RNA detected' }),
    sensitive: 'hiv',
  },
  {
    id: 'hiv-genotype',
    name: 'HIV genotype',
    short: 'HIV genotype',
    loinc: ['48558-1'],
    unit: null,
    qualitative: foundOrNot({ tier: 'review', negativeIsNormal: false, source: 'always read by a person' }),
    sensitive: 'hiv',
  },
];

export const hivAnalytes: AnalyteInput[] = [screen, ...confirmation];

const ordered = confirmation.filter(({ id }) => id === 'hiv-viral-load' || id === 'hiv-genotype');

export const hivPanels: PanelInput[] = [
  panel(
    'hiv-screen',
    'HIV antigen/antibody screen',
    ['75622-1', ...screen.loinc],
    ['HIV 1/2 Ag/Ab', 'HIV Ag/Ab', 'HIV screen', 'HIV-1/2 antigen and antibodies', 'HIV antibody'],
    [screen.id, 'hiv-confirmation', 'hiv-rna'],
    { requiredAnalyteIds: [screen.id], sensitive: 'hiv' },
  ),
  ...ordered.map((one) => ownPanel(one)),
];
