/** Troponin and natriuretic peptides: clinical-rules §2.6, limits §3.2. Cut-offs depend on the assay. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { critical, flagIsCritical, interval, ownPanel, panel, soonHours, times } from './analyte-builder.js';
import { proposed } from './sources.js';

const published = 'QU any above cut-off; SU TnI >0.040, AR TnI ≥0.30 ng/mL, IA TnT >100 ng/L';
const flagged = 'S003-47; QU any above cut-off; any rise above the 99th percentile';

const troponins: AnalyteInput[] = [
  {
    id: 'troponin-i-hs',
    name: 'Troponin I, high-sensitivity',
    short: 'hs-TnI',
    loinc: ['89579-7'],
    names: ['hs-TnI', 'High sensitivity troponin I', 'Troponin I, HS'],
    unit: 'ng/L',
    otherUnits: [...times('1', 'pg/mL'), ...times('1000', 'ng/mL')],
    gate: { low: '0', high: '1000000' },
    raises: [flagIsCritical('troponin-i-hs-flag', flagged)],
    limits: [
      critical(
        'troponin-i-hs-high',
        '> 34',
        'ng/L',
        `${proposed}; a common 99th percentile in men, set the assay’s own; ${published}`,
      ),
    ],
  },
  {
    id: 'troponin-i',
    name: 'Troponin I',
    short: 'TnI',
    loinc: ['10839-9', '49563-0'],
    names: ['TnI', 'Troponin', 'Troponin I, cardiac'],
    unit: 'ng/mL',
    otherUnits: [...times('1', 'ug/L', 'mcg/L'), ...times('0.001', 'ng/L', 'pg/mL')],
    gate: { low: '0', high: '1000' },
    raises: [flagIsCritical('troponin-i-flag', flagged)],
    limits: [critical('troponin-i-high', '> 0.04', 'ng/mL', `typical cut-off; ${published}`)],
  },
  {
    id: 'troponin-t',
    name: 'Troponin T',
    short: 'TnT',
    loinc: ['6598-7'],
    names: ['TnT', 'Troponin T, cardiac'],
    unit: 'ng/mL',
    otherUnits: [...times('1', 'ug/L', 'mcg/L'), ...times('0.001', 'ng/L', 'pg/mL')],
    gate: { low: '0', high: '1000' },
    intervals: [interval('<0.01', `assay cut-off; ${proposed}`)],
    raises: [flagIsCritical('troponin-t-flag', flagged)],
    limits: [critical('troponin-t-high', '>= 0.01', 'ng/mL', `assay cut-off; ${published}`)],
  },
  {
    id: 'troponin-t-hs',
    name: 'Troponin T, high-sensitivity',
    short: 'hs-TnT',
    loinc: ['67151-1'],
    names: ['hs-TnT', 'High sensitivity troponin T', 'Troponin T, HS'],
    unit: 'ng/L',
    otherUnits: [...times('1', 'pg/mL'), ...times('1000', 'ng/mL')],
    gate: { low: '0', high: '1000000' },
    intervals: [interval('<=14', `lowest cut-off by assay and sex; ${proposed}`)],
    raises: [flagIsCritical('troponin-t-hs-flag', flagged)],
    limits: [
      critical(
        'troponin-t-hs-high',
        '> 22',
        'ng/L',
        `highest cut-off by assay and sex, 14 to 22; ${published}`,
      ),
    ],
  },
];

const peptides: AnalyteInput[] = [
  {
    id: 'bnp',
    name: 'B-type natriuretic peptide',
    short: 'BNP',
    loinc: ['30934-4', '42637-9'],
    names: ['BNP'],
    unit: 'pg/mL',
    otherUnits: [...times('1', 'ng/L'), ...times('3.46', 'pmol/L')],
    gate: { low: '0', high: '100000' },
    intervals: [interval('<100', 'rule-out limit of the heart failure guidelines; confirm before signing')],
  },
  {
    id: 'nt-probnp',
    name: 'NT-proBNP',
    short: 'NT-proBNP',
    loinc: ['33762-6', '83107-3'],
    names: ['N-terminal proBNP', 'proBNP'],
    unit: 'pg/mL',
    otherUnits: [...times('1', 'ng/L'), ...times('8.457', 'pmol/L')],
    gate: { low: '0', high: '1000000' },
    intervals: [interval('<125', 'outpatient rule-out limit, ESC and AHA; confirm before signing')],
  },
];

export const cardiacAnalytes: AnalyteInput[] = [...troponins, ...peptides];

export const cardiacPanels: PanelInput[] = [
  panel(
    'troponin',
    'Troponin',
    troponins.flatMap((one) => one.loinc),
    [
      'Troponin I',
      'Troponin T',
      'Troponin I, high sensitivity',
      'Troponin T, high sensitivity',
      'hs-troponin',
    ],
    troponins.map((one) => one.id),
    { contactByHours: soonHours },
  ),
  ...peptides.map((one) => ownPanel(one)),
];
