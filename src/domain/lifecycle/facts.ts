import type { OpenHours } from '../calendar/open-hours.js';
import type { EpochMs } from '../result/report.js';
import type { Refusal } from './codes.js';
import type { PageOrder } from './decisions.js';
import type { LifecyclePolicy } from './policy.js';
import type { AttemptOutcome, Lane, ResultState, StagedVersion, TaskKind, Tier } from './state.js';

export type { Refusal } from './codes.js';

/** What a person decided, as loaded from the `command` row (architecture §5). */
export type CommandBody =
  | { readonly kind: 'sign-off'; readonly decision: 'release' | 'call-instead' | 'not-mine' }
  | {
      readonly kind: 'sign-off';
      readonly decision: 'change-tier';
      readonly tier: Extract<Tier, 'critical' | 'abnormal' | 'normal'>;
    }
  | { readonly kind: 'accept'; readonly task: TaskKind }
  | { readonly kind: 'decline'; readonly task: TaskKind }
  | { readonly kind: 'attempt'; readonly outcome: AttemptOutcome; readonly twoIdentifiers: boolean }
  /** `task`: which piece of work ends; without it the first open one that fits the reason. */
  | { readonly kind: 'close'; readonly reason: CloseReason; readonly task?: TaskKind };

/** Outcomes with which a person ends a task that is no call and no sign-off. */
export type CloseReason = 'handled' | 'mailed' | 'told' | 'corrected' | 'providers-choice';

export interface Command {
  readonly id: string;
  readonly by: string;
  readonly credentialed: boolean;
  readonly at: EpochMs;
  /** Hash of the version the person saw; `null` when the command speaks of no content (accept, decline). */
  readonly hash: string | null;
  readonly body: CommandBody;
  /** What the person was told by another run of this result, or from its record: it stands. */
  readonly refused?: Refusal;
}

/**
 * The version of which the message spoke that a patient answers: an old link or a late "OK" is no answer to what came
 * after it (L41). `null`: a message that told nothing ("we tried to reach you"); left out: nobody knows which message.
 */
export type Told = number | null;

/** One thing that happened. `id` makes applying it twice harmless; `at` is practice time. */
export type Fact = { readonly id: string; readonly at: EpochMs } & (
  | {
      readonly kind: 'loaded';
      readonly state: ResultState | null;
      readonly newestVersion: number;
      readonly seq: number;
      /** Set while the result has no version: who keeps it, and why (L5). */
      readonly waiting: {
        readonly keeperId: string;
        readonly why: string;
        readonly hours: OpenHours;
        readonly policy: LifecyclePolicy;
      } | null;
    }
  /** `late`: kept and not taken over, to be looked at all the same (L41). */
  | { readonly kind: 'version-arrived'; readonly version: number; readonly late?: boolean }
  /** L39, L42: joined with another result, never this patient's, or in doubt. `other`: the other result's id. */
  | {
      readonly kind: 'identity';
      readonly news: 'joined' | 'moved' | 'disputed';
      readonly other: string | null;
    }
  | {
      readonly kind: 'staged';
      readonly version: StagedVersion;
      readonly lane: Lane;
      readonly ownerId: string;
      readonly orderedBy: string | null;
      /** False when nobody on the roster ordered it: the unrouted list's keeper holds it (L14). */
      readonly routed: boolean;
      readonly change: 'first' | 'none' | 'cosmetic' | 'clinical';
      /** The version it was compared with; without it the one numbered before. */
      readonly comparedWith?: number | null;
      /** Kept and not taken over (L40, L41). */
      readonly late?: boolean;
      /** Why a person looks at it, or why it was not taken over: codes of `domain/result/placement`. */
      readonly marks?: readonly string[];
      /** L42: nobody's, because its patient is in doubt: there is no chart to write to. */
      readonly unclaimed?: boolean;
      /** L41: the patient may have had an earlier version from somebody else. */
      readonly toldElsewhere?: readonly ('portal' | 'resultscall')[];
      readonly hours: OpenHours;
      readonly policy: LifecyclePolicy;
    }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'proposal'; readonly commandId: string }
  | { readonly kind: 'recorded'; readonly seq: number; readonly ownerId: string | null }
  | {
      readonly kind: 'reread';
      readonly page: PageOrder | null;
      readonly outcome: 'read' | 'unreadable';
      readonly patientStatus: string | null;
    }
  | {
      readonly kind: 'paged';
      readonly page: PageOrder;
      readonly sentTo: readonly string[];
      readonly failedFor: readonly string[];
      /** L11: this person was paged within the hour; try again then. */
      readonly againAt: EpochMs | null;
      /** L10: when to ask again whether a critical page was accepted (webhooks get lost). */
      readonly pollAgainAt: EpochMs;
    }
  | {
      readonly kind: 'pages-polled';
      readonly pollAgainAt: EpochMs;
      /** People whose call ended without acceptance (L10). */
      readonly unanswered?: readonly string[];
    }
  | {
      readonly kind: 'delivery-status';
      readonly noticeId: string;
      readonly version: number;
      readonly purpose: string;
      readonly status: 'sending' | 'left' | 'confirmed' | 'failed' | 'needs-person' | 'withdrawn';
      readonly channel: string | null;
      /** For `needs-person`: which work it becomes, and why. */
      readonly task: TaskKind | null;
      readonly why: string | null;
    }
  | { readonly kind: 'link-opened' }
  | { readonly kind: 'page-confirmed'; readonly wantsCall: boolean; readonly told?: Told }
  | {
      readonly kind: 'patient-replied';
      readonly channel: string;
      readonly acknowledges: boolean;
      /** Its words are on the signed emergency list (L36). */
      readonly emergency?: boolean;
      readonly told?: Told;
    }
  | {
      readonly kind: 'chart-changed';
      readonly noteKey: string;
      readonly noteKind: string;
      /** unread: the chart took it and does not show it. */
      readonly state: 'confirmed' | 'failed' | 'unread';
    }
  | { readonly kind: 'patient-changed'; readonly status: string }
  | { readonly kind: 'deadline'; readonly step: string; readonly dueAt: EpochMs }
  | { readonly kind: 'duty-failed'; readonly dutyId: string; readonly code: string }
);

export interface View {
  readonly phase: string;
  readonly waitsFor: string;
  readonly tier: string | null;
  readonly urgency: string | null;
  readonly version: number;
  readonly hash: string | null;
  readonly ownerId: string | null;
  readonly due: { readonly at: EpochMs; readonly step: string } | null;
  readonly tasks: readonly {
    readonly kind: TaskKind;
    readonly acceptedBy: string | null;
    readonly dueAt: EpochMs;
  }[];
  readonly escalation: number;
}

export interface Answer {
  readonly refusal: Refusal | null;
  readonly view: View;
}
