/** Clotting: clinical-rules §2.6, limits §3.2. FEU and DDU are two tests, never converted into each other. */
import type { AnalyteInput, PanelInput } from '../rules/rule-set.js';
import { critical, interval, ownPanel, panel, sameDay, since, soonHours, times } from './analyte-builder.js';
import { general, proposed, windowProposed } from './sources.js';

const seconds = times('1', 'sec', 'secs', 'seconds');

const clotting: AnalyteInput[] = [
  {
    id: 'inr',
    name: 'International normalized ratio',
    short: 'INR',
    // 5895-7 is left out: deprecated, and its check digit fails.
    loinc: ['6301-6', '34714-6'],
    names: ['INR', 'INR, POC'],
    unit: '{INR}',
    unitOptional: true,
    otherUnits: times('1', 'INR', 'ratio', '{ratio}'),
    gate: { low: '0.5', high: '25' },
    intervals: [interval('0.9 to 1.2', `${general}; on warfarin 2.0 to 3.0, valve 2.5 to 3.5`)],
    limits: [
      critical('inr-high', '>= 5.0', '{INR}', 'AR ≥5.0, MY ≥5.0; SU >5.0, BR >5, AV >5'),
      sameDay('inr-high-same-day', '> 4.0', '{INR}', `${proposed}; clinical rules §5, on warfarin`),
    ],
    deltas: [since('inr-rise', 'up >= 1.5 {INR}', 30, 'same-day', 'INR up by 1.5 or more', windowProposed)],
  },
  {
    id: 'prothrombin-time',
    name: 'Prothrombin time',
    short: 'PT',
    loinc: ['5902-2', '5964-2'],
    names: ['PT', 'Protime'],
    unit: 's',
    otherUnits: seconds,
    gate: { low: '5', high: '300' },
    intervals: [interval('9.1 to 12.0', general)],
    limits: [
      critical('prothrombin-time-high', '>= 46', 's', 'AR ≥46.3; KO >27; matters where no INR is sent'),
    ],
  },
  {
    id: 'aptt',
    name: 'Activated partial thromboplastin time',
    short: 'aPTT',
    loinc: ['14979-9', '3173-2'],
    names: ['aPTT', 'PTT', 'Partial thromboplastin time'],
    unit: 's',
    otherUnits: seconds,
    gate: { low: '10', high: '400' },
    intervals: [interval('24 to 33', general)],
    limits: [critical('aptt-high', '>= 100', 's', 'AV 90, AR ≥85, SU >75; BR >135, MY ≥150')],
  },
  {
    id: 'fibrinogen',
    name: 'Fibrinogen',
    short: 'Fibrinogen',
    loinc: ['3255-7'],
    names: ['Fibrinogen activity'],
    unit: 'mg/dL',
    otherUnits: times('100', 'g/L'),
    gate: { low: '5', high: '3000' },
    intervals: [interval('193 to 507', general)],
    limits: [critical('fibrinogen-low', '< 100', 'mg/dL', 'AR <100, UW <100, UCI <100; HM ≤100, MY ≤60')],
  },
];

const dDimer: AnalyteInput[] = [
  {
    id: 'd-dimer-feu',
    name: 'D-dimer (FEU)',
    short: 'D-dimer',
    loinc: ['48065-7', '48067-3'],
    names: ['D-dimer', 'D-dimer, quantitative'],
    unit: 'ug/mL{FEU}',
    otherUnits: [
      ...times('1', 'mg/L{FEU}', 'mg/L FEU', 'ug/mL FEU', 'mcg/mL FEU'),
      ...times('0.001', 'ng/mL{FEU}', 'ng/mL FEU', 'ug/L{FEU}', 'ug/L FEU'),
    ],
    gate: { low: '0', high: '1000' },
    intervals: [
      interval('<0.50', 'YEARS, ADJUST-PE; over 50 years some use age × 0.01; confirm before signing'),
    ],
    limits: [
      sameDay('d-dimer-feu-same-day', '>= 0.50', 'ug/mL{FEU}', `${proposed}; SU >0.55; above the cut-off`),
    ],
  },
  {
    id: 'd-dimer-ddu',
    name: 'D-dimer (DDU)',
    short: 'D-dimer DDU',
    loinc: ['48066-5', '30240-6'],
    names: ['D-dimer DDU'],
    unit: 'ng/mL{DDU}',
    otherUnits: [...times('1', 'ng/mL DDU', 'ug/L DDU'), ...times('1000', 'ug/mL DDU', 'mg/L DDU')],
    gate: { low: '0', high: '500000' },
    intervals: [interval('<230', `${general}; 230 to 250 by kit`)],
    limits: [
      sameDay('d-dimer-ddu-same-day', '>= 230', 'ng/mL{DDU}', `${proposed}; above the cut-off of the kit`),
    ],
  },
];

export const coagulationAnalytes: AnalyteInput[] = [...clotting, ...dDimer];

export const coagulationPanels: PanelInput[] = [
  panel(
    'pt-inr',
    'Prothrombin time and INR',
    ['6301-6', '34714-6', '5902-2', '5964-2'],
    ['PT/INR', 'PT and INR', 'Protime-INR', 'INR', 'Prothrombin time (PT)', 'PT and PTT'],
    clotting.map((one) => one.id),
    { contactByHours: soonHours },
  ),
  ...clotting.slice(2).map((one) => ownPanel(one)),
  panel(
    'd-dimer',
    'D-dimer',
    ['48065-7', '48067-3', '48066-5', '30240-6'],
    ['D-dimer, quantitative'],
    ['d-dimer-feu', 'd-dimer-ddu'],
    { contactByHours: soonHours },
  ),
];
