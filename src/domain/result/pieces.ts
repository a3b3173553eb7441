import type { Observation, Report, ReportStatus } from './report.js';

/**
 * The content of a result whose panel came in pieces: `pieces` says which document owns which rows, so that a document
 * that changes replaces its own rows and no others. A content of one document has none.
 */
export interface Content extends Report {
  readonly pieces?: Readonly<Record<string, readonly string[]>>;
}

export interface Merged {
  readonly content: Content;
  /** A correction that does not repeat every row: they are kept, and a person looks whether they still stand. */
  readonly isDoubtful: boolean;
}

/**
 * A panel arrives piecewise (hl7-fhir §4): two documents of one result, each with rows the other lacks. Nothing may be
 * lost by the second, so the rows that only one of them has are carried; where both have one, the newer says what it is.
 * @returns `null` when nothing has to be carried: the newer content stands as it is.
 */
export function mergePieces(current: Content, incoming: Report, isNewer: boolean): Merged | null {
  if (!canBePiece(current, incoming)) return null;
  const own = isSnapshot(incoming) ? current.pieces?.[incoming.documentId] : undefined;
  if (isNewer) {
    const sent = keysOf(incoming.observations);
    const carried = current.observations.filter((row) => !sent.has(row.key) && !own?.includes(row.key));
    if (carried.length === 0) return null;
    return merged(incoming, current, [...withStatus(carried, current.status)]);
  }
  // Late pieces: a preliminary row is no news beside a final, and a cancellation speaks of what was then.
  if (incoming.status === 'preliminary' || incoming.status === 'cancelled') return null;
  const known = keysOf(current.observations);
  const missing = incoming.observations.filter((row) => !known.has(row.key));
  if (missing.length === 0) return null;
  return merged(current, incoming, [...withStatus(missing, incoming.status)]);
}

/** True when this document is one of those that the content was put together from. */
export function isPartOf(content: Content, report: Pick<Report, 'source' | 'documentId'>): boolean {
  if (content.source !== report.source) return false;
  return content.documentId === report.documentId || content.pieces?.[report.documentId] !== undefined;
}

/**
 * A document of a chart and a FHIR resource are read whole: what one leaves out, it takes back. An HL7 v2 message only
 * adds and changes; it takes a row back by naming it (OBX-11 D, W or X).
 */
export function isSnapshot(report: Pick<Report, 'source'>): boolean {
  return report.source !== 'hl7v2';
}

/** True when both have a row and say different things of it. */
export function contradict(a: Report, b: Report): boolean {
  const values = new Map(a.observations.map((row) => [row.key, row]));
  return b.observations.some((row) => {
    const other = values.get(row.key);
    return other !== undefined && (other.value !== row.value || other.unit !== row.unit);
  });
}

function canBePiece(current: Content, incoming: Report): boolean {
  if (current.source !== incoming.source || current.kind !== 'lab' || incoming.kind !== 'lab') return false;
  if (isSnapshot(incoming) && current.documentId === incoming.documentId && !current.pieces) return false;
  if (!current.readable || !incoming.readable) return false;
  if (current.status === 'cancelled' || current.status === 'withdrawn' || incoming.status === 'withdrawn')
    return false;
  return current.observations.length > 0 && incoming.observations.length > 0;
}

/** `base` says what the report as a whole is; `rows` come from `other`. */
function merged(base: Content, other: Content, rows: readonly Observation[]): Merged {
  const baseRows = withStatus(base.observations, base.status);
  const status = statusOf(base, other, [...baseRows, ...rows]);
  const keep = keysOf(rows);
  const pieces: Record<string, readonly string[]> = {};
  for (const [document, keys] of Object.entries(piecesOf(other))) {
    const left = keys.filter((key) => keep.has(key));
    if (left.length > 0) pieces[document] = left;
  }
  for (const [document, keys] of Object.entries(piecesOf(base)))
    pieces[document] = [...(pieces[document] ?? []), ...keys];
  const content: Content = {
    ...base,
    identifiers: unique([...base.identifiers, ...other.identifiers]),
    status,
    // Local codes of one laboratory are never read by the table of another.
    laboratory: base.laboratory === other.laboratory ? (base.laboratory ?? null) : null,
    collectedAt: least(base.collectedAt, other.collectedAt),
    reportedAt: most(base.reportedAt, other.reportedAt),
    postedAt: most(base.postedAt, other.postedAt),
    observations: [...baseRows, ...rows],
    note: notes(other.note, base.note),
    // L24: only when all of it is there to be read.
    publishedAt:
      base.publishedAt !== null && other.publishedAt !== null
        ? most(base.publishedAt, other.publishedAt)
        : null,
    confidential: base.confidential || other.confidential,
    pieces,
  };
  return { content, isDoubtful: base.status === 'corrected' };
}

/** A piece that is not final keeps the whole from being final; a whole that was final stays so, its new rows do not. */
function statusOf(base: Content, other: Content, rows: readonly Observation[]): ReportStatus {
  if (base.status === 'cancelled') return other.status;
  const isOpen = (row: Observation) => /^(p|r|i|s|o|preliminary|partial|pending)$/i.test(row.status ?? '');
  const isFinished = (status: ReportStatus) => status === 'final' || status === 'corrected';
  if (!rows.some(isOpen))
    return base.status === 'preliminary' && isFinished(other.status) ? other.status : base.status;
  if (base.status === 'preliminary' && isFinished(other.status)) return other.status;
  return other.status === 'preliminary' ? 'preliminary' : base.status;
}

const rowStatus: Partial<Record<ReportStatus, string>> = {
  preliminary: 'preliminary',
  cancelled: 'cancelled',
  final: 'final',
  corrected: 'corrected',
};

/** A row without a status of its own has that of the report it came in, and keeps it in another. */
function withStatus(rows: readonly Observation[], status: ReportStatus): Observation[] {
  return rows.map((row) => ({ ...row, status: row.status ?? rowStatus[status] ?? null }));
}

function piecesOf(content: Content): Readonly<Record<string, readonly string[]>> {
  return content.pieces ?? { [content.documentId]: content.observations.map((row) => row.key) };
}

function keysOf(rows: readonly Observation[]): Set<string> {
  return new Set(rows.map((row) => row.key));
}

function unique(identifiers: Report['identifiers']): Report['identifiers'] {
  const seen = new Set<string>();
  return identifiers.filter(({ namespace, value }) => {
    const name = JSON.stringify([namespace, value]);
    return !seen.has(name) && seen.add(name);
  });
}

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function most(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function notes(...texts: readonly (string | null)[]): string | null {
  const parts = texts.filter((text): text is string => text !== null && text.trim() !== '');
  return [...new Set(parts)].join('\n') || null;
}
