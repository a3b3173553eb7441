/**
 * The narrow ports that workflows call. The implementations live in `activities/`; workflows know only these
 * types, so that no Node code reaches the workflow sandbox.
 */
import type { Line, PageOrder } from '../domain/lifecycle/decisions.js';
import type { Projection } from '../domain/lifecycle/projection.js';
import type { Command, Fact } from '../domain/lifecycle/facts.js';
import type { EpochMs } from '../domain/result/report.js';

type Body<K extends Fact['kind']> = Omit<Extract<Fact, { kind: K }>, 'id' | 'at' | 'kind'>;

export interface ResultRef {
  readonly practiceId: string;
  readonly resultId: string;
}

/** Store activities of a result: fast, on our own record, idempotent. */
export interface ResultActivities {
  /** State as of the last recorded batch, and the newest version that is stored. */
  loadRecord(ref: ResultRef): Promise<Body<'loaded'>>;
  /** Classifies a stored version, finds its owner and its staffed hours. */
  stageVersion(ref: ResultRef & { version: number }): Promise<Body<'staged'>>;
  /** The command row as a decision; `null` when no door wrote it (then it is only a proposal). */
  loadCommand(ref: ResultRef & { commandId: string }): Promise<Command | null>;
  /** Records a batch of lines and the projection in one transaction, then wakes who has work. Once per seq. */
  record(
    ref: ResultRef & { seq: number; lines: readonly Line[]; projection: Projection },
  ): Promise<Body<'recorded'>>;
}

export interface AthenaActivities {
  /** L23: reads document and patient again; a changed document becomes a version and signals the result. */
  reread(ref: ResultRef): Promise<{ outcome: 'read' | 'unreadable'; patientStatus: string | null }>;
  /** Drains the changed feed: persists first, then stores and starts what is new. */
  pollFeed(input: { practiceId: string }): Promise<{ rows: number; started: number; held: number }>;
  /** L23 for a notice: every member's document and the patient. */
  rereadForNotice(input: { practiceId: string; noticeId: string }): Promise<void>;
}

export interface ChartComparisonActivities {
  /**
   * The back-stop of the feeds: takes in what stands in the charts of patients with open work, outstanding orders or
   * recent visits and never came. Goes on where an attempt before it stopped.
   */
  compareCharts(input: { practiceId: string }): Promise<ChartComparison>;
}

export interface ChartComparison {
  readonly charts: number;
  /** Charts that the vendor does not show us: merged, restricted, of no department. */
  readonly refused: number;
  /** Charts that could not be read tonight. */
  readonly unread: number;
  /** Documents of which the record knew nothing, or another content. */
  readonly found: number;
}

export interface PageActivities {
  page(ref: ResultRef & { page: PageOrder }): Promise<Omit<Body<'paged'>, 'page' | 'pollAgainAt'>>;
  /**
   * Asks Spruce whether open critical pages were accepted; an acceptance becomes a command. Gives whose call ended
   * without one. Runs of before 0.2 have nothing here.
   */
  pollPages(ref: ResultRef): Promise<{ readonly unanswered: readonly string[] } | undefined>;
}

export interface ConnectionActivities {
  /** What `doctor` finds out; each line that fails is an alarm that stands until it passes (L49). */
  examineConnections(input: { practiceId: string }): Promise<{ passed: boolean; failed: readonly string[] }>;
}

export interface AlarmActivities {
  /**
   * L49: pages the administrator for every alarm that belongs to no result, the medical director too for the review of
   * the rules (S000-96). Once per alarm and person.
   */
  pageAlarms(input: { practiceId: string }): Promise<void>;
}

/** What a patient's notices need next. */
export type NoticeStep =
  | { readonly do: 'rest' }
  | { readonly do: 'wait'; readonly until: EpochMs }
  | { readonly do: 'reread'; readonly noticeId: string }
  | {
      /** Left, and never confirmed: ask the vendor. */
      readonly do: 'check';
      readonly noticeId: string;
      readonly channel: 'text' | 'secure' | 'portal-note';
      readonly epoch: number;
    }
  | {
      readonly do: 'send';
      readonly noticeId: string;
      readonly channel: 'text' | 'secure' | 'portal-note';
      readonly epoch: number;
    };

export interface NoticeActivities {
  /** Plans the patient's open notices (L18, L19, L24 to L33) and writes what it decided. */
  nextNoticeStep(input: { practiceId: string; patientId: string }): Promise<NoticeStep>;
  sendText(input: SendInput): Promise<void>;
  sendSecure(input: SendInput): Promise<void>;
  writePortalNote(input: SendInput): Promise<void>;
  /** Asks the vendor what became of a message whose receipt never came. */
  checkDelivery(input: SendInput): Promise<void>;
  /** The send gave up; the notice moves on to its next channel or to a person. */
  sendGaveUp(input: SendInput): Promise<void>;
}

export interface TextActivities {
  /** Finds texts from patients whose webhook was lost, looks at the account, reminds of its token. */
  textRound(input: { practiceId: string }): Promise<{ found: number; findings: string[] }>;
}

export interface SpruceActivities {
  /** Reads back what webhooks may have lost, and looks after the shared inbox. @returns how much was new. */
  spruceRound(input: { practiceId: string }): Promise<{ read: number }>;
}

export interface SendInput {
  readonly practiceId: string;
  readonly noticeId: string;
  readonly epoch: number;
}

export interface ChartActivities {
  /** Writes due notes, paced, reads them back, tells their results. */
  drainNotes(input: { practiceId: string }): Promise<{ written: number; nextRealAt: number | null }>;
}
