import { afterStaffed, businessDayBefore } from '../calendar/open-hours.js';
import type { EpochMs } from '../result/report.js';
import type { Add, Deadline } from './clock.js';
import { isRinging } from './critical-ladder.js';
import { sameDayDeadlines } from './same-day.js';
import type { ResultState, StagedVersion } from './state.js';
import { mayBeTold } from './telling.js';
import { isSameDay, signOffClocks } from './urgency.js';

export type { Deadline } from './clock.js';

/**
 * All clocks of a result in one list, earliest first, so that they can neither fight nor be forgotten. Derived
 * from the state alone; what has fired does not appear again. A result that is not closed always has one, once it is staged or waits for a version as a task.
 */
export function deadlines(state: ResultState): Deadline[] {
  const { version, ending } = state;
  const list: Deadline[] = [];
  const add: Add = (step, at, ladder, words) => {
    if (state.fired[step] === undefined) list.push({ step, at, ladder, words });
  };
  if (ending.kind === 'settled') chartDeadline(state, ending.at, add);
  if (ending.kind !== 'closed') taskDeadlines(state, add);
  if (version && ending.kind === 'open') {
    criticalDeadlines(state, version, add);
    sameDayDeadlines(state, version, add);
    signOffDeadlines(state, version, add);
    contactDeadlines(state, version, add);
    tellingDeadlines(state, version, add);
    normalDeadlines(state, version, add);
    if (version.status === 'preliminary')
      add(
        `v${version.number}/not-final`,
        (state.preliminarySince ?? version.detectedAt) + state.policy.notFinalMs,
        `v${version.number}/final`,
        'still preliminary: a person looks',
      );
    // S003-91: nothing may hang once its last step has fired.
    if (list.length === 0) stillOpenDeadline(state, version, add);
  }
  if (!version && ending.kind === 'open' && list.length === 0) stillWaitingDeadline(state, add);
  for (const page of state.pages)
    list.push({
      step: `deliver/${page.step}`,
      at: page.at,
      ladder: `deliver/${page.step}`,
      words: 'a waiting page is delivered',
    });
  for (const { duty, until } of state.held)
    list.push({
      step: `again/${duty.id}`,
      at: until,
      ladder: `again/${duty.id}`,
      words: 'a step is tried again',
    });
  return list.sort((a, b) => a.at - b.at || a.step.localeCompare(b.step));
}

/** The clock that fires next, if any runs. */
export function earliest(state: ResultState): Deadline | undefined {
  return deadlines(state)[0];
}

/** L6, L10. */
function criticalDeadlines(state: ResultState, version: StagedVersion, add: Add): void {
  const { policy, ladder, fired } = state;
  if (version.tier !== 'critical' || state.acknowledgement || !ladder) return;
  const v = `v${version.number}`;
  const from = ladder.startedAt;
  const isAttempted = state.attempts.some((a) => a.at >= from);
  const callback = state.tasks.find((t) => t.kind === 'callback');
  if (isRinging({ state })) {
    add(`${v}/critical-tick/${ladder.ticks}`, ladder.nextTickAt, `${v}/tick`, 'the page ladder rings on');
    if (state.nextPagePollAt !== null)
      add(
        `poll-pages/${state.nextPagePollAt}`,
        state.nextPagePollAt,
        'poll',
        'pages are checked for acceptance',
      );
  }
  if (!isAttempted) {
    add(
      `${v}/critical/attempt`,
      from + policy.criticalAttemptMs,
      `${v}/critical-attempt`,
      'alarm: no contact attempt in 30 min',
    );
    add(
      `${v}/critical/supervisor`,
      from + policy.criticalSupervisorMs,
      `${v}/critical`,
      'supervising physician is paged',
    );
    // Whoever accepts after the alarm gets the same 30 min (L10).
    if (callback && callback.acceptedAt !== null && fired[`${v}/critical/attempt`] !== undefined)
      add(
        `${v}/critical/idle/${callback.acceptedAt}`,
        callback.acceptedAt + policy.criticalAttemptMs,
        `${v}/critical-idle`,
        'accepted without an attempt: the page ladder goes on',
      );
  }
  add(
    `${v}/critical/unreached`,
    from + policy.criticalUnreachedMs,
    `${v}/critical`,
    'patient not reached: on-call decides',
  );
  add(
    `${v}/critical/director`,
    from + policy.criticalDirectorMs,
    `${v}/critical`,
    'medical director is paged',
  );
}

