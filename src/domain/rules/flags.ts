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
}

const table: Readonly<Record<Exclude<FlagMeaning, 'critical'> | 'critical', readonly string[]>> = {
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
    '!',
    'A*',
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

function readOne(flag: string): FlagReading {
  const isHigh = /^(H|HH|HU|HX|>|H[*!]|CH|AH)$|\bHIGH\b|\bABOVE\b|\bUPPER\b/.test(flag);
  const isLow = /^(L|LL|LU|LX|<|L[*!]|CL|AL)$|\bLOW\b|\bBELOW\b|\bLOWER\b/.test(flag);
  const direction = isHigh === isLow ? null : isHigh ? 'high' : 'low';
  const isCarrier = flag === 'CAR';
  const listed = meaningOf.get(flag);
  if (listed) return { meaning: listed, direction, isKnown: true, isCarrier };
  const saysCritical = /\b(CRITICAL(LY)?|CRIT|PANIC)\b/.test(flag) && !/\b(NON|NOT|NO)\b/.test(flag);
  return saysCritical
    ? { meaning: 'critical', direction, isKnown: true, isCarrier }
    : { meaning: 'abnormal', direction, isKnown: false, isCarrier };
}

/**
 * Reads a flag field. Several flags in one field: the worst counts. `null` when nothing was sent, which is
 * never a sign of normality (S000-113).
 */
export function readFlag(text: string | null): FlagReading | null {
  const flags = (text ?? '')
    .split(/[~,;|]/)
    .map((flag) =>
      flag
        .trim()
        .replace(/^[[(](.*)[\])]$/, '$1')
        .replace(/\s+/g, ' ')
        .toUpperCase(),
    )
    .filter((flag) => flag !== '');
  if (flags.length === 0) return null;
  return flags
    .map(readOne)
    .reduce((worst, next) => (order.indexOf(next.meaning) > order.indexOf(worst.meaning) ? next : worst));
}
