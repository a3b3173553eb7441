import { defineSearchAttributeKey } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ClockMap } from '../domain/calendar/clock-map.js';
import type { Fact, View, Answer } from '../domain/lifecycle/facts.js';
import type { ResultState } from '../domain/lifecycle/state.js';

/**
 * The names that workflows answer to. Safe to import from anywhere. Payloads carry ids and codes only, and are
 * encrypted all the same (architecture §9).
 */

export const taskQueues = {
  /** Workflows and store activities. */
  results: 'results',
  /** Reads from athenahealth. */
  athena: 'athena',
  /** Chart notes and patient notes; the drain paces itself. */
  athenaWrites: 'athena-writes',
  texts: 'texts',
  spruce: 'spruce',
  /** Its own: a page never waits behind bulk. */
  pages: 'pages',
} as const;

export const workflowIds = {
  result: (resultId: string) => `result/${resultId}`,
  notice: (patientId: string) => `notice/${patientId}`,
  chart: (practiceId: string) => `chart/${practiceId}`,
  /** Scheduled runs get a suffix. */
  poll: (practiceId: string) => `poll/${practiceId}`,
  texts: (practiceId: string) => `texts/${practiceId}`,
  rounds: (practiceId: string) => `rounds/${practiceId}`,
};

/** Search attributes are stored in clear: opaque codes only. */
export const searchAttributes = {
  practice: defineSearchAttributeKey('Practice', 'KEYWORD'),
  tier: defineSearchAttributeKey('Tier', 'KEYWORD'),
  phase: defineSearchAttributeKey('Phase', 'KEYWORD'),
  owner: defineSearchAttributeKey('Owner', 'KEYWORD'),
  dueAt: defineSearchAttributeKey('DueAt', 'DATETIME'),
  escalation: defineSearchAttributeKey('Escalation', 'INT'),
};

/** Name and type of every search attribute, as the server wants them registered. */
export const searchAttributeTypes: Readonly<Record<string, 'Keyword' | 'Datetime' | 'Int'>> = {
  Practice: 'Keyword',
  Tier: 'Keyword',
  Phase: 'Keyword',
  Owner: 'Keyword',
  DueAt: 'Datetime',
  Escalation: 'Int',
};

export interface LabResultInput {
  readonly practiceId: string;
  readonly resultId: string;
  readonly clock: ClockMap;
  /** Set by continue-as-new only; a fresh run loads its record. */
  readonly resume?: ResultState;
}

/** What a person decided is loaded from its `command` row; a signal without a row is only a proposal (L20). */
export interface CommandRef {
  readonly commandId: string;
}

type Told<K extends Fact['kind']> = Extract<Fact, { kind: K }>;
export type DeliveryStatus = Omit<Told<'delivery-status'>, 'kind'>;

export const versionArrived = defineSignal<[{ version: number; late?: boolean }]>('versionArrived');
/** Joined with another result, given to another patient, or in doubt (L39, L42). */
export const identityChanged = defineSignal<[Omit<Told<'identity'>, 'kind'>]>('identityChanged');
export const command = defineSignal<[CommandRef]>('command');
/** The same handler as `command`; the name that operators look for. */
export const signOff = defineSignal<[CommandRef]>('signOff');
export const deliveryStatus = defineSignal<[DeliveryStatus]>('deliveryStatus');
export const linkOpened = defineSignal<[{ id: string; at: number }]>('linkOpened');
export type PageConfirmed = Omit<Told<'page-confirmed'>, 'kind'>;
export type PatientReplied = Omit<Told<'patient-replied'>, 'kind'>;
export const patientPageConfirmed = defineSignal<[PageConfirmed]>('patientPageConfirmed');
export const patientReplied = defineSignal<[PatientReplied]>('patientReplied');
export const chartChanged =
  defineSignal<
    [{ id: string; at: number; noteKey: string; noteKind: string; state: 'confirmed' | 'failed' | 'unread' }]
  >('chartChanged');
export const patientChanged = defineSignal<[{ id: string; at: number; status: string }]>('patientChanged');
/** Starts a run that has nothing to say but "look at your record". */
export const resumeFromRecord = defineSignal('resumeFromRecord');

export const ask = defineUpdate<Answer, [CommandRef]>('ask');
export const stateQuery = defineQuery<View>('state');

export interface PatientNoticeInput {
  readonly practiceId: string;
  readonly patientId: string;
  readonly clock: ClockMap;
}
export const noticeChanged = defineSignal('noticeChanged');

export interface ChartWriterInput {
  readonly practiceId: string;
  readonly clock: ClockMap;
}
export const notesQueued = defineSignal('notesQueued');

export interface PracticeRoundsInput {
  readonly practiceId: string;
}

export interface TextRoundsInput {
  readonly practiceId: string;
}

export interface PollPracticeInput {
  readonly practiceId: string;
}
