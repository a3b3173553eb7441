import { nextBusinessDay, nextOpening } from '../calendar/open-hours.js';
import { tickCriticalLadder } from './critical-ladder.js';
import { deadlines } from './deadlines.js';
import { openCallback } from './callback.js';
import { onSameDayDeadline } from './same-day.js';
import type { Closure, ResultState, Role, TaskKind } from './state.js';
import { giveToPerson, settle } from './telling.js';
import type { Turn } from './turn.js';

/** A clock ran out. Of several overdue steps of one ladder only the highest acts, the others are recorded. */
export function onDeadline(turn: Turn, step: string, dueAt: number): void {
  const due = deadlines(turn.state);
  const deadline = due.find((d) => d.step === step);
  if (!deadline || deadline.at > turn.now) return;
  if (step.startsWith('deliver/')) return deliver(turn, step.slice('deliver/'.length));
  if (step.startsWith('again/')) return tryAgain(turn, step.slice('again/'.length));
  if (step.startsWith('poll-pages/')) return pollPages(turn);
  // Its number is its memory: a ladder that rings for days must not fill the state.
  if (step.includes('/critical-tick/')) return tickCriticalLadder(turn);
  // Daily steps count from when they came, so that an outage does not make them come in a row; so does on-call's silence.
  const countsFromNow =
    step.includes('/still-open/') || step.startsWith('chart-late/') || step.endsWith('/same-day/on-call');
  turn.fire(step, countsFromNow ? turn.now : dueAt);
  const higher = due.find((d) => d.ladder === deadline.ladder && d.at > deadline.at && d.at <= turn.now);
  if (higher) {
    turn.event('step-skipped', { step, dueAt, for: higher.step });
    return;
  }
  act(turn, step, dueAt);
}

function act(turn: Turn, step: string, dueAt: number): void {
  if (step.startsWith('chart-late/')) {
    turn.event('chart-late', { dueAt });
    turn.alarm('chart-note-late', step);
    return;
  }
  turn.event('step-due', { step, dueAt });
  if (step.startsWith('task/')) return taskOverdue(turn, step, dueAt, step.split('/')[1] as TaskKind);
  const name = step.slice(step.indexOf('/') + 1);
  if (name.startsWith('still-open/')) return stillOpen(turn, step, dueAt);
  const { version } = turn.state;
  if (!version) return;
  const escalate = (task: TaskKind, roles: readonly Role[], level: number, critical = false): void => {
    turn.escalate(level);
    turn.page({ step, task, roles, critical, dueAt });
  };
  if (name === 'critical/attempt') return noAttempt(turn, step, dueAt);
  if (name.startsWith('critical/idle/')) return goOnWithout(turn);
  if (name === 'critical/supervisor') return escalate('callback', ['supervising-physician'], 2, true);
  if (name === 'critical/unreached') return escalate('callback', ['on-call'], 2, true);
  if (name === 'critical/director') return escalate('callback', ['medical-director'], 3, true);
  if (name.startsWith('same-day/')) return onSameDayDeadline(turn, step, dueAt);
  if (name.startsWith('sign-off/')) return signOffOverdue(turn, step, dueAt);
  if (name === 'contact-by') return escalate(contactTask(turn), ['owner', 'coordinator'], 1);
  if (name === 'contact-by/supervisor') return escalate(contactTask(turn), ['supervising-physician'], 2);
  if (name.startsWith('unconfirmed/') || name.startsWith('callback/')) {
    if (turn.state.telling.kind !== 'confirmed') giveToPerson(turn, 'not-confirmed');
    return openCallback(turn, version.contactByAt);
  }
  if (name === 'unanswered') return settle(turn, unansweredClosure(turn.state));
  // Opened early for want of a receipt (L48) it is due when it would have opened (L9): nobody is paged before.
  if (name === 'untold')
    return turn.openTask(
      'release',
      'owner',
      Math.max(turn.now, version.detectedAt + turn.state.policy.normalUntoldMs),
    );
  if (name === 'tried-to-reach') {
    turn.line({ do: 'ask-notice', purpose: 'tried-to-reach', version: version.number, at: turn.now });
    turn.event('message-asked', { purpose: 'tried-to-reach' });
    return;
  }
  if (name === 'not-final') return turn.openTask('review', 'owner', nextOpening(turn.state.hours, turn.now));
}

