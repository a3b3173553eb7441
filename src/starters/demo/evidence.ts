import type { EpochMs } from '../../domain/result/report.js';

/**
 * What the checker judges: the sandboxes' journals, the sandbox chart, and the record, as loaded. `at` is the
 * machine's clock, `practiceAt` the practice's.
 */
export interface Evidence {
  readonly zone: string;
  /** Documents that stood in the chart or were sent; `report` = what the laboratory meant by it, in whatever feed. */
  readonly posted: readonly {
    readonly documentId: string;
    readonly report: string;
    readonly practiceAt: EpochMs;
  }[];
  /** Deliveries in the record. */
  readonly reports: readonly { readonly documentId: string; readonly resultId: string | null }[];
  readonly results: readonly ResultEvidence[];
  readonly tasks: readonly { readonly resultIds: readonly string[]; readonly openedRealAt: EpochMs }[];
  /** Everything that left for a patient, as the vendors' journals have it. */
  readonly messages: readonly MessageEvidence[];
  readonly notices: ReadonlyMap<string, NoticeEvidence>;
  /** First page about each critical result that Spruce showed. */
  readonly firstPages: ReadonlyMap<string, EpochMs>;
  readonly events: readonly EventEvidence[];
  /** Patients reached by phone, letter or by hand, by opaque id. */
  readonly reachedPatients: readonly string[];
  readonly noteRows: readonly NoteRow[];
  /** Documents with our notes in the sandbox chart. */
  readonly chartDocuments: readonly { readonly chartId: string | null; readonly text: string }[];
  /** When a patient's number opted out and our webhook had answered, and when it came back. */
  readonly optOuts: readonly { readonly number: string; readonly at: EpochMs; readonly out: boolean }[];
  /** Practice times of writes to the chart that were accepted. */
  readonly chartWrites: readonly EpochMs[];
}

export interface ResultEvidence {
  readonly id: string;
  readonly patientId: string | null;
  readonly tier: string | null;
  readonly ownerId: string | null;
  readonly dueAt: EpochMs | null;
  readonly closure: string | null;
  readonly detectedAt: EpochMs;
  readonly detectedRealAt: EpochMs;
  readonly versions: readonly { readonly number: number; readonly tier: string | null }[];
}

export interface MessageEvidence {
  readonly channel: 'text' | 'secure' | 'portal-note';
  readonly at: EpochMs;
  readonly practiceAt: EpochMs;
  /** Texts only. */
  readonly to: string | null;
  /** A failed or undelivered text told nobody. */
  readonly arrived: boolean;
  /** The notice it carries; `null` when the record knows of none. */
  readonly noticeId: string | null;
  /** A portal note stands at one result. */
  readonly resultId: string | null;
  /** Texts only: whether the practice clock was inside the window a moment (real) before. */
  readonly practiceJustBefore: EpochMs | null;
}

export interface NoticeEvidence {
  readonly patientId: string;
  readonly purpose: string;
  readonly members: readonly { readonly resultId: string; readonly version: number }[];
}

export interface EventEvidence {
  readonly result_id: string;
  readonly seq: number;
  readonly at: EpochMs;
  readonly real_at: EpochMs;
  readonly actor: string;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly text_sealed: string | null;
  readonly prev_hash: string;
  readonly hash: string;
}

export interface NoteRow {
  readonly resultId: string;
  readonly kind: 'touch' | 'closing' | 'action';
  readonly marker: string;
  readonly state: string;
  /** The chart that it belongs to. */
  readonly chartId: string | null;
}
