import type { Observation, Report } from './report.js';

/** What an amendment amounts to (L41). */
export type ContentChange = 'none' | 'cosmetic' | 'clinical';

/**
 * The clinical content of a report as one deterministic text, for hashing (L40): test, status, collection,
 * observations, laboratory notes. Left out is all that moves without the laboratory: work state, publishing, review,
 * identifiers, providers, report and posting times, and every note that we or the practice write. So our own writes
 * coming back through a feed, or a second document with the same content, give the same text.
 *
 * The text is PHI. Changing its form makes every stored version look new: the leading number is its version.
 */
export function canonicalContent(report: Report): string {
  return JSON.stringify([
    1,
    report.kind,
    [tidy(report.test.code), report.test.system, tidy(report.test.name)],
    report.status,
    report.collectedAt,
    report.readable,
    tidy(report.note),
    sorted(report.observations).map((row) => [
      tidy(row.key),
      tidy(row.code),
      row.system,
      tidy(row.name),
      tidy(row.value),
      tidy(row.unit),
      tidy(row.range),
      tidy(row.flag),
      tidy(row.status),
      tidy(row.note),
    ]),
  ]);
}

/**
 * Compares two contents of one result. `clinical` = test, collection or the set of observations changed, or
 * any value, unit, range or flag; also a note where it is all there is to read. Else `cosmetic`. A status alone is no
 * clinical value: becoming final, cancelled or withdrawn is decided by the status itself.
 */
export function changes(before: Report, after: Report): ContentChange {
  if (canonicalContent(before) === canonicalContent(after)) return 'none';
  return clinicalContent(before) === clinicalContent(after) ? 'cosmetic' : 'clinical';
}

function clinicalContent(report: Report): string {
  return JSON.stringify([
    report.kind,
    tidy(report.test.code) ?? tidy(report.test.name),
    report.collectedAt,
    report.readable,
    report.observations.length === 0 ? tidy(report.note) : null,
    sorted(report.observations).map((row) => [
      tidy(row.key),
      tidy(row.value),
      tidy(row.unit),
      tidy(row.range),
      lower(row.flag),
      tidy(row.value) === null ? tidy(row.note) : null,
    ]),
  ]);
}

/** By key; rows that share one (a source's fault) by their whole content, so that arrival order never matters. */
function sorted(rows: readonly Observation[]): Observation[] {
  const text = (row: Observation) =>
    JSON.stringify([row.key, row.value, row.unit, row.range, row.flag, row.status, row.name, row.note]);
  return rows
    .map((row) => ({ row, text: text(row) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ row }) => row);
}

/** Blank is absent; line ends and outer spaces are no content. */
function tidy(text: string | null): string | null {
  const trimmed = text?.normalize('NFC').replace(/\r\n?/g, '\n').trim();
  return trimmed ? trimmed : null;
}

function lower(text: string | null): string | null {
  return tidy(text)?.toLowerCase() ?? null;
}
