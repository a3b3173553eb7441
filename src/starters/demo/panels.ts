import type { AthenaObservationSeed } from '../../sandbox/athenahealth/control.js';
import type { Chance } from './random.js';

export type DemoTier = 'normal' | 'abnormal' | 'critical';
export type PanelId = 'cbc' | 'bmp' | 'cmp' | 'lipid' | 'a1c' | 'tsh' | 'psa';
export type Sex = 'F' | 'M';

/** One analyte as the invented laboratory reports it. */
interface Analyte {
  readonly name: string;
  readonly loinc: string;
  readonly unit: string;
  /** Reference range as printed; by sex where the laboratory has two. */
  readonly range: string | Readonly<Record<Sex, string>>;
  /** Drawn evenly from here when nothing is wrong. */
  readonly healthy: readonly [number, number] | Readonly<Record<Sex, readonly [number, number]>>;
  readonly decimals: number;
}

/** What is wrong: analytes outside, drawn evenly, with the flag that the laboratory prints. */
type Finding = Readonly<Record<string, { readonly from: readonly [number, number]; readonly flag: string }>>;

interface Panel {
  readonly name: string;
  readonly loinc: string;
  readonly members: readonly string[];
  readonly abnormal: readonly Finding[];
  readonly critical: readonly Finding[];
}

const high = (from: number, to: number) => ({ from: [from, to], flag: 'high' }) as const;
const low = (from: number, to: number) => ({ from: [from, to], flag: 'low' }) as const;
const criticalHigh = (from: number, to: number) => ({ from: [from, to], flag: 'critical high' }) as const;
const criticalLow = (from: number, to: number) => ({ from: [from, to], flag: 'critical low' }) as const;

