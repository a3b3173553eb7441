/**
 * What a source delivered, in resultloop's own words. Every intake (athenahealth, HL7 v2, FHIR) maps
 * its bytes to a {@link Report}; nothing behind intake knows where a result came from.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

export type SourceKind = 'athenahealth' | 'hl7v2' | 'fhir';

/** L5b: what kind of result it is. Imaging and pathology are never `normal` automatically. */
export type ReportKind = 'lab' | 'imaging' | 'pathology';

/**
 * Status of the whole report. `unknown` is any text that is not in the mapping: it never counts as final
 * proof (a missing status is treated as `unknown`).
 */
export type ReportStatus = 'preliminary' | 'final' | 'corrected' | 'cancelled' | 'withdrawn' | 'unknown';

/** Namespaces of identifiers under which the same result may be known (L39). */
export type IdentifierNamespace = 'lab-result' | 'order' | 'placer' | 'filler' | 'accession';

export interface ReportIdentifier {
  readonly namespace: IdentifierNamespace;
  readonly value: string;
}

/** One analyte row as received. Every text is kept as the source wrote it; `null` means not sent. */
export interface Observation {
  /** Distinguishes rows inside one report (analyte id, or code + sub-id + occurrence). */
  readonly key: string;
  readonly code: string | null;
  readonly system: 'LOINC' | 'local' | null;
  readonly name: string;
  readonly value: string | null;
  readonly unit: string | null;
  readonly range: string | null;
  readonly flag: string | null;
  readonly status: string | null;
  readonly note: string | null;
}

export interface Report {
  readonly source: SourceKind;
  /** The source's own document id. Together with the content hash it identifies a delivery (L40). */
  readonly documentId: string;
  readonly kind: ReportKind;
  /** `null` only for HOLD rows, which have no patient yet (L5). */
  readonly patient: { readonly id: string; readonly authority: string } | null;
  readonly departmentId: string | null;
  readonly orderingProvider: { readonly id: string; readonly npi: string | null } | null;
  readonly identifiers: readonly ReportIdentifier[];
  readonly test: {
    readonly code: string | null;
    readonly system: 'LOINC' | 'local' | null;
    readonly name: string;
  };
  readonly status: ReportStatus;
  /**
   * Whose local codes they are: the laboratory as the source names it, or as the practice names it for the source. Not
   * set where it is not said, or where several performed parts of it. Evidence for reading codes, no content.
   */
  readonly laboratory?: string | null;
  readonly collectedAt: EpochMs | null;
  /** When the laboratory verified or reported it; `null` is shown as "Not known" (L12). */
  readonly reportedAt: EpochMs | null;
  /** When it was posted in the source system. */
  readonly postedAt: EpochMs | null;
  readonly observations: readonly Observation[];
  /** Free text of the laboratory about the whole report. */
  readonly note: string | null;
  /** False when the content is only a scan or PDF: a person must read it. */
  readonly readable: boolean;
  /** Where it came from, e.g. INTERFACE, UPLOAD, FAX, PATIENT (L2), and how it was routed (RESULTSCALL, L31). */
  readonly documentSource: string | null;
  readonly documentRoute: string | null;
  /** Work state in the source, e.g. REVIEW, CLOSED, HOLD, DATAENTRY. */
  readonly documentState: string | null;
  readonly reviewedByProvider: boolean;
  /** Published to the patient portal at; `null` = not published (L24). */
  readonly publishedAt: EpochMs | null;
  /** The chart says that it must not be shown to the patient (L26). */
  readonly confidential: boolean;
}
