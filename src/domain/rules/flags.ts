/** Abnormality flags: HL7 table 0078 and the words laboratories use instead (hl7-fhir §7). */

export type FlagMeaning =
  | 'critical'
  | 'abnormal'
  | 'review'
  /** The laboratory says normal: never a proof by itself. */
  | 'normal'
  /** Says nothing about normality (susceptibility R, S, I; "better"). */
  | 'silent';

export interface FlagReading {
  readonly meaning: FlagMeaning;
  /** `high` and `low` when the flag says a direction. */
  readonly direction: 'high' | 'low' | null;
  /** False when the text is in no table: it counts as abnormal and is marked. */
  readonly isKnown: boolean;
  readonly isCarrier: boolean;
  /** Every flag of the field, in capitals. */
  readonly all: readonly string[];
}

const table: Readonly<Record<FlagMeaning, readonly string[]>> = {
  critical: [
    'HH',
    'LL',
    'AA',
    'HU',
    'LU',
    'C',
    'CH',
    'CL',
    'CRIT',
    'VERY ABNORMAL',
    'SIGNIFICANTLY HIGH',
    'SIGNIFICANTLY LOW',
    'H!',
    'L!',
    '!!',
  ],
  abnormal: [
    'H',
    'L',
    'A',
    'HIGH',
    'LOW',
    'ABNORMAL',
    'ABN',
    'POS',
    'POSITIVE',
    'DET',
    'DETECTED',
    'RR',
    'REACTIVE',
    'WR',
    'WEAKLY REACTIVE',
    'IND',
    'INDETERMINATE',
    'E',
    'EQUIVOCAL',
    'EX',
    'HX',
    'LX',
    'UNE',
    'UNEXPECTED',
    '<',
    '>',
    'H*',
    'L*',
    '*',
    '**',
    '!',
    'A*',
    // SNOMED CT, as older FHIR examples send it
    '263654008',
    '281300000',
    '281302008',
    '62482003',
    '75540009',
    '10828004',
    '260373001',
    'HIGH ABNORMAL',
    'LOW ABNORMAL',
    'ABNORMAL HIGH',
    'ABNORMAL LOW',
    'AH',
    'AL',
    'ABOVE HIGH NORMAL',
    'BELOW LOW NORMAL',
    'ABOVE NORMAL',
    'BELOW NORMAL',
    'OUT OF RANGE',
  ],
  review: ['QCF', 'HM', 'AC', 'TOX', 'IE', 'NCL', 'OBX', 'CAR', 'U', 'D', 'W'],
  normal: [
    'N',
    'NORMAL',
    'NEG',
    'NEGATIVE',
    'ND',
    'NOT DETECTED',
    'NR',
    'NON-REACTIVE',
    'NONREACTIVE',
    'NON REACTIVE',
    'EXP',
    'EXPECTED',
    'WNL',
    'WITHIN NORMAL LIMITS',
    'IN RANGE',
    '17621005',
    '281301001',
    '260385009',
    '260415000',
  ],
  silent: [
    'S',
    'I',
    'R',
    'MS',
    'VS',
    'NS',
    'SDD',
    'SYN-S',
    'SYN-R',
    'SUSCEPTIBLE',
    'INTERMEDIATE',
    'RESISTANT',
    'B',
  ],
};

const meaningOf = new Map<string, FlagMeaning>(
  (Object.entries(table) as [FlagMeaning, readonly string[]][]).flatMap(([meaning, flags]) =>
    flags.map((flag) => [flag, meaning] as const),
  ),
);
const order: readonly FlagMeaning[] = ['silent', 'normal', 'review', 'abnormal', 'critical'];

function readOne(flag: string): Omit<FlagReading, 'all'> {
  const isHigh = /^(H|HH|HU|HX|>|H[*!]|CH|AH|281302008|75540009)$|\bHIGH\b|\bABOVE\b|\bUPPER\b/.test(flag);
  const isLow = /^(L|LL|LU|LX|<|L[*!]|CL|AL|281300000|62482003)$|\bLOW\b|\bBELOW\b|\bLOWER\b/.test(flag);
  const direction = isHigh === isLow ? null : isHigh ? 'high' : 'low';
  const isCarrier = flag === 'CAR';
  const listed = meaningOf.get(flag);
  if (listed) return { meaning: listed, direction, isKnown: true, isCarrier };
  const saysCritical = /\b(CRITICAL(LY)?|CRIT|PANIC)\b/.test(flag) && !/\b(NON|NOT|NO)\b/.test(flag);
  return saysCritical
    ? { meaning: 'critical', direction, isKnown: true, isCarrier }
    : { meaning: 'abnormal', direction, isKnown: false, isCarrier };
}

function plain(flag: string): string {
  return flag
    .trim()
    .replace(/^[[(](.*)[\])]$/, '$1')
    .replace(/\s+/g, ' ')
    .toUpperCase();
}

/** One repeat. Of a coded flag (`AA^Critically abnormal^HL70078`) what is known counts, code and text alike. */
function readRepeat(flag: string): Omit<FlagReading, 'all'> {
  const [code, text, , otherCode, otherText] = flag.split('^');
  const parts = [code, text, otherCode, otherText].map((part) => plain(part ?? '')).filter(Boolean);
  const readings = (flag.includes('^') ? parts : [plain(flag)]).map(readOne);
  const known = readings.filter((one) => one.isKnown);
  return worst(known.length > 0 ? known : readings.length > 0 ? readings : [readOne(plain(flag))]);
}

function worst<T extends Pick<FlagReading, 'meaning'>>(readings: readonly T[]): T {
  return readings.reduce((a, b) => (order.indexOf(b.meaning) > order.indexOf(a.meaning) ? b : a));
}

/**
 * Reads a flag field. Several flags in one field: the worst counts. `null` when nothing was sent, which is
 * never a sign of normality (S000-113).
 */
export function readFlag(text: string | null): FlagReading | null {
  const flags = (text ?? '').split(/[~,;|]/).filter((flag) => plain(flag) !== '');
  if (flags.length === 0) return null;
  return { ...worst(flags.map(readRepeat)), all: flags.map((flag) => plain(flag.split('^')[0] ?? flag)) };
}

/** True when the field says `wanted`, whatever the letter case. */
export function saysFlag(reading: FlagReading | null, wanted: readonly string[]): boolean {
  return reading?.all.some((flag) => wanted.some((one) => plain(one) === flag)) ?? false;
}
