import { afterStaffed, closing, isOpen, nextBusinessDay, nextOpening } from '../calendar/open-hours.js';
import type { EpochMs } from '../result/report.js';
import type { Add } from './clock.js';
import type { ResultState, StagedVersion, TaskKind } from './state.js';
import { giveToPerson, mayBeTold } from './telling.js';
import type { Turn } from './turn.js';
import { isSameDay } from './urgency.js';

/**
 * L7: a provider acts within 4 staffed hours and the patient is reached the same business day; what is not done at
 * closing, or arrived after it, is on-call's to decide. Whoever is on call and silent is passed over, and what is
 * still open at the next closing goes to on-call again, together with the supervising physician.
 */
export function sameDayDeadlines(state: ResultState, version: StagedVersion, add: Add): void {
  const { policy, hours, fired, decision, ending, attempts } = state;
  if (!policy.sameDay || !isSameDay(state) || isDone(state)) return;
  // Reopened for an answer alone: what ended before is not missed now.
  if (ending.kind === 'open' && ending.was && decision.kind !== 'awaited') return;
  const s = prefix(version);
  if (decision.kind === 'awaited' && attempts.length === 0)
    add(
      `${s}/act`,
      actBy(state, version),
      s,
      'no provider has acted: owner, cover and coordinator are paged',
    );
  const onCallAt = isOpen(hours, version.detectedAt)
    ? closing(hours, version.detectedAt)
    : version.detectedAt;
  add(`${s}/on-call`, onCallAt, s, 'not done at closing: on-call decides');
  const toldAt = fired[`${s}/on-call`];
  const hasGoneUp = fired[`${s}/supervisor`] !== undefined;
  if (toldAt !== undefined && !hasGoneUp && !isTakenUp(state, toldAt))
    add(
      `${s}/on-call-silent`,
      toldAt + policy.sameDay.onCallSilentMs,
      s,
      'on-call is silent: supervising physician is paged',
    );
  add(
    `${s}/supervisor`,
    closing(hours, nextBusinessDay(hours, onCallAt)),
    s,
    'not done at the next closing: on-call and supervising physician are paged',
  );
}

/** Page in staffed hours. What arrives outside of them is on-call's at once, by its clock. */
export function startSameDay(turn: Turn, task: TaskKind): void {
  const { version, hours, fired } = turn.state;
  if (!version || !isSameDay(turn.state) || !isOpen(hours, version.detectedAt)) return;
  const step = `${prefix(version)}/page`;
  if (fired[step] !== undefined) return;
  turn.fire(step, version.detectedAt);
  turn.page({ step, task, roles: ['owner'], critical: false, dueAt: version.detectedAt });
}

/** A page has told the owner of this version already. */
export function markSameDayPaged(turn: Turn): void {
  const { version } = turn.state;
  if (version && isSameDay(turn.state)) turn.fire(`${prefix(version)}/page`, turn.now);
}

/** When a provider has to have acted. */
export function actBy({ policy, hours }: ResultState, version: StagedVersion): EpochMs {
  return afterStaffed(hours, version.detectedAt, policy.sameDay?.actStaffedMs ?? 0);
}

/** A clock of {@link sameDayDeadlines} ran out. */
export function onSameDayDeadline(turn: Turn, step: string, dueAt: EpochMs): void {
  if (step.endsWith('/act')) {
    turn.event('sla-missed', { clock: 'same-day-act' });
    turn.escalate(1);
    const task = turn.task('review') ? 'review' : 'sign-off';
    return turn.page({ step, task, roles: ['owner', 'cover', 'coordinator'], critical: false, dueAt });
  }
  if (step.endsWith('/on-call-silent')) {
    const task = about.find((kind) => turn.task(kind)) ?? giveToOnCall(turn);
    turn.escalate(2);
    const roles = ['supervising-physician'] as const;
    return turn.page({ step, task, roles, critical: false, anyHour: true, dueAt });
  }
  const isAgain = step.endsWith('/supervisor');
  const task = giveToOnCall(turn);
  if (isAgain || dueAt > (turn.state.version?.detectedAt ?? dueAt))
    turn.event('sla-missed', { clock: 'same-day' });
  turn.event('on-call-decides', { task });
  turn.escalate(2);
  turn.page({
    step,
    task,
    roles: isAgain ? ['on-call', 'supervising-physician'] : ['on-call'],
    critical: false,
    anyHour: true,
    dueAt,
  });
}

/** The work that is missing becomes on-call's own, whoever had accepted it. */
function giveToOnCall(turn: Turn): TaskKind {
  const { decision, lane, telling, hours, version } = turn.state;
  const held = (kinds: readonly TaskKind[]) => kinds.find((kind) => turn.task(kind));
  const undecided = decision.kind === 'awaited' || version?.status === 'preliminary';
  const isForPatient = !undecided && mayBeTold(turn.state);
  const task = isForPatient
    ? held(['callback'])
    : ((undecided ? held(['review', 'sign-off']) : undefined) ??
      held(lane === 'unmatched' ? ['match', 'follow-up'] : ['follow-up', 'callback']));
  // L33: what has not left is cancelled before somebody calls.
  if (isForPatient && telling.kind !== 'confirmed') giveToPerson(turn, 'on-call-decides');
  if (task) {
    turn.passOn(task, turn.task(task)?.acceptedBy ?? null, 'on-call');
    return task;
  }
  const kind = isForPatient ? 'callback' : 'follow-up';
  turn.openTask(kind, 'on-call', nextOpening(hours, turn.now));
  return kind;
}

/** Somebody has accepted, decided or called since. */
function isTakenUp({ tasks, attempts, decision }: ResultState, since: EpochMs): boolean {
  if (tasks.some((t) => about.includes(t.kind) && (t.acceptedAt ?? -1) >= since)) return true;
  return attempts.some((a) => a.at >= since) || ('at' in decision && decision.at >= since);
}

/**
 * Decided, and the patient reached: a voicemail stops no clock (L34). Of a preliminary result nothing goes to the
 * patient (L41): a person has looked.
 */
function isDone({ version, decision, acknowledgement, tasks, lane }: ResultState): boolean {
  if (decision.kind === 'awaited') return false;
  if (lane === 'unmatched' && tasks.some((t) => t.kind === 'match')) return false;
  if (version?.status === 'preliminary') return !tasks.some((t) => t.kind === 'review');
  return acknowledgement !== null;
}

/** The work in which a same-day result can stand. */
const about: readonly TaskKind[] = ['sign-off', 'review', 'callback', 'match', 'follow-up'];

function prefix(version: StagedVersion): string {
  return `v${version.number}/same-day`;
}