const analytes: Readonly<Record<string, Analyte>> = {
  wbc: { name: 'WBC', loinc: '6690-2', unit: '10*3/uL', range: '3.4-10.8', healthy: [4.4, 9.6], decimals: 1 },
  hgb: {
    name: 'Hemoglobin',
    loinc: '718-7',
    unit: 'g/dL',
    range: { F: '11.1-15.9', M: '13.0-17.7' },
    healthy: { F: [13.0, 14.5], M: [14.2, 16.2] },
    decimals: 1,
  },
  hct: {
    name: 'Hematocrit',
    loinc: '4544-3',
    unit: '%',
    range: { F: '34.0-46.6', M: '37.5-51.0' },
    healthy: { F: [38, 43], M: [43, 48] },
    decimals: 1,
  },
  plt: {
    name: 'Platelets',
    loinc: '777-3',
    unit: '10*3/uL',
    range: '150-450',
    healthy: [180, 390],
    decimals: 0,
  },
  glucose: {
    name: 'Glucose',
    loinc: '2345-7',
    unit: 'mg/dL',
    range: '70-99',
    healthy: [76, 97],
    decimals: 0,
  },
  bun: { name: 'BUN', loinc: '3094-0', unit: 'mg/dL', range: '8-27', healthy: [10, 23], decimals: 0 },
  creatinine: {
    name: 'Creatinine',
    loinc: '2160-0',
    unit: 'mg/dL',
    range: { F: '0.57-1.00', M: '0.76-1.27' },
    healthy: { F: [0.62, 0.95], M: [0.82, 1.2] },
    decimals: 2,
  },
  sodium: {
    name: 'Sodium',
    loinc: '2951-2',
    unit: 'mmol/L',
    range: '134-144',
    healthy: [136, 142],
    decimals: 0,
  },
  potassium: {
    name: 'Potassium',
    loinc: '2823-3',
    unit: 'mmol/L',
    range: '3.5-5.2',
    healthy: [3.8, 4.9],
    decimals: 1,
  },
  chloride: {
    name: 'Chloride',
    loinc: '2075-0',
    unit: 'mmol/L',
    range: '96-106',
    healthy: [98, 104],
    decimals: 0,
  },
  co2: {
    name: 'Carbon dioxide, total',
    loinc: '2028-9',
    unit: 'mmol/L',
    range: '20-29',
    healthy: [22, 28],
    decimals: 0,
  },
  calcium: {
    name: 'Calcium',
    loinc: '17861-6',
    unit: 'mg/dL',
    range: '8.7-10.3',
    healthy: [9, 10],
    decimals: 1,
  },
  protein: {
    name: 'Protein, total',
    loinc: '2885-2',
    unit: 'g/dL',
    range: '6.0-8.5',
    healthy: [6.5, 8],
    decimals: 1,
  },
  albumin: {
    name: 'Albumin',
    loinc: '1751-7',
    unit: 'g/dL',
    range: '3.8-4.8',
    healthy: [4, 4.7],
    decimals: 1,
  },
  bilirubin: {
    name: 'Bilirubin, total',
    loinc: '1975-2',
    unit: 'mg/dL',
    range: '0.0-1.2',
    healthy: [0.3, 1],
    decimals: 1,
  },
  alp: {
    name: 'Alkaline phosphatase',
    loinc: '6768-6',
    unit: 'U/L',
    range: '44-121',
    healthy: [52, 110],
    decimals: 0,
  },
  ast: { name: 'AST', loinc: '1920-8', unit: 'U/L', range: '0-40', healthy: [12, 34], decimals: 0 },
  alt: { name: 'ALT', loinc: '1742-6', unit: 'U/L', range: '0-32', healthy: [9, 28], decimals: 0 },
  cholesterol: {
    name: 'Cholesterol, total',
    loinc: '2093-3',
    unit: 'mg/dL',
    range: '<200',
    healthy: [140, 192],
    decimals: 0,
  },
  triglycerides: {
    name: 'Triglycerides',
    loinc: '2571-8',
    unit: 'mg/dL',
    range: '<150',
    healthy: [60, 138],
    decimals: 0,
  },
  hdl: {
    name: 'HDL cholesterol',
    loinc: '2085-9',
    unit: 'mg/dL',
    range: { F: '>=50', M: '>=40' },
    healthy: { F: [53, 78], M: [44, 66] },
    decimals: 0,
  },
  ldl: {
    name: 'LDL cholesterol',
    loinc: '13457-7',
    unit: 'mg/dL',
    range: '<100',
    healthy: [58, 95],
    decimals: 0,
  },
  a1c: {
    name: 'Hemoglobin A1c',
    loinc: '4548-4',
    unit: '%',
    range: '<5.7',
    healthy: [4.9, 5.5],
    decimals: 1,
  },
  tsh: { name: 'TSH', loinc: '3016-3', unit: 'mIU/L', range: '0.45-4.5', healthy: [0.8, 3.8], decimals: 2 },
  psa: {
    name: 'PSA, total',
    loinc: '2857-1',
    unit: 'ng/mL',
    range: '0.0-4.0',
    healthy: [0.4, 2.9],
    decimals: 2,
  },
};

const bmpMembers = ['glucose', 'bun', 'creatinine', 'sodium', 'potassium', 'chloride', 'co2', 'calcium'];
const metabolicAbnormal: readonly Finding[] = [
  { glucose: high(126, 240) },
  { creatinine: high(1.5, 2.3) },
  { bun: high(31, 55), creatinine: high(1.4, 2.2) },
  { calcium: high(10.6, 11.8) },
];
const metabolicCritical: readonly Finding[] = [
  { potassium: criticalHigh(6.2, 7.1) },
  { glucose: criticalHigh(515, 690) },
  { sodium: criticalLow(110, 118) },
];

