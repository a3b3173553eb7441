import type { EpochMs } from '../result/report.js';
import type { Closure, Role, TaskKind } from './codes.js';

/** Codes and numbers only: events are read by operators and auditors without a key. */
export type EventData = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/**
 * One decision about our own record. Lines of one turn are recorded together, in one transaction, by one
 * `record` duty; nothing outside happens before they are (audit first).
 */
export type Line =
  | {
      readonly do: 'event';
      readonly kind: string;
      readonly at: EpochMs;
      readonly actor: string;
      readonly data: EventData;
    }
  | {
      readonly do: 'open-task';
      readonly kind: TaskKind;
      readonly role: Role;
      readonly opening: number;
      readonly at: EpochMs;
      readonly dueAt: EpochMs;
    }
  | { readonly do: 'move-task'; readonly kind: TaskKind; readonly opening: number; readonly dueAt: EpochMs }
  | {
      readonly do: 'accept-task';
      readonly kind: TaskKind;
      readonly opening: number;
      readonly by: string;
      readonly at: EpochMs;
    }
  | {
      readonly do: 'end-task';
      readonly kind: TaskKind;
      readonly opening: number;
      readonly outcome: string;
      readonly at: EpochMs;
      readonly cancelled: boolean;
    }
  | {
      readonly do: 'pass-on';
      readonly kind: TaskKind;
      readonly opening: number;
      /** `null`: whoever holds it. */
      readonly from: string | null;
      readonly to: Role;
      readonly at: EpochMs;
    }
  | {
      readonly do: 'ask-notice';
      readonly purpose: 'results' | 'update' | 'tried-to-reach';
      readonly version: number;
      readonly at: EpochMs;
    }
  | { readonly do: 'withdraw-notice'; readonly why: string; readonly at: EpochMs }
  | { readonly do: 'release'; readonly version: number; readonly by: string; readonly at: EpochMs }
  | { readonly do: 'unrelease' }
  | {
      readonly do: 'attempt';
      readonly commandId: string;
      readonly by: string;
      readonly outcome: string;
      readonly at: EpochMs;
    }
  | {
      readonly do: 'note';
      readonly kind: 'touch' | 'closing' | 'action';
      readonly key: string;
      readonly code: string;
      readonly at: EpochMs;
      readonly data: EventData;
    }
  | { readonly do: 'alarm'; readonly code: string; readonly key: string; readonly at: EpochMs }
  | { readonly do: 'close'; readonly closure: Closure; readonly at: EpochMs }
  | { readonly do: 'reopen'; readonly at: EpochMs };

/** A page that is to leave: to which roles, for which task, in which step. */
export interface PageOrder {
  /** Task + step + repeat number: the middle of the effect key (L18a). */
  readonly step: string;
  readonly task: TaskKind;
  readonly opening: number;
  readonly roles: readonly Role[];
  /** People who are left out (declined, or already hold it). */
  readonly without: readonly string[];
  readonly critical: boolean;
  /** L7: no critical one, and still it does not wait for staffed hours. */
  readonly anyHour?: true;
  /** L12: it took long to get here, so the laboratory may have phoned somebody already. */
  readonly asks?: 'lab-phoned';
  /** When the clock ran out. */
  readonly dueAt: EpochMs;
  /** When it may be delivered (L11). */
  readonly at: EpochMs;
}

/** Work for an activity. Ids are deterministic from state, so that they survive replay and restart. */
export type Duty =
  | { readonly id: string; readonly kind: 'load' }
  | { readonly id: string; readonly kind: 'stage'; readonly version: number; readonly late?: boolean }
  | { readonly id: string; readonly kind: 'record'; readonly seq: number; readonly lines: readonly Line[] }
  | { readonly id: string; readonly kind: 'reread'; readonly page: PageOrder | null }
  | { readonly id: string; readonly kind: 'page'; readonly page: PageOrder; readonly afterSeq: number }
  | { readonly id: string; readonly kind: 'poll-pages'; readonly afterSeq: number };
