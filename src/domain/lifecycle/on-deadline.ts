import { tickCriticalLadder } from './critical-ladder.js';
import { deadlines } from './deadlines.js';
import { openCallback } from './on-command.js';
import type { Role, TaskKind } from './state.js';
import { settle, withdrawNotice } from './telling.js';
import type { Turn } from './turn.js';

/** A clock ran out. Of several overdue steps of one ladder only the highest acts, the others are recorded. */
export function onDeadline(turn: Turn, step: string, dueAt: number): void {
  const due = deadlines(turn.state);
  const deadline = due.find((d) => d.step === step);
  if (!deadline) return;
  if (step.startsWith('deliver/')) return deliver(turn, step.slice('deliver/'.length));
  if (step.startsWith('poll-pages/')) return pollPages(turn);
  turn.fire(step, dueAt);
  const higher = due.find((d) => d.ladder === deadline.ladder && d.at > deadline.at && d.at <= turn.now);
  if (higher && higher.ladder !== 'poll') {
    turn.event('step-skipped', { step, dueAt, for: higher.step });
    return;
  }
  act(turn, step, dueAt);
}

function act(turn: Turn, step: string, dueAt: number): void {
  const { version } = turn.state;
  if (!version) return;
  const name = step.slice(step.indexOf('/') + 1);
  if (name.startsWith('critical-tick/') || step.includes('/critical-tick/')) return tickCriticalLadder(turn);
  if (step.startsWith('chart-late/')) {
    turn.event('chart-late', { dueAt });
    turn.line({ do: 'alarm', code: 'chart-note-late', key: step, at: turn.now });
    return;
  }
  turn.event('step-due', { step, dueAt });
  if (name === 'critical/attempt') return noAttempt(turn, step);
  if (name === 'critical/supervisor')
    return escalate(turn, step, 'callback', ['supervising-physician'], 2, true);
  if (name === 'critical/unreached') return escalate(turn, step, 'callback', ['on-call'], 2, true);
  if (name === 'critical/director') return escalate(turn, step, 'callback', ['medical-director'], 3, true);
  if (name.startsWith('sign-off/')) return signOffOverdue(turn, step);
  if (name === 'contact-by') return escalate(turn, step, heldTask(turn), ['owner', 'coordinator'], 1);
  if (name === 'contact-by/supervisor')
    return escalate(turn, step, heldTask(turn), ['supervising-physician'], 2);
  if (name.startsWith('unconfirmed/')) {
    withdrawNotice(turn, 'not-confirmed');
    return openCallback(turn, version.contactByAt);
  }
  if (name.startsWith('callback/')) return openCallback(turn, version.contactByAt);
  if (name === 'unanswered')
    return settle(turn, turn.state.openedAt === null ? 'notified-unopened' : 'notified-opened');
  if (name === 'untold') return turn.openTask('release', 'owner', turn.now);
  if (name === 'tried-to-reach') {
    turn.line({ do: 'ask-notice', purpose: 'tried-to-reach', version: version.number, at: turn.now });
    turn.event('message-asked', { purpose: 'tried-to-reach' });
    return;
  }
  if (name === 'not-final') return turn.openTask('review', 'owner', turn.now);
  if (name.startsWith('task/')) return taskOverdue(turn, step, name.split('/')[1] as TaskKind);
}

/** L6: 30 min without an attempt. Someone who accepted and did nothing is left out from here (L10). */
function noAttempt(turn: Turn, step: string): void {
  const task = turn.task('callback');
  const idle = task?.acceptedBy ?? null;
  turn.event('sla-missed', { clock: 'critical-attempt' });
  turn.line({ do: 'alarm', code: 'critical-without-attempt', key: step, at: turn.now });
  escalate(turn, step, 'callback', ['owner', 'coordinator'], 1, true);
  const { ladder } = turn.state;
  if (idle && ladder) {
    turn.releaseAcceptance('callback');
    turn.set({ ladder: { ...ladder, nextTickAt: turn.now, without: [...ladder.without, idle] } });
  }
}

function signOffOverdue(turn: Turn, step: string): void {
  const task: TaskKind = turn.task('review') ? 'review' : 'sign-off';
  if (step.endsWith('/cover')) return escalate(turn, step, task, ['cover'], 1);
  turn.event('sla-missed', { clock: 'sign-off' });
  if (step.endsWith('/owner')) return escalate(turn, step, task, ['owner', 'coordinator'], 1);
  turn.event('ageing', { task });
  escalate(turn, step, task, ['supervising-physician'], 2);
}

function taskOverdue(turn: Turn, step: string, task: TaskKind): void {
  turn.event('sla-missed', { clock: task });
  if (step.endsWith('/due')) escalate(turn, step, task, ['owner', 'coordinator'], 1);
  else escalate(turn, step, task, ['supervising-physician'], 2);
}

/** The task that holds an abnormal result at this moment; pages speak of a task (L18a). */
function heldTask(turn: Turn): TaskKind {
  return turn.state.tasks[0]?.kind ?? 'callback';
}

function escalate(
  turn: Turn,
  step: string,
  task: TaskKind,
  roles: readonly Role[],
  level: number,
  critical = false,
): void {
  turn.escalate(level);
  turn.page({ step, task, roles, critical });
}

function deliver(turn: Turn, step: string): void {
  const page = turn.state.pages.find((p) => p.step === step && p.at <= turn.now);
  if (!page) return;
  turn.set({ pages: turn.state.pages.filter((p) => p !== page) });
  turn.sendPage(page);
}

function pollPages(turn: Turn): void {
  turn.set({ nextPagePollAt: null });
  turn.duty({ id: `poll-pages/${turn.now}`, kind: 'poll-pages', afterSeq: turn.afterSeq });
}
