import type { Content } from './pieces.js';
import type { EpochMs, Report, ReportIdentifier } from './report.js';

/** L4: the source that speaks for a result, or the one that only wakes and enriches. */
export type SourceLane = 'master' | 'second';

/** Why a version needs a person, or was kept without being taken over. Codes for record and timeline. */
export type Mark =
  /** L40: two contents of one time that differ. */
  | 'equal-times'
  /** A correction left rows out; they were kept. */
  | 'rows-carried'
  /** Pieces of one panel were put together. */
  | 'pieces'
  /** L42: the document belonged to another patient before. */
  | 'patient-changed'
  /** L42: its filler number belongs to another patient. */
  | 'filler-of-another-patient'
  /** L4: the second feed says something else than the master. */
  | 'second-feed'
  /** L41: the same document says preliminary after it said final. */
  | 'preliminary-after-final'
  /** One of two documents with this content was withdrawn; the other stands. */
  | 'duplicate-withdrawn'
  /** A document that is not the current one was deleted. */
  | 'other-document-withdrawn';

export interface Incoming {
  readonly report: Report;
  readonly hash: string;
  /** Opaque id. */
  readonly patientId: string;
  readonly feed: SourceLane;
  /** L42: patients whose chart became this one's: a previous id, and name and birth date are equal. */
  readonly onceKnownAs: readonly string[];
  /** The result that this very delivery (document, hash) of this patient became already (L40). */
  readonly deliveredTo: string | null;
  /** L42: it was taken from another patient in this same step. */
  readonly isFromAnother: boolean;
}

/** A result that one of the report's identifiers is known for. */
export interface KnownResult {
  readonly resultId: string;
  readonly patientId: string;
  /** L42: kept apart, because its filler belongs to another patient. */
  readonly isQuarantined: boolean;
  /** L4: only the second feed has spoken of it. */
  readonly isUnmatched: boolean;
  readonly hits: readonly ReportIdentifier[];
  /** How much a patient or a person has had of it: 0 nothing, 1 released, 2 on its way, 3 told. */
  readonly told: 0 | 1 | 2 | 3;
  readonly firstSeenAt: EpochMs;
  readonly current: {
    readonly number: number;
    readonly hash: string;
    readonly report: Content;
    readonly time: EpochMs;
  };
  /** Other documents, not withdrawn, that have the current content as well. */
  readonly alsoIn: readonly string[];
}

export type Placing =
  | {
      readonly kind: 'known';
      readonly resultId: string;
      readonly why: 'delivery' | 'content' | 'second-feed';
    }
  | {
      readonly kind: 'new';
      readonly why: 'unseen' | 'no-identifiers' | 'not-matched' | 'quarantine';
      /** Results of other patients with the same filler. */
      readonly against: readonly string[];
      readonly marks: readonly Mark[];
    }
  | {
      readonly kind: 'version';
      readonly resultId: string;
      readonly take: 'current' | 'late';
      readonly content: Content;
      readonly marks: readonly Mark[];
      /** L4: the master speaks of what only the second feed knew. */
      readonly matches: boolean;
      /** The document on which the current version stands from now on. */
      readonly standsOn: string | null;
    }
  /** Before it can be placed: one result, two records of it. */
  | { readonly kind: 'join'; readonly survivor: string; readonly others: readonly string[] }
  /** Before it can be placed: the chart of these patients became this patient's. */
  | { readonly kind: 'rekey'; readonly from: readonly string[] }
  /** Before it can be placed: these results were never this patient's. */
  | { readonly kind: 'disown'; readonly resultIds: readonly string[] };
