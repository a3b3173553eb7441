import type { Answer, Fact, Refusal } from './facts.js';
import { afterStaffed } from '../calendar/open-hours.js';
import { resumed } from './begin.js';
import { isLadderPage, isRinging, onLadderPaged, onUnanswered, skipAhead } from './critical-ladder.js';
import { onCommand } from './on-command.js';
import { onDeadline } from './on-deadline.js';
import {
  onDeliveryStatus,
  onLinkOpened,
  onPageConfirmed,
  onPatientChanged,
  onPatientReplied,
} from './on-patient.js';
import { onIdentity } from './on-identity.js';
import { onStaged, onVersionArrived } from './on-version.js';
import { viewOf } from './phase.js';
import type { Duty, PageOrder } from './decisions.js';
import type { ResultState } from './state.js';
import { noTask, Turn } from './turn.js';

/**
 * The heart of a result's life: one fact in, the next state and an answer out. Pure and idempotent by fact id;
 * refuses whatever a validator let pass (hash, role, phase). Never throws for anything a person or vendor sent.
 */
export function apply(state: ResultState, fact: Fact): { state: ResultState; answer: Answer } {
  const before = state.seen.find((s) => s.id === fact.id);
  if (before || isOver(state, fact))
    return { state, answer: { refusal: before?.refusal ?? null, view: viewOf(state) } };
  const turn = new Turn(state, fact.at);
  turn.dutyDone(fact.id);
  const refusal = decide(turn, fact);
  if (isNews(fact)) turn.remember(fact.id, refusal);
  const next = turn.finish();
  return { state: next, answer: { refusal, view: viewOf(next) } };
}

/** True for what comes from outside and may come again. The rest is idempotent by what is pending or has fired. */
function isNews(fact: Fact): boolean {
  switch (fact.kind) {
    case 'deadline':
    case 'loaded':
    case 'staged':
    case 'recorded':
    case 'reread':
    case 'paged':
    case 'pages-polled':
    case 'duty-failed':
      return false;
    default:
      return true;
  }
}

/** The outcome of a duty that is not pending any more was applied before. */
function isOver(state: ResultState, fact: Fact): boolean {
  switch (fact.kind) {
    case 'recorded':
    case 'reread':
    case 'paged':
    case 'pages-polled':
      return !state.duties.some((d) => d.id === fact.id);
    case 'staged':
      // A current version is known by its number; a late one leaves no other trace.
      return fact.late === true && !state.duties.some((d) => d.id === fact.id);
    case 'duty-failed':
      return !state.duties.some((d) => d.id === fact.dutyId);
    default:
      return false;
  }
}

function decide(turn: Turn, fact: Fact): Refusal | null {
  switch (fact.kind) {
    case 'loaded':
      if (turn.state.loaded) return null;
      turn.set(
        fact.state ? resumed(fact.state, fact.seq) : { loaded: true, seq: fact.seq, recordedSeq: fact.seq },
      );
      onVersionArrived(turn, fact.newestVersion);
      if (fact.waiting && fact.newestVersion === 0) waitUnmatched(turn, fact.waiting);
      return null;
    case 'version-arrived':
      onVersionArrived(turn, fact.version, fact.late);
      return null;
    case 'identity':
      onIdentity(turn, fact);
      return null;
    case 'staged':
      onStaged(turn, fact);
      return null;
    case 'command':
      return onCommand(turn, fact.command);
    case 'proposal':
      turn.event('proposal', { command: fact.commandId });
      return 'unknown-command';
    case 'recorded':
      turn.set({
        recordedSeq: Math.max(turn.state.recordedSeq, fact.seq),
        ownerId: fact.ownerId ?? turn.state.ownerId,
      });
      return null;
    case 'reread':
      if (fact.patientStatus) onPatientChanged(turn, fact.patientStatus);
      if (fact.page) pageIfNeeded(turn, fact.page);
      return null;
    case 'paged':
      onPaged(turn, fact);
      return null;
    case 'pages-polled':
      turn.set({ nextPagePollAt: isRinging(turn) ? fact.pollAgainAt : null });
      onUnanswered(turn, fact.unanswered ?? []);
      return null;
    case 'delivery-status':
      onDeliveryStatus(turn, fact);
      return null;
    case 'link-opened':
      onLinkOpened(turn);
      return null;
    case 'page-confirmed':
      onPageConfirmed(turn, fact);
      return null;
    case 'patient-replied':
      onPatientReplied(turn, fact);
      return null;
    case 'chart-changed':
      onChartChanged(turn, fact);
      return null;
    case 'patient-changed':
      onPatientChanged(turn, fact.status);
      return null;
    case 'deadline':
      onDeadline(turn, fact.step, fact.dueAt);
      return null;
    case 'duty-failed':
      onDutyFailed(turn, fact.dutyId, fact.code);
      return null;
    default:
      fact satisfies never;
      return null;
  }
}

