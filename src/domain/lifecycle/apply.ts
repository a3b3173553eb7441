import type { Answer, Fact, Refusal } from './facts.js';
import { resumed } from './begin.js';
import { isRinging, skipAhead } from './critical-ladder.js';
import { onCommand } from './on-command.js';
import { onDeadline } from './on-deadline.js';
import {
  onDeliveryStatus,
  onLinkOpened,
  onPageConfirmed,
  onPatientChanged,
  onPatientReplied,
} from './on-patient.js';
import { onStaged, onVersionArrived } from './on-version.js';
import { viewOf } from './phase.js';
import type { Duty } from './decisions.js';
import type { ResultState } from './state.js';
import { Turn } from './turn.js';

/**
 * The heart of a result's life: one fact in, the next state and an answer out. Pure and idempotent by fact id;
 * refuses whatever a validator let pass (hash, role, phase). Never throws for anything a person or vendor sent.
 */
export function apply(state: ResultState, fact: Fact): { state: ResultState; answer: Answer } {
  // Deadlines are idempotent by what has fired; everything else by its id.
  const before = fact.kind === 'deadline' ? undefined : state.seen.find((s) => s.id === fact.id);
  if (before) return { state, answer: { refusal: before.refusal, view: viewOf(state) } };
  const turn = new Turn(state, fact.at);
  turn.dutyDone(fact.id);
  const refusal = decide(turn, fact);
  if (fact.kind !== 'deadline') turn.remember(fact.id, refusal);
  const next = turn.finish();
  return { state: next, answer: { refusal, view: viewOf(next) } };
}

function decide(turn: Turn, fact: Fact): Refusal | null {
  switch (fact.kind) {
    case 'loaded':
      if (turn.state.loaded) return null;
      turn.set(
        fact.state ? resumed(fact.state, fact.seq) : { loaded: true, seq: fact.seq, recordedSeq: fact.seq },
      );
      onVersionArrived(turn, fact.newestVersion);
      return null;
    case 'version-arrived':
      onVersionArrived(turn, fact.version);
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
      if (fact.page) turn.duty(turn.pageDuty(fact.page));
      return null;
    case 'paged':
      onPaged(turn, fact);
      return null;
    case 'pages-polled':
      turn.set({ nextPagePollAt: isRinging(turn) ? fact.pollAgainAt : null });
      return null;
    case 'delivery-status':
      onDeliveryStatus(turn, fact);
      return null;
    case 'link-opened':
      onLinkOpened(turn);
      return null;
    case 'page-confirmed':
      onPageConfirmed(turn, fact.wantsCall);
      return null;
    case 'patient-replied':
      onPatientReplied(turn, fact.channel, fact.acknowledges);
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
  if (fact.againAt !== null) turn.set({ pages: [...turn.state.pages, { ...page, at: fact.againAt }] });
  if (fact.failedFor.length === 0) return;
  turn.event('page-failed', { step: page.step, for: fact.failedFor });
  // L10: send error, open circuit: the next person at once. Only the first page of a rung skips ahead.
  if (page.critical && fact.sentTo.length === 0) skipAhead(turn, []);
}

/** The closing note is proved to be in the chart: the result is closed (L44, L45). */
function onChartChanged(turn: Turn, fact: Extract<Fact, { kind: 'chart-changed' }>): void {
  const { ending, closings, policy } = turn.state;
  turn.event(`chart-note-${fact.state}`, { note: fact.noteKey, noteKind: fact.noteKind });
  if (fact.state === 'failed') {
    turn.line({ do: 'alarm', code: 'chart-note-failed', key: fact.noteKey, at: turn.now });
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

/** A duty gave up for good (its retries ran out). Never silent: an alarm, and what still can go on goes on. */
function onDutyFailed(turn: Turn, dutyId: string, code: string): void {
  const duty = turn.state.duties.find((d) => d.id === dutyId);
  turn.dutyDone(dutyId);
  turn.event('duty-failed', { duty: dutyId, code });
  turn.line({ do: 'alarm', code: 'duty-failed', key: dutyId, at: turn.now });
  if (duty?.kind === 'reread' && duty.page) turn.duty(turn.pageDuty(duty.page));
  if (duty?.kind === 'page' && duty.page.critical) skipAhead(turn, []);
}

/** What has to be done now: duties whose record is in place. Starting one twice is harmless. */
export function obligations(state: ResultState): readonly Duty[] {
  return state.duties.filter((d) => !('afterSeq' in d) || d.afterSeq <= state.recordedSeq);
}
