/** Parasites in stool and blood, cryptococcal antigen: clinical-rules §2.8, §3.3. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { flagIsCritical, foundOrNot, ownPanel, soonHours } from './analyte-builder.js';
import { proposed } from './sources.js';

const malaria = [
  'plasmodium falciparum',
  'plasmodium vivax',
  'plasmodium ovale',
  'plasmodium malariae',
  'plasmodium knowlesi',
  'plasmodium species',
  'plasmodium sp',
  'malaria parasites seen',
  'babesia species',
  'trypanosoma species',
  // SNOMED CT as sent by a national reference laboratory, with its text.
  '608934005',
  'trophozoite of genus plasmodium (organism)',
  'trophozoite',
  'schizont',
  'gametocyte',
  'ring form',
];

const intestinal = [
  'giardia lamblia',
  'giardia duodenalis',
  'entamoeba histolytica',
  'cryptosporidium species',
  'cyclospora cayetanensis',
  'blastocystis hominis',
  'ascaris lumbricoides',
  'strongyloides stercoralis',
  'hookworm',
  'trichuris trichiura',
  'enterobius vermicularis',
];

export const parasiteAnalytes: AnalyteInput[] = [
  {
    id: 'blood-parasites',
    name: 'Blood parasite smear',
    short: 'Parasite smear',
    loinc: ['41451-6'],
    names: ['Malaria smear', 'Plasmodium stages identified', 'Parasite smear, blood'],
    unit: null,
    raises: [flagIsCritical('blood-parasites-flag', 'common to most lists; flagged A')],
    qualitative: foundOrNot({
      negative: ['no parasites seen', 'no blood parasites seen', 'no malaria parasites seen'],
      positive: malaria,
      tier: 'critical',
      urgency: 'critical',
      source: 'common to most lists: malaria or blood parasites seen; any species',
    }),
  },
  {
    id: 'ova-and-parasites',
    name: 'Ova and parasites',
    short: 'O&P',
    loinc: ['673-4'],
    names: ['O&P', 'Ova and parasite identification', 'Ova and parasite exam'],
    unit: null,
    qualitative: foundOrNot({
      negative: ['no ova or parasites seen', 'no ova and parasites seen', 'no ova, cysts, or parasites seen'],
      positive: [...intestinal, ...malaria, 'plasmodium species not plasmodium falciparum', '404526005'],
      urgency: 'same-day',
      source: proposed,
    }),
  },
  {
    id: 'cryptococcal-antigen',
    name: 'Cryptococcal antigen',
    short: 'Cryptococcal antigen',
    loinc: [],
    names: ['Cryptococcus antigen', 'Cryptococcal Ag'],
    unit: null,
    raises: [flagIsCritical('cryptococcal-antigen-flag', 'common to most lists; flagged A')],
    qualitative: foundOrNot({ tier: 'critical', urgency: 'critical', source: 'common to most lists' }),
  },
];

export const parasitePanels: PanelInput[] = parasiteAnalytes.map((one) =>
  ownPanel(one, { contactByHours: soonHours }),
);
