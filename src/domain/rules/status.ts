/** Status words of single rows (hl7-fhir §6, athenahealth `resultstatus`). */
export type RowStatus = 'final' | 'preliminary' | 'cancelled' | 'withdrawn' | 'unknown';

const byWord: Readonly<Record<string, RowStatus>> = {
  f: 'final',
  c: 'final',
  a: 'final',
  b: 'final',
  v: 'final',
  u: 'final',
  final: 'final',
  corrected: 'final',
  amended: 'final',
  appended: 'final',
  authorized: 'final',
  verified: 'final',
  complete: 'final',
  signed: 'final',
  signedoff: 'final',
  p: 'preliminary',
  r: 'preliminary',
  i: 'preliminary',
  s: 'preliminary',
  o: 'preliminary',
  preliminary: 'preliminary',
  partial: 'preliminary',
  pending: 'preliminary',
  incomplete: 'preliminary',
  intermediate: 'preliminary',
  unverified: 'preliminary',
  registered: 'preliminary',
  x: 'cancelled',
  n: 'cancelled',
  cancelled: 'cancelled',
  canceled: 'cancelled',
  notreported: 'cancelled',
  'not performed': 'cancelled',
  'not-performed': 'cancelled',
  'not done': 'cancelled',
  d: 'withdrawn',
  w: 'withdrawn',
  deleted: 'withdrawn',
  'entered-in-error': 'withdrawn',
  withdrawn: 'withdrawn',
};

/** `null` when the row carries no status of its own (the report's counts); unknown text is never final. */
export function readRowStatus(text: string | null): RowStatus | null {
  const word = (text ?? '').trim().toLowerCase();
  return word === '' ? null : (byWord[word] ?? 'unknown');
}
