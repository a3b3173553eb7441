/** Iron studies and ferritin: clinical-rules §2.5, pregnancy §2.10. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { critical, inPregnancy, interval, ownPanel, panel, times, weekHours } from './analyte-builder.js';
import { general } from './sources.js';

const ironUnits = [...times('1', 'mcg/dL'), ...times('5.587', 'umol/L')];

export const ironAnalytes: AnalyteInput[] = [
  {
    id: 'ferritin',
    name: 'Ferritin',
    short: 'Ferritin',
    loinc: ['2276-4', '20567-4'],
    unit: 'ng/mL',
    otherUnits: [...times('1', 'ug/L', 'mcg/L'), ...times('0.445', 'pmol/L')],
    gate: { low: '0', high: '200000' },
    intervals: [
      interval('15 to 150', general, 'F'),
      interval('30 to 400', general, 'M'),
      ...inPregnancy('6 to 130', '2 to 230', '0 to 116'),
    ],
  },
  {
    id: 'iron',
    name: 'Iron',
    short: 'Iron',
    loinc: ['2498-4'],
    names: ['Iron, serum', 'Iron, total'],
    unit: 'ug/dL',
    otherUnits: ironUnits,
    gate: { low: '0', high: '5000' },
    intervals: [interval('27 to 159', general, 'F'), interval('38 to 169', general, 'M')],
    limits: [critical('iron-high', '> 500', 'ug/dL', 'AR >500')],
  },
  {
    id: 'iron-binding-capacity',
    name: 'Iron binding capacity, total',
    short: 'TIBC',
    loinc: ['2500-7'],
    names: ['TIBC', 'Iron binding capacity', 'Iron bind. cap. (TIBC)'],
    unit: 'ug/dL',
    otherUnits: ironUnits,
    gate: { low: '20', high: '2000' },
    intervals: [interval('250 to 450', general)],
  },
  {
    id: 'iron-saturation',
    name: 'Iron saturation',
    short: 'Iron saturation',
    loinc: ['2502-3'],
    names: ['Transferrin saturation', '% saturation', 'Iron, % saturation'],
    unit: '%',
    gate: { low: '0', high: '100' },
    intervals: [interval('15 to 55', general)],
  },
];

const [ferritin] = ironAnalytes;

export const ironPanels: PanelInput[] = [
  panel(
    'iron',
    'Iron studies',
    ['2498-4', '2500-7', '2502-3'],
    ['Iron and TIBC', 'Iron, TIBC and ferritin panel', 'Iron panel', 'Iron and total iron binding capacity'],
    ironAnalytes.map((one) => one.id),
    { requiredAnalyteIds: ['iron'], contactByHours: weekHours },
  ),
  ...(ferritin ? [ownPanel(ferritin, { contactByHours: weekHours })] : []),
];
