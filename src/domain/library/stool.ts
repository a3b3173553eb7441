/** Tests for blood in stool: clinical-rules §2.7, §4. A positive loop closes with a colonoscopy, aim within 6 months. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { abnormal, foundOrNot, interval, panel } from './analyte-builder.js';
import { proposed } from './sources.js';

const line = 'USMSTF: 100 ng/mL buffer = 20 ug/g stool for common kits; confirm before signing';
const gate = { low: '0', high: '100000' };

export const stoolAnalytes: AnalyteInput[] = [
  {
    // A number under a code that says present or absent: above the line it counts, below it proves nothing.
    id: 'fit',
    name: 'Fecal immunochemical test',
    short: 'FIT',
    loinc: ['29771-3', '57905-2', '80372-6', '56490-6', '56491-4'],
    names: ['FIT', 'Occult blood, fecal, IA', 'Fecal globin by immunochemistry'],
    unit: 'ng/mL',
    gate,
    limits: [abnormal('fit-number-high', '> 100', 'ng/mL', `${line}; ${proposed}`)],
    qualitative: foundOrNot({ source: 'clinical rules §2.7, §4: Negative' }),
    sensitive: 'oncology',
  },
  {
    id: 'fit-quantitative',
    name: 'Fecal immunochemical test, quantitative',
    short: 'FIT (quantitative)',
    loinc: ['58453-2'],
    names: ['FIT, quantitative'],
    unit: 'ng/mL',
    gate,
    intervals: [interval('<=100', line)],
    sensitive: 'oncology',
  },
  {
    id: 'guaiac-fobt',
    name: 'Fecal occult blood, guaiac',
    short: 'FOBT',
    loinc: ['2335-8'],
    names: ['FOBT', 'Occult blood, stool', 'Hemoccult', 'Occult blood, fecal'],
    unit: null,
    qualitative: foundOrNot({ source: 'clinical rules §2.7, §4: Negative' }),
    sensitive: 'oncology',
  },
];

export const stoolPanels: PanelInput[] = [
  panel(
    'fit',
    'Stool blood test (FIT)',
    stoolAnalytes.flatMap((one) => one.loinc),
    ['FIT', 'Fecal immunochemical test', 'Occult blood, fecal, IA', 'FOBT', 'Fecal occult blood test'],
    stoolAnalytes.map((one) => one.id),
    { sensitive: 'oncology' },
  ),
];
