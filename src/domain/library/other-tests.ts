/** Blood group and genetic tests: clinical-rules §2.8, §2.9, §4. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { onlyThese, ownPanel, panel } from './analyte-builder.js';

const groups = ['a', 'b', 'ab', 'o'];
const signs = (words: readonly string[]) =>
  groups.flatMap((group) => words.map((word) => `${group}${word === '+' || word === '-' ? '' : ' '}${word}`));
/**
 * No answer of a blood group is normal by itself: a person reads every one. In pregnancy Rh negative needs anti-D, a
 * group that differs from an earlier one is a mix-up of tubes or people, and "within the expected range" would tell the
 * patient nothing. A director who wants groups told as they are changes this in the practice's own rule set.
 */
const informational =
  'clinical rules §2.9: informational, read by a person; in pregnancy Rh negative needs anti-D';
const neverNormal = { tier: 'review', negativeIsNormal: false, source: informational } as const;
const rhPositive = ['positive', 'pos', 'rh positive', 'rh pos', 'd positive', 'rh(d) positive', '10828004'];
const rhNegative = ['negative', 'neg', 'rh negative', 'rh neg', 'd negative', 'rh(d) negative', '260385009'];

const bloodGroup: AnalyteInput[] = [
  {
    id: 'abo-group',
    name: 'ABO group',
    short: 'ABO',
    loinc: ['883-9'],
    names: ['ABO grouping', 'ABO'],
    unit: null,
    qualitative: onlyThese({
      negative: [
        ...groups,
        ...groups.map((group) => `group ${group}`),
        ...groups.map((group) => `type ${group}`),
      ],
      ...neverNormal,
    }),
  },
  {
    id: 'rh-type',
    name: 'Rh type',
    short: 'Rh',
    loinc: ['10331-7'],
    names: ['Rh factor', 'Rh'],
    unit: null,
    qualitative: onlyThese({
      negative: rhPositive,
      positive: rhNegative,
      ...neverNormal,
    }),
  },
  {
    id: 'abo-rh',
    name: 'ABO group and Rh type',
    short: 'ABO/Rh',
    loinc: ['882-1'],
    names: ['ABO/Rh', 'Blood type'],
    unit: null,
    qualitative: onlyThese({
      negative: signs(['positive', 'pos', 'rh positive', '+']),
      positive: signs(['negative', 'neg', 'rh negative', '-']),
      ...neverNormal,
    }),
  },
];

const genetic: AnalyteInput[] = [
  {
    id: 'factor-v-leiden',
    name: 'Factor V Leiden',
    short: 'Factor V Leiden',
    loinc: ['21668-9'],
    names: ['Factor V Leiden mutation', 'F5 gene mutation'],
    unit: null,
    qualitative: onlyThese({
      tier: 'review',
      negativeIsNormal: false,
      source: 'clinical rules §4: genetic tests are never normal automatically',
    }),
    sensitive: 'genetic',
  },
];

export const otherAnalytes: AnalyteInput[] = [...bloodGroup, ...genetic];

export const otherPanels: PanelInput[] = [
  panel(
    'blood-group',
    'Blood group',
    ['882-1', '883-9', '10331-7'],
    ['ABO/Rh', 'Blood type', 'ABO grouping and Rho(D) typing'],
    bloodGroup.map((one) => one.id),
  ),
  ...genetic.map((one) => ownPanel(one)),
  // State programs drive the follow-up; nothing in it is ever judged here (§3.4).
  panel(
    'newborn-screen',
    'Newborn screening',
    ['54089-8', '57086-1'],
    ['Newborn screen', 'Newborn screening panel'],
    [],
    {
      sensitive: 'genetic',
    },
  ),
];