/** L38; L31: what ResultsCall told has no page of ours that could be opened. */
function unansweredClosure({ telling, openedAt }: ResultState): Closure {
  if (telling.kind === 'confirmed' && telling.channel === 'resultscall') return 'notified-by-resultscall';
  return openedAt === null ? 'notified-unopened' : 'notified-opened';
}

/** L6: 30 min without an attempt. Someone who accepted and did nothing is left out from here (L10). */
function noAttempt(turn: Turn, step: string, dueAt: number): void {
  turn.event('sla-missed', { clock: 'critical-attempt' });
  turn.alarm('critical-without-attempt', step);
  turn.escalate(1);
  turn.page({ step, task: 'callback', roles: ['owner', 'coordinator'], critical: true, dueAt });
  goOnWithout(turn);
}

function goOnWithout(turn: Turn): void {
  const idle = turn.task('callback')?.acceptedBy ?? null;
  const { ladder } = turn.state;
  if (!idle || !ladder) return;
  turn.passOn('callback', idle);
  const without = [...new Set([...ladder.without, idle])];
  turn.set({ ladder: { ...ladder, nextTickAt: turn.now, without } });
}

function signOffOverdue(turn: Turn, step: string, dueAt: number): void {
  const task: TaskKind = turn.task('review') ? 'review' : 'sign-off';
  const page = (roles: readonly Role[], level: number): void => {
    turn.escalate(level);
    turn.page({ step, task, roles, critical: false, dueAt });
  };
  if (step.endsWith('/cover')) return page(['cover'], 1);
  turn.event('sla-missed', { clock: 'sign-off' });
  if (step.endsWith('/owner')) return page(['owner', 'coordinator'], 1);
  turn.event('ageing', { task });
  page(['supervising-physician'], 2);
}

function taskOverdue(turn: Turn, step: string, dueAt: number, task: TaskKind): void {
  turn.event('sla-missed', { clock: task });
  const isFirst = step.endsWith('/due');
  turn.escalate(isFirst ? 1 : 2);
  turn.page({
    step,
    task,
    roles: isFirst ? ['owner', 'coordinator'] : ['supervising-physician'],
    critical: false,
    dueAt,
  });
}

/** S003-91: the last clock has run out. Without open work it becomes work; with it, it goes up again. */
function stillOpen(turn: Turn, step: string, dueAt: number): void {
  const { version, tasks, acknowledgement, ladder } = turn.state;
  const isCritical = version?.tier === 'critical' && !acknowledgement && ladder !== null;
  const task = isCritical ? 'callback' : tasks[0]?.kind;
  if (!task) return turn.openTask('follow-up', 'owner', nextOpening(turn.state.hours, turn.now));
  turn.escalate(isCritical ? 3 : 2);
  turn.page({
    step,
    task,
    roles: isCritical ? ['on-call', 'medical-director'] : ['supervising-physician'],
    critical: isCritical,
    dueAt,
  });
}

/**
 * The work that a page about overdue contact speaks of (L18a). When there is none, the owner looks: a callback may
 * be too early, because the message has only just left (L33).
 */
function contactTask(turn: Turn): TaskKind {
  const { decision, hours } = turn.state;
  if (decision.kind === 'awaited') return turn.task('review') ? 'review' : 'sign-off';
  const held = (['callback', 'tell-patient', 'letter', 'follow-up', 'contact-fix'] as const).find((k) =>
    turn.task(k),
  );
  if (held) return held;
  turn.openTask('follow-up', 'owner', nextBusinessDay(hours, turn.now));
  return 'follow-up';
}

function deliver(turn: Turn, step: string): void {
  const page = turn.state.pages.find((p) => p.step === step && p.at <= turn.now);
  if (!page) return;
  turn.set({ pages: turn.state.pages.filter((p) => p !== page) });
  turn.sendPage(page);
}

function tryAgain(turn: Turn, dutyId: string): void {
  const held = turn.state.held.find((h) => h.duty.id === dutyId);
  if (!held) return;
  turn.set({ held: turn.state.held.filter((h) => h !== held) });
  // A new id: the facts of the attempt before are known already.
  const [base = dutyId, tries = '0'] = dutyId.split('~');
  turn.duty({ ...held.duty, id: `${base}~${Number(tries) + 1}` });
}

function pollPages(turn: Turn): void {
  turn.set({ nextPagePollAt: null });
  turn.duty({ id: `poll-pages/${turn.now}`, kind: 'poll-pages', afterSeq: turn.afterSeq });
}