/** L5, L14: a document without patient or without readable content is same-day work of the list's keeper. */
function waitUnmatched(turn: Turn, waiting: NonNullable<Extract<Fact, { kind: 'loaded' }>['waiting']>): void {
  if (turn.task('match') || turn.state.version) return;
  turn.set({ ownerId: waiting.keeperId, hours: waiting.hours, policy: waiting.policy });
  turn.event('unmatched', { why: waiting.why });
  turn.openTask('match', 'keeper', afterStaffed(waiting.hours, turn.now, waiting.policy.replyStaffedMs));
}

function onPaged(turn: Turn, fact: Extract<Fact, { kind: 'paged' }>): void {
  const { page } = fact;
  if (fact.sentTo.length > 0)
    turn.event('paged', {
      step: page.step,
      task: page.task,
      to: fact.sentTo,
      roles: page.roles,
      critical: page.critical,
    });
  if (page.critical && isRinging(turn) && turn.state.nextPagePollAt === null)
    turn.set({ nextPagePollAt: fact.pollAgainAt });
  if (fact.failedFor.length > 0) turn.event('page-failed', { step: page.step, for: fact.failedFor });
  if (isLadderPage(page)) return onLadderPaged(turn, fact.sentTo, fact.failedFor);
  if (!turn.isNeeded(page)) return;
  if (fact.failedFor.length > 0) return sendLater(turn, page);
  if (fact.againAt !== null) turn.pageLater(page, fact.againAt);
}

/** A single page that could not be sent is tried again until its task is done; its effect key keeps it single. */
function sendLater(turn: Turn, page: PageOrder): void {
  // An alarm that cannot be delivered raises no alarm about itself: its row stays.
  if (page.opening === noTask) return;
  turn.alarm('page-failed', `page/${page.step}`);
  turn.pageLater(page, turn.now + (page.critical ? turn.state.policy.criticalRepeatMs : hour));
}

function pageIfNeeded(turn: Turn, page: PageOrder): void {
  if (turn.isNeeded(page)) turn.duty(turn.pageDuty(page));
  else turn.event('page-dropped', { step: page.step, task: page.task });
}

/** The closing note is proved to be in the chart: the result is closed (L44, L45). */
function onChartChanged(turn: Turn, fact: Extract<Fact, { kind: 'chart-changed' }>): void {
  const { ending, closings, policy } = turn.state;
  turn.event(`chart-note-${fact.state}`, { note: fact.noteKey, noteKind: fact.noteKind });
  if (fact.state !== 'confirmed') {
    turn.alarm(`chart-note-${fact.state}`, fact.noteKey);
    if (ending.kind === 'closed') return;
    turn.fire(`chart-failed/${fact.noteKey}`, turn.now);
    turn.openTask('follow-up', 'owner', turn.now + policy.replyStaffedMs);
    return;
  }
  if (fact.noteKind !== 'closing' || fact.noteKey !== `closing/${closings}` || ending.kind !== 'settled')
    return;
  for (const task of turn.state.tasks) turn.endTask(task.kind, 'charted', true);
  turn.set({ ending: { ...ending, kind: 'closed' } });
  turn.line({ do: 'close', closure: ending.closure, at: turn.now });
  turn.event('closed', { closure: ending.closure });
}

const minute = 60_000;
const hour = 60 * minute;

/**
 * A duty gave up (its retries ran out). Never silent: an alarm, and what still can go on goes on. Staging, the record
 * and single pages come again, because without them the result would stand still.
 */
function onDutyFailed(turn: Turn, dutyId: string, code: string): void {
  const duty = turn.state.duties.find((d) => d.id === dutyId);
  if (!duty) return;
  turn.dutyDone(dutyId);
  const isFirst = !dutyId.includes('~');
  if (isFirst) {
    turn.event('duty-failed', { duty: dutyId, code });
    if (duty.kind !== 'page' || duty.page.opening !== noTask) turn.alarm('duty-failed', dutyId);
  }
  if (duty.kind === 'reread' && duty.page) pageIfNeeded(turn, duty.page);
  if (duty.kind === 'page' && isLadderPage(duty.page)) skipAhead(turn, []);
  else if (duty.kind === 'page' && turn.isNeeded(duty.page)) sendLater(turn, duty.page);
  if (duty.kind === 'stage' || duty.kind === 'record')
    turn.set({ held: [...turn.state.held, { duty, until: turn.now + minute }] });
}

/** What has to be done now: duties whose record is in place. Starting one twice is harmless. */
export function obligations(state: ResultState): readonly Duty[] {
  return state.duties.filter((d) => !('afterSeq' in d) || d.afterSeq <= state.recordedSeq);
}