/** L8, L9, S000-83. One ladder per version, whichever task carries the decision. Same-day has its own (L7). */
function signOffDeadlines(state: ResultState, version: StagedVersion, add: Add): void {
  if (state.decision.kind !== 'awaited' || isSameDay(state)) return;
  const { coverMs, ownerMs, supervisorMs } = signOffClocks(state.policy, version);
  const s = `v${version.number}/sign-off`;
  const from = version.detectedAt;
  add(`${s}/cover`, from + coverMs, s, 'sign-off missing: cover is paged');
  add(`${s}/owner`, from + ownerMs, s, 'sign-off missing: owner and coordinator are paged');
  add(`${s}/supervisor`, from + supervisorMs, s, 'sign-off missing: supervising physician is paged');
}

/** L8: met by an acknowledgement or a call attempt, not by a sent message. Of a same-day one the on-call hears (L7). */
function contactDeadlines(state: ResultState, version: StagedVersion, add: Add): void {
  if (!isStandard(state, version) || state.acknowledgement) return;
  const { policy, attempts, hours } = state;
  const v = `v${version.number}`;
  if (attempts.length === 0 && !isSameDay(state)) {
    add(
      `${v}/contact-by`,
      version.contactByAt,
      `${v}/contact`,
      'patient contact overdue: owner and coordinator are paged',
    );
    add(
      `${v}/contact-by/supervisor`,
      version.contactByAt + policy.contactSupervisorMs,
      `${v}/contact`,
      'patient contact overdue: supervising physician is paged',
    );
  }
  // L33, S003-81. It holds no result, and still nothing reaches a patient before the sign-off (S000-T6).
  const [first, second] = attempts;
  if (first && second && state.decision.kind !== 'awaited' && mayBeTold(state))
    add(
      `${v}/tried-to-reach`,
      afterStaffed(hours, first.at, policy.triedToReachStaffedMs),
      `${v}/tried`,
      'a message says that we tried to reach the patient',
    );
}

/** L33, L48: what becomes of a message that left, or did not. */
function tellingDeadlines(state: ResultState, version: StagedVersion, add: Add): void {
  const { telling, hours, policy } = state;
  if (!isStandard(state, version) || state.acknowledgement) return;
  if (state.tasks.some((t) => t.kind === 'callback')) return;
  const v = `v${version.number}`;
  if (telling.kind === 'asked') {
    const from = Math.max(telling.at, businessDayBefore(hours, version.contactByAt));
    const at = afterStaffed(hours, from, policy.unconfirmedStaffedMs);
    add(
      `${v}/unconfirmed/asked-${telling.at}`,
      at,
      `${v}/telling`,
      'message did not leave: a callback opens',
    );
  }
  if (telling.kind === 'sending' || telling.kind === 'left')
    add(
      `${v}/unconfirmed/${telling.at}`,
      Math.min(afterStaffed(hours, telling.at, policy.unconfirmedStaffedMs), outcomeKnownBy(state)),
      `${v}/telling`,
      'message not confirmed: a callback opens',
    );
  if (telling.kind === 'left' || telling.kind === 'confirmed') {
    const leftAt = telling.kind === 'left' ? telling.at : telling.leftAt;
    const wished = Math.min(
      afterStaffed(hours, leftAt, policy.callbackAfterStaffedMs),
      businessDayBefore(hours, version.contactByAt),
    );
    const at = Math.max(wished, afterStaffed(hours, leftAt, policy.callbackNotBeforeStaffedMs));
    add(`${v}/callback/${leftAt}`, at, `${v}/telling`, 'no acknowledgement: a callback opens');
  }
}

