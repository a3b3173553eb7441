import type { EpochMs, IdentifierNamespace, Report, ReportIdentifier } from './report.js';

const hour = 3_600_000;
/** L39: within this they are one collection; further apart they are different results (serial troponin). */
export const sameCollectionMs = 2 * hour;
/** L39: tolerated only with equal accession or filler, or a missing time. */
export const dayMs = 24 * hour;

/** What of a known content decides whether another report speaks of the same result. */
export interface Collected {
  readonly collectedAt: EpochMs | null;
  /** Report time, else created time, else when it was first seen (L40). */
  readonly time: EpochMs;
}

/** L39: accession and filler name one specimen; an order or a placer number may stand for a whole series. */
export function isStrong(namespace: IdentifierNamespace): boolean {
  return namespace === 'accession' || namespace === 'filler';
}

/**
 * The same test: by code where both have one of the same system, else by name. Siblings of one order have other tests
 * (requirements 6-3); two feeds rarely share a code system, so there the name has to do.
 */
export function sameTest(a: Report['test'], b: Report['test']): boolean {
  if (a.code !== null && b.code !== null && a.system === b.system) return plain(a.code) === plain(b.code);
  return plain(a.name) === plain(b.name);
}

/** L39. A missing time is no licence to join: under one order a week later is the next result, unless corrected. */
export function sameCollection(
  report: Pick<Report, 'collectedAt' | 'reportedAt' | 'postedAt' | 'status'>,
  known: Collected,
  strong: boolean,
): boolean {
  if (report.collectedAt !== null && known.collectedAt !== null)
    return apart(report, known) <= (strong ? dayMs : sameCollectionMs);
  return strong || report.status === 'corrected' || apart(report, known) <= dayMs;
}

/** Between two collections; where one is not known, between the two reports. */
export function apart(
  report: Pick<Report, 'collectedAt' | 'reportedAt' | 'postedAt'>,
  known: Collected,
): number {
  return report.collectedAt !== null && known.collectedAt !== null
    ? Math.abs(report.collectedAt - known.collectedAt)
    : Math.abs(timeOf(report, known.time) - known.time);
}

/**
 * Two specimens under one order (two blood cultures of one hour): both name their specimen in the same way, and
 * differently. Compared within one source only, because two feeds may write one number in two ways.
 */
export function nameOtherSpecimens(a: Report, b: Report): boolean {
  if (a.source !== b.source) return false;
  for (const namespace of ['filler', 'accession'] as const) {
    const [mine, theirs] = [valuesOf(a.identifiers, namespace), valuesOf(b.identifiers, namespace)];
    if (mine.length === 0 || theirs.length === 0) continue;
    return !mine.some((value) => theirs.includes(value));
  }
  return false;
}

/** L40: report time, else created time. */
export function timeOf(report: Pick<Report, 'reportedAt' | 'postedAt'>, otherwise: EpochMs): EpochMs {
  return report.reportedAt ?? report.postedAt ?? otherwise;
}

function valuesOf(identifiers: readonly ReportIdentifier[], namespace: IdentifierNamespace): string[] {
  return identifiers.filter((i) => i.namespace === namespace).map((i) => i.value.trim());
}

function plain(text: string): string {
  return text.normalize('NFC').trim().toLowerCase().replace(/\s+/g, ' ');
}
