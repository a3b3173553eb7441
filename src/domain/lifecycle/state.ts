import type { OpenHours } from '../calendar/open-hours.js';
import type { EpochMs, ReportStatus } from '../result/report.js';
import type { LifecyclePolicy } from './policy.js';
import type { Duty, Line, PageOrder } from './decisions.js';
import type { AttemptOutcome, Closure, Lane, Refusal, Role, TaskKind, Tier, Urgency } from './codes.js';

export type { AttemptOutcome, Closure, Lane, Role, TaskKind, Tier, Urgency } from './codes.js';

/** The current version as staged: classified, owned, with its clocks' anchors. Codes only. */
export interface StagedVersion {
  readonly number: number;
  readonly hash: string;
  readonly status: ReportStatus;
  /** `null` for a cancelled or not performed test (L41). */
  readonly tier: Tier | null;
  readonly urgency: Urgency;
  readonly sensitive: boolean;
  /**
   * Practice time at which resultloop first saw this content: clocks run from here (L12). A cosmetic change keeps
   * the clocks of the version before.
   */
  readonly detectedAt: EpochMs;
  /** When the laboratory verified it (L12); not known when `null`, or when an earlier release staged it. */
  readonly verifiedAt?: EpochMs | null;
  /** Contact with the patient is due (48 h, or the panel's own deadline). */
  readonly contactByAt: EpochMs;
}

/** The provider's decision on the current version. */
export type Decision =
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'awaited' }
  | { readonly kind: 'released'; readonly version: number; readonly by: string; readonly at: EpochMs }
  | { readonly kind: 'call-instead'; readonly version: number; readonly by: string; readonly at: EpochMs };

/** How far the patient message of the current version has come. */
export type Telling =
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'asked'; readonly version: number; readonly at: EpochMs }
  | { readonly kind: 'sending'; readonly version: number; readonly at: EpochMs }
  | { readonly kind: 'left'; readonly version: number; readonly at: EpochMs; readonly channel: string }
  | {
      readonly kind: 'confirmed';
      readonly version: number;
      readonly at: EpochMs;
      readonly leftAt: EpochMs;
      readonly channel: string;
    }
  | { readonly kind: 'with-person'; readonly version: number; readonly at: EpochMs };

/** Proof by a person that the patient knows (L35). */
export interface Acknowledgement {
  readonly how: 'call' | 'authorised-person' | 'emergency-care' | 'page' | 'reply' | 'letter' | 'told';
  readonly at: EpochMs;
  readonly by: string;
}

export interface OpenTask {
  readonly kind: TaskKind;
  readonly role: Role;
  /** Counts openings of this kind within this result; part of the task's identity (L18a). */
  readonly opening: number;
  readonly openedAt: EpochMs;
  readonly dueAt: EpochMs;
  readonly acceptedBy: string | null;
  readonly acceptedAt: EpochMs | null;
}

export interface ContactAttempt {
  readonly outcome: AttemptOutcome;
  readonly at: EpochMs;
  readonly by: string;
}

/** Progress of the critical page ladder (L10). */
export interface CriticalLadder {
  /** Practice time from which the clocks of L6 and L10 run: detection, or the decision that made it critical. */
  readonly startedAt: EpochMs;
  /** Ticks fired so far; a tick pages every rung rung so far. */
  readonly ticks: number;
  /** Rungs skipped ahead by declines, send errors and open circuits. */
  readonly ahead: number;
  readonly nextTickAt: EpochMs;
  /** People who declined, or accepted and made no attempt in time. */
  readonly without: readonly string[];
  /** People whose last page could not be sent; each skips ahead once. */
  readonly failed: readonly string[];
  /** People who did not answer when they were called; each skips ahead once. */
  readonly unanswered?: readonly string[];
}

/** A duty that gave up and is tried again later, because nothing may be lost by it. */
export interface HeldDuty {
  readonly duty: Duty;
  readonly until: EpochMs;
}

export type Ending =
  /** `was`: a reply reopened it; once that is worked it ends as before. */
  | { readonly kind: 'open'; readonly was?: Closure }
  | { readonly kind: 'settled'; readonly closure: Closure; readonly at: EpochMs }
  | { readonly kind: 'closed'; readonly closure: Closure; readonly at: EpochMs };

/**
 * Everything a result's workflow decides with. Plain JSON, codes only, no PHI: it travels through
 * continue-as-new and is stored with every recorded batch, so that a new run can start from the record.
 */
export interface ResultState {
  readonly loaded: boolean;
  readonly lane: Lane;
  readonly version: StagedVersion | null;
  /** Newest version that has arrived and is not staged yet. */
  readonly arriving: number | null;
  /** Newest version that was looked at and not taken over: a preliminary after the final (L41). */
  readonly passedOver: number;
  readonly toldVersion: number | null;
  /** L41: since when the laboratory has owed the final; absent in states of 0.1.0. */
  readonly preliminarySince?: EpochMs | null;
  /** L42: nobody's, because its patient is in doubt: it closes without a chart note. */
  readonly unclaimed?: boolean;
  /** L42: another person's result names the same filler; nobody has looked yet. */
  readonly disputed?: boolean;
  readonly ownerId: string | null;
  readonly orderedBy: string | null;
  readonly hours: OpenHours;
  readonly policy: LifecyclePolicy;
  readonly decision: Decision;
  readonly telling: Telling;
  /** First bot-filtered visit of the patient's page (L35): seen, not acknowledged. */
  readonly openedAt: EpochMs | null;
  readonly acknowledgement: Acknowledgement | null;
  readonly attempts: readonly ContactAttempt[];
  readonly tasks: readonly OpenTask[];
  /** How often each kind was opened. */
  readonly openings: Readonly<Partial<Record<TaskKind, number>>>;
  readonly ladder: CriticalLadder | null;
  /** Pages that are decided and wait for staffed hours or for their hour to pass (L11). */
  readonly pages: readonly PageOrder[];
  /** Steps that have fired, with the practice time at which they were due. */
  readonly fired: Readonly<Record<string, EpochMs>>;
  /** Highest escalation so far: 0 none, 1 owner or cover, 2 supervising physician or on-call, 3 medical director. */
  readonly escalation: number;
  readonly nextPagePollAt: EpochMs | null;
  readonly patientSteps: 'open' | 'held';
  readonly closings: number;
  readonly ending: Ending;

  // Bookkeeping of the loop.
  /** Lines decided and not yet handed to a `record` duty. */
  readonly lines: readonly Line[];
  readonly seq: number;
  readonly recordedSeq: number;
  readonly duties: readonly Duty[];
  readonly held: readonly HeldDuty[];
  /** Applied facts that come from outside, newest last, bounded. Duties are known by being pending. */
  readonly seen: readonly { readonly id: string; readonly refusal: Refusal | null }[];
}
