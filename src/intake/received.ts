import type { EpochMs, Report } from '../domain/result/report.js';

/** A time as the sender wrote it. Nothing is guessed: what cannot be read stays `raw` only. */
export interface SentTime {
  readonly raw: string;
  /** ISO 8601 in the precision and with the offset that was written; `null` = unreadable. */
  readonly iso: string | null;
  /** `null` = unreadable, or coarser than a day. Without an offset: in the zone of the source. */
  readonly at: EpochMs | null;
  readonly precision: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | null;
}

/** The patient as printed in the message; identifiers are the sender's. All strings are PHI. */
export interface PatientAsSent {
  readonly id: string | null;
  readonly authority: string | null;
  /** Every identifier but social security numbers, which are dropped. */
  readonly identifiers: readonly {
    readonly id: string;
    readonly authority: string | null;
    readonly type: string | null;
  }[];
  readonly family: string | null;
  readonly given: string | null;
  /** `YYYY-MM-DD`; `null` when missing or not certain. Never guessed. */
  readonly birthDate: string | null;
  readonly sex: 'F' | 'M' | null;
}

/** Nobody is named. */
export const nobody: PatientAsSent = {
  id: null,
  authority: null,
  identifiers: [],
  family: null,
  given: null,
  birthDate: null,
  sex: null,
};

/** The clinician who ordered, as printed. */
export interface ProviderAsSent {
  readonly id: string | null;
  /** Ten digits that pass the check digit; anything else stays in `id`. */
  readonly npi: string | null;
  readonly family: string | null;
  readonly given: string | null;
}

/** Something a person should know about a mapping. The text holds no PHI: no names, values or free text. */
export interface IntakeWarning {
  /** Stable, kebab-case. */
  readonly code: string;
  readonly text: string;
}

/** One result of a delivery: what the product works with, and what the message printed about it. */
export interface ReceivedResult {
  readonly report: Report;
  readonly patient: PatientAsSent;
  readonly orderingProvider: ProviderAsSent | null;
  readonly placer: string | null;
  readonly filler: string | null;
  readonly orderedAt: SentTime | null;
  readonly collectedAt: SentTime | null;
  readonly reportedAt: SentTime | null;
  /** When the laboratory received the specimen. */
  readonly receivedAt: SentTime | null;
  readonly specimen: string | null;
  readonly performingLab: { readonly name: string | null; readonly address: string | null } | null;
  /** L5a: only `production` reaches anybody, unless the source allows it. */
  readonly processing: 'production' | 'training' | 'debugging' | 'unknown';
  readonly warnings: readonly IntakeWarning[];
}

/** What a file, frame or body turned out to be. Nothing in it is ever dropped without a word. */
export type Received =
  | {
      readonly verdict: 'results';
      readonly results: readonly ReceivedResult[];
      readonly warnings: readonly IntakeWarning[];
    }
  /** Readable, and no result in it: an order that was received, vital signs. What is no result message is rejected. */
  | { readonly verdict: 'none'; readonly why: string; readonly warnings: readonly IntakeWarning[] }
  /** Not a message that can be used. `why` says what to do and holds no PHI. */
  | { readonly verdict: 'reject'; readonly why: string; readonly warnings: readonly IntakeWarning[] };
