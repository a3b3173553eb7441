/** Strep A, influenza, SARS-CoV-2: clinical-rules §2.8, §4. Positive is same-day: antivirals work only early. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { foundOrNot, panel, soonHours } from './analyte-builder.js';
import { proposed } from './sources.js';

const found = (id: string, name: string, loinc: string[], names: string[], source: string): AnalyteInput => ({
  id,
  name,
  short: name,
  loinc,
  names,
  unit: null,
  qualitative: foundOrNot({ urgency: 'same-day', source: `clinical rules §4; ${source}` }),
});

const strep = found(
  'strep-a',
  'Strep A',
  ['78012-2', '60489-2', '31971-5', '5036-9'],
  ['Strep A', 'Rapid strep', 'Rapid strep A', 'Group A strep', 'Strep A DNA'],
  proposed,
);

const influenza = [
  found(
    'influenza-a',
    'Influenza A',
    ['80382-5', '92142-9', '85477-8', '76078-5'],
    ['Influenza A', 'Flu A', 'Influenza A Ag', 'Influenza A RNA'],
    'antivirals within 48 h',
  ),
  found(
    'influenza-b',
    'Influenza B',
    ['80383-3', '92141-1', '85478-6', '76080-1'],
    ['Influenza B', 'Flu B', 'Influenza B Ag', 'Influenza B RNA'],
    'antivirals within 48 h',
  ),
];

const covid = [
  found(
    'covid',
    'SARS-CoV-2, NAAT',
    ['94500-6', '94534-5'],
    ['SARS-CoV-2', 'COVID-19', 'SARS-CoV-2, NAA', 'SARS-CoV-2 RNA'],
    'antivirals within 5 days',
  ),
  found(
    'covid-antigen',
    'SARS-CoV-2 antigen',
    ['94558-4', '97097-0', '95209-3'],
    ['SARS-CoV-2 Ag', 'COVID-19 antigen', 'SARS-CoV-2 antigen'],
    'antivirals within 5 days',
  ),
];

export const respiratoryAnalytes: AnalyteInput[] = [strep, ...influenza, ...covid];

const contact = { contactByHours: soonHours };

export const respiratoryPanels: PanelInput[] = [
  panel(
    'strep-a',
    'Strep A',
    strep.loinc,
    ['Rapid strep', 'Rapid strep A', 'Group A strep'],
    [strep.id, 'throat-culture'],
    {
      requiredAnalyteIds: [strep.id],
      ...contact,
    },
  ),
  panel(
    'influenza',
    'Influenza A and B',
    influenza.flatMap((one) => one.loinc),
    ['Influenza A/B', 'Flu A/B', 'Rapid flu', 'Influenza A and B antigen'],
    influenza.map((one) => one.id),
    contact,
  ),
  panel(
    'covid',
    'SARS-CoV-2',
    covid.flatMap((one) => one.loinc),
    ['COVID-19', 'SARS-CoV-2, NAA', 'COVID-19 antigen', 'SARS-CoV-2 RNA'],
    covid.map((one) => one.id),
    contact,
  ),
  panel(
    'flu-covid',
    'Influenza and SARS-CoV-2',
    ['95942-9'],
    ['Flu and COVID', 'COVID-19/Flu A+B', 'SARS-CoV-2 and influenza A/B'],
    [...influenza, ...covid].map((one) => one.id),
    contact,
  ),
];
