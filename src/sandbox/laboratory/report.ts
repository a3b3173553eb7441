import type { EpochMs } from '../../domain/result/report.js';

export interface LaboratoryRow {
  readonly loinc: string;
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly range: string;
  /** In the laboratory's words: `normal`, `high`, `critical low` … */
  readonly flag: string;
}

/** The laboratory's words as codes (HL7 table 0078, which FHIR took over). */
export const flagCodes: Readonly<Record<string, string>> = {
  normal: 'N',
  high: 'H',
  low: 'L',
  'critical high': 'HH',
  'critical low': 'LL',
};

/** One report as an invented laboratory has it before it is written for anybody. Times are practice time. */
export interface LaboratoryReport {
  /** The laboratory's own number of the report (filler). */
  readonly number: string;
  /** The specimen's. */
  readonly accession: string;
  /** The practice's order number. */
  readonly order: string;
  readonly patient: {
    /** The practice's record number, as it stood on the requisition. */
    readonly record: string;
    readonly family: string;
    readonly given: string;
    /** `YYYY-MM-DD`. */
    readonly birthDate: string;
    readonly sex: 'F' | 'M';
  };
  /** Known to the laboratory by an account number of its own. */
  readonly orderer: { readonly account: string; readonly family: string; readonly given: string };
  readonly test: { readonly loinc: string; readonly name: string };
  readonly collectedAt: EpochMs;
  readonly reportedAt: EpochMs;
  readonly rows: readonly LaboratoryRow[];
}

/** Who writes, and for whom. */
export interface Letterhead {
  /** Sending application and facility, e.g. `HARBORLAB`, `HARBOR`. */
  readonly application: string;
  readonly facility: string;
  /** Authority of the practice's record numbers, as the laboratory prints it. */
  readonly recordsOf: string;
  /** IANA zone of its wall clock. */
  readonly zone: string;
}
