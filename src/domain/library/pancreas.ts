/** Lipase and amylase: clinical-rules §2.5. Only the laboratory's own interval counts, methods differ widely. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { enzymeUnits, ownPanel, sameDay } from './analyte-builder.js';
import { proposed } from './sources.js';

export const pancreasAnalytes: AnalyteInput[] = [
  {
    id: 'lipase',
    name: 'Lipase',
    short: 'Lipase',
    loinc: ['3040-3'],
    names: ['Lipase, serum'],
    unit: 'U/L',
    otherUnits: enzymeUnits,
    gate: { low: '0', high: '50000' },
    limits: [
      sameDay('lipase-high-same-day', '>= 234', 'U/L', `${proposed}; three times a usual upper limit of 78`),
    ],
  },
  {
    id: 'amylase',
    name: 'Amylase',
    short: 'Amylase',
    loinc: ['1798-8'],
    names: ['Amylase, serum'],
    unit: 'U/L',
    otherUnits: enzymeUnits,
    gate: { low: '0', high: '50000' },
    limits: [
      sameDay(
        'amylase-high-same-day',
        '>= 330',
        'U/L',
        `${proposed}; three times a usual upper limit of 110`,
      ),
    ],
  },
];

export const pancreasPanels: PanelInput[] = pancreasAnalytes.map((one) => ownPanel(one));
