import type { SourceConfig } from '../domain/practice/source.js';
import type { SourceLane } from '../domain/result/placement.js';
import type { EpochMs, Report } from '../domain/result/report.js';
import type { IdentityNews } from './news.js';

export interface Delivery {
  /** The row under which a feed announced the document; `null` when it was read without one (L23). */
  readonly reportId: string | null;
  readonly report: Report;
  readonly raw: unknown;
  readonly patientId: string;
  /** When resultloop first saw the document, in both times. */
  readonly detectedAt: EpochMs;
  readonly detectedRealAt: EpochMs;
  /** A result that already waits for this document without a patient (L5). */
  readonly waitingResultId: string | null;
  /** L4: whether this source speaks for its results (the default) or only wakes and enriches. */
  readonly sourceLane?: SourceLane;
  /** L1: the lane of what this source makes; `notify` by default. */
  readonly lane?: SourceConfig['lane'];
  /** L42: the chart's own ids of records that were merged into this patient's. */
  readonly previousChartIds?: readonly string[];
}

interface Placed {
  readonly resultId: string;
  /** What other workflows have to hear (L39, L42). Kept in the record until they did. */
  readonly news?: readonly IdentityNews[];
  /** The portal shows now what was stored before (L24). */
  readonly published?: true;
}

export type Stored =
  | ({ readonly outcome: 'new-version'; readonly version: number } & Placed)
  /** A known delivery, or the same content in another document: nothing to do. */
  | ({ readonly outcome: 'known' } & Placed)
  /** Not taken over (L4, L40, L41): kept, and looked at, because a critical value in it must be heard. */
  | ({ readonly outcome: 'late'; readonly version: number } & Placed);
