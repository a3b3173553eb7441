import type { IntakeWarning } from '../received.js';

const texts = {
  'charset-guessed': 'The bytes are in no charset that the message names; windows-1252 was taken',
  'line-rejoined': 'A line without a segment name was joined to the line before it',
  'batch-count-differs': 'The batch does not hold as many messages as it says',
  'loose-segments': 'Lines before the first message belong to nothing: look at the message',
  'not-a-result-message': 'A message in the batch is no result message and was left aside',
  'order-without-results': 'An order without observations stands beside others that have some',
  'no-order': 'Observations come without an order',
  'before-order': 'An observation stands before its order and was read with it',
  'bedside-left-aside': 'Vital signs or notes stand among the results and were left aside',
  'delimiters-doubtful': 'MSH-2 repeats a character; the usual delimiters were taken',
  'segment-glued': 'Segments stand in one line without a line end between them; they were parted',
  'order-cancelled': 'The order is called cancelled, and observations came all the same',
  'patient-missing': 'It is not said whose result this is',
  'birth-date-unreadable': 'The birth date cannot be read for sure; none was taken',
  'provider-missing': 'No ordering provider is named',
  'provider-without-id': 'The ordering provider is only named, without an identifier',
  'provider-is-no-person': 'An organisation or placeholder stands in the place of the ordering provider',
  'npi-check-digit': 'An NPI fails its check digit and was not taken for one',
  'collection-date-missing': 'It is not said when the specimen was taken',
  'collection-from-elsewhere':
    'The order does not say when the specimen was taken; specimen or observation do',
  'date-unreadable': 'A date cannot be read and was left out',
  'value-is-document': 'An observation is a document (PDF, picture) and was not read',
  'value-missing': 'An observation has no value',
  'value-in-wrong-field': 'The fields of an observation look shifted: its value stands elsewhere',
  'status-missing': 'An observation does not say whether it is final',
  'asked-at-order-entry': 'Answers given when the test was ordered stand among the observations',
  'specimen-rejected': 'The laboratory rejected the specimen',
  'not-production': 'The message is marked as test or training',
} as const;

export type WarningCode = keyof typeof texts;

export function warn(code: WarningCode, count = 1): IntakeWarning {
  return { code, text: count === 1 ? texts[code] : `${texts[code]} (${count})` };
}

/** Collects warnings, each once with its count. */
export class Warnings {
  private readonly counts = new Map<WarningCode, number>();

  add(code: WarningCode): void {
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
  }

  list(): IntakeWarning[] {
    return [...this.counts].map(([code, count]) => warn(code, count));
  }
}
