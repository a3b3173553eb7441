/** Chlamydia, gonorrhea, trichomonas, syphilis: clinical-rules §2.8, §4, §6.1. Always sensitive, treated within days. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { foundOrNot, panel } from './analyte-builder.js';

const sensitive = 'sti' as const;

const infection = (
  id: string,
  name: string,
  short: string,
  loinc: string[],
  names: string[],
): AnalyteInput => ({
  id,
  name,
  short,
  loinc,
  names,
  unit: null,
  qualitative: foundOrNot({
    positive: ['equivocal', 'invalid', 'indeterminate'],
    source:
      'clinical rules §4: detected, equivocal or invalid; CDC: treat, retest at 3 months; reportable: check',
  }),
  sensitive,
});

const molecular: AnalyteInput[] = [
  infection(
    'chlamydia',
    'Chlamydia trachomatis',
    'Chlamydia',
    [
      '21613-5',
      '43304-5',
      '6357-8',
      '42931-6',
      '50387-0',
      '53926-2',
      '57287-5',
      '80363-5',
      '80364-3',
      '45084-1',
      '6356-0',
      '20993-2',
    ],
    ['Chlamydia', 'Chlamydia trachomatis, NAA', 'Chlamydia, DNA probe', 'C. trachomatis RNA, TMA'],
  ),
  infection(
    'chlamydia-gonorrhea',
    'Chlamydia and gonorrhea',
    'CT/GC',
    [
      '36902-5',
      '36903-3',
      '44806-8',
      '44807-6',
      '45068-4',
      '45069-2',
      '80360-1',
      '80361-9',
      '80362-7',
      '80365-0',
    ],
    ['CT/GC', 'CT/NG'],
  ),
  infection(
    'gonorrhea',
    'Neisseria gonorrhoeae',
    'Gonorrhea',
    ['24111-7', '43305-2', '21416-3', '60256-5', '50388-8', '53879-3', '60255-7', '88225-8', '691-6'],
    ['Gonorrhea', 'Neisseria gonorrhoeae, NAA', 'N. gonorrhoeae RNA, TMA'],
  ),
  infection(
    'trichomonas',
    'Trichomonas vaginalis',
    'Trichomonas',
    ['46154-1', '6568-0', '54144-1', '32766-8', '14367-7', '41511-7'],
    ['Trichomonas', 'Trich vag by NAA', 'Trichomonas vaginalis, NAA'],
  ),
];

/** `1:1` to `1:8192`: any titer of a nontreponemal test is reactive. */
const titers = Array.from({ length: 14 }, (_, power) => `1:${2 ** power}`);
const syphilisSource =
  'clinical rules §4: any reactive test; discordant pairs are not normal; same-day because pregnancy is rarely known';

const syphilis: AnalyteInput[] = [
  {
    id: 'syphilis-nontreponemal',
    name: 'Syphilis, nontreponemal (RPR, VDRL)',
    short: 'RPR',
    loinc: ['20507-0', '20508-8', '31147-2', '22461-8', '22462-6', '11084-1', '5292-8'],
    names: ['RPR', 'VDRL', 'RPR, quant', 'Rapid plasma reagin', 'RPR titer'],
    unit: null,
    qualitative: foundOrNot({
      negative: ['<1:1', '< 1:1'],
      positive: ['equivocal', 'indeterminate', 'minimally reactive', ...titers, '1:20', '1:40', '1:80'],
      urgency: 'same-day',
      source: syphilisSource,
    }),
    sensitive,
  },
  {
    id: 'syphilis-treponemal',
    name: 'Syphilis, treponemal antibody',
    short: 'Treponemal Ab',
    loinc: ['24110-9', '24312-1', '22587-0', '17723-8', '17724-6', '17725-3', '17726-1', '8041-6', '11597-2'],
    names: [
      'T pallidum antibodies',
      'Treponema pallidum antibodies',
      'Syphilis antibody',
      'FTA-ABS',
      'TP-PA',
    ],
    unit: null,
    qualitative: foundOrNot({
      positive: ['equivocal', 'indeterminate'],
      urgency: 'same-day',
      source: syphilisSource,
    }),
    sensitive,
  },
];

export const stiAnalytes: AnalyteInput[] = [...molecular, ...syphilis];

const molecularIds = molecular.map((one) => one.id);

export const stiPanels: PanelInput[] = [
  panel(
    'chlamydia-gonorrhea',
    'Chlamydia, gonorrhea and trichomonas',
    molecular.flatMap((one) => one.loinc),
    [
      'Chlamydia/gonorrhea, NAA',
      'Chlamydia/GC amplification',
      'Chlamydia and gonorrhea',
      'Ct/GC NAA',
      'Ct, Ng, Trich vag by NAA',
      'Chlamydia trachomatis, NAA',
      'Neisseria gonorrhoeae, NAA',
      'Trichomonas vaginalis, NAA',
      'STI panel',
    ],
    molecularIds,
    { sensitive },
  ),
  panel(
    'syphilis',
    'Syphilis',
    syphilis.flatMap((one) => one.loinc),
    [
      'RPR',
      'RPR with reflex to titer',
      'Syphilis antibody',
      'Syphilis screening cascade',
      'VDRL',
      'T pallidum screening cascade',
    ],
    syphilis.map((one) => one.id),
    { sensitive },
  ),
];