/** L9, L38, L48. */
function normalDeadlines(state: ResultState, version: StagedVersion, add: Add): void {
  if (version.tier !== 'normal' || version.status === 'preliminary' || state.acknowledgement) return;
  const { telling, tasks, policy } = state;
  const v = `v${version.number}`;
  const isWorked = tasks.some(({ kind }) => worked.includes(kind));
  if (telling.kind === 'confirmed') {
    if (!isWorked)
      add(`${v}/unanswered`, telling.at + policy.normalUnansweredMs, `${v}/normal`, 'closes as notified');
  } else if (state.decision.kind !== 'awaited' && !tasks.some((t) => t.kind === 'release'))
    add(
      `${v}/untold`,
      Math.min(version.detectedAt + policy.normalUntoldMs, outcomeKnownBy(state)),
      `${v}/normal`,
      'not told yet: a person decides',
    );
}

/** L48: when the message on its way is somebody's work, unless its outcome is known by then. A weekend does not delay it. */
function outcomeKnownBy({ telling, policy }: ResultState): EpochMs {
  const isSent = telling.kind === 'sending' || telling.kind === 'left';
  return isSent ? telling.at + (policy.outcomeKnownMs ?? Infinity) : Infinity;
}

/** Work about the patient during which silence is no answer. */
const worked: readonly string[] = ['reply', 'callback', 'follow-up', 'contact-fix'];

/** Every open task that has no ladder of its own. */
function taskDeadlines(state: ResultState, add: Add): void {
  for (const task of state.tasks) {
    const isDecision = task.kind === 'sign-off' || task.kind === 'review';
    if (isDecision && state.decision.kind === 'awaited') continue;
    if (task.kind === 'callback' && state.ladder) continue;
    const t = `task/${task.kind}/${task.opening}/${task.dueAt}`;
    add(`${t}/due`, task.dueAt, t, `${task.kind} overdue: owner and coordinator are paged`);
    add(
      `${t}/supervisor`,
      task.dueAt + state.policy.overdueSupervisorMs,
      t,
      `${task.kind} overdue: supervising physician is paged`,
    );
  }
}

/** L44, L49: the alarm comes again every day until the closing note is in the chart. */
function chartDeadline(state: ResultState, settledAt: EpochMs, add: Add): void {
  const c = `chart-late/${state.closings}`;
  const fired = firedUnder(state, `${c}/`);
  add(
    `${c}/${fired.length}`,
    Math.max(settledAt, ...fired) + state.policy.chartLateMs,
    c,
    'alarm: chart note not written',
  );
}

/** Every clock has run out and the result is still open: a person looks at it every day. */
function stillOpenDeadline(state: ResultState, version: StagedVersion, add: Add): void {
  const { telling, decision, acknowledgement, attempts } = state;
  const s = `v${version.number}/still-open`;
  const last = Math.max(
    version.detectedAt,
    ...Object.values(state.fired),
    ...attempts.map((a) => a.at),
    telling.kind === 'not-asked' ? 0 : telling.at,
    'at' in decision ? decision.at : 0,
    acknowledgement?.at ?? 0,
  );
  add(
    `${s}/${firedUnder(state, `${s}/`).length}`,
    last + state.policy.overdueSupervisorMs,
    s,
    'still open after its last step: a person looks',
  );
}

/** L5: its keeper's clocks have run out, and nobody has found out whose it is or could read it. */
function stillWaitingDeadline(state: ResultState, add: Add): void {
  const { stillWaitingMs } = state.policy;
  const fired = Object.values(state.fired);
  if (stillWaitingMs === undefined || state.tasks.length === 0) return;
  add(
    `waiting/still-open/${firedUnder(state, 'waiting/still-open/').length}`,
    Math.max(...state.tasks.map((t) => t.dueAt), ...fired) + stillWaitingMs,
    'waiting/still-open',
    'still without a version after its last step: a person looks',
  );
}

function firedUnder(state: ResultState, prefix: string): EpochMs[] {
  return Object.entries(state.fired)
    .filter(([step]) => step.startsWith(prefix))
    .map(([, at]) => at);
}

function isStandard(state: ResultState, version: StagedVersion): boolean {
  const { tier, status } = version;
  return (tier === 'abnormal' || tier === 'review') && status !== 'preliminary' && state.lane !== 'historic';
}