const panels: Readonly<Record<PanelId, Panel>> = {
  cbc: {
    name: 'CBC w/ auto diff',
    loinc: '58410-2',
    members: ['wbc', 'hgb', 'hct', 'plt'],
    abnormal: [{ wbc: high(12.4, 17) }, { hgb: low(9, 10.6), hct: low(28, 33) }, { plt: low(90, 132) }],
    critical: [{ hgb: criticalLow(5.4, 6.8), hct: criticalLow(16.5, 20.5) }, { plt: criticalLow(8, 17) }],
  },
  bmp: {
    name: 'Basic metabolic panel',
    loinc: '24321-2',
    members: bmpMembers,
    abnormal: metabolicAbnormal,
    critical: metabolicCritical,
  },
  cmp: {
    name: 'CMP, serum or plasma',
    loinc: '24323-8',
    members: [...bmpMembers, 'protein', 'albumin', 'bilirubin', 'alp', 'ast', 'alt'],
    abnormal: [...metabolicAbnormal, { ast: high(62, 140), alt: high(70, 128) }, { alp: high(150, 310) }],
    critical: metabolicCritical,
  },
  lipid: {
    name: 'Lipid panel',
    loinc: '24331-1',
    members: ['cholesterol', 'triglycerides', 'hdl', 'ldl'],
    abnormal: [{ cholesterol: high(232, 290), ldl: high(142, 188) }, { triglycerides: high(214, 420) }],
    critical: [],
  },
  a1c: {
    name: 'HbA1c (hemoglobin A1c), blood',
    loinc: '4548-4',
    members: ['a1c'],
    abnormal: [{ a1c: high(6.5, 10.6) }],
    critical: [],
  },
  tsh: {
    name: 'TSH, serum or plasma',
    loinc: '3016-3',
    members: ['tsh'],
    abnormal: [{ tsh: high(6.2, 14) }, { tsh: low(0.05, 0.3) }],
    critical: [],
  },
  psa: {
    name: 'PSA, serum or plasma',
    loinc: '2857-1',
    members: ['psa'],
    abnormal: [{ psa: high(5.2, 11) }],
    critical: [],
  },
};

/** Panels that may show this tier to a patient of this sex, in the order of how often they are ordered. */
export function panelsFor(tier: DemoTier, sex: Sex): PanelId[] {
  if (tier === 'critical') return ['bmp', 'cmp', 'cbc'];
  const common: PanelId[] = ['cbc', 'cmp', 'lipid', 'bmp', 'a1c', 'tsh'];
  return sex === 'M' ? [...common, 'psa'] : common;
}

export interface PanelDocument {
  readonly panel: PanelId;
  readonly description: string;
  readonly labresultloinc: string;
  readonly observations: readonly AthenaObservationSeed[];
  /** Values nobody else has: a search for them finds leaks. */
  readonly distinctive: readonly string[];
}

/**
 * A complete panel with realistic values of which our rules give exactly this tier: every number with unit and
 * reference range, everything healthy but the finding.
 */
export function drawPanel(id: PanelId, tier: DemoTier, sex: Sex, chance: Chance): PanelDocument {
  const panel = panels[id];
  const finding = tier === 'normal' ? {} : chance.pick(panel[tier]);
  const distinctive: string[] = [];
  const observations = panel.members.map((key) => {
    const analyte = analytes[key];
    if (!analyte) throw new Error(`Unknown analyte ${key}.`);
    const wrong = finding[key];
    const [from, to] = wrong?.from ?? bySex(analyte.healthy, sex);
    const drawn = chance.between(from, to);
    // Two more decimals than a laboratory prints make a three-digit finding unlike any other number.
    const isDistinctive = wrong !== undefined && drawn >= 100;
    const value = isDistinctive
      ? `${drawn.toFixed(1)}${chance.whole(1, 9)}`
      : drawn.toFixed(analyte.decimals);
    if (isDistinctive) distinctive.push(value);
    return {
      analytename: analyte.name,
      value,
      units: analyte.unit,
      referencerange: typeof analyte.range === 'string' ? analyte.range : analyte.range[sex],
      abnormalflag: wrong?.flag ?? 'normal',
      resultstatus: 'final',
      loinc: analyte.loinc,
    };
  });
  return { panel: id, description: panel.name, labresultloinc: panel.loinc, observations, distinctive };
}

function bySex(range: Analyte['healthy'], sex: Sex): readonly [number, number] {
  return 'F' in range ? range[sex] : range;
}
