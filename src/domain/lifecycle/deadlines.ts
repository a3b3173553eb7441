import { afterStaffed, businessDayBefore } from '../calendar/open-hours.js';
import type { EpochMs } from '../result/report.js';
import { isRinging } from './critical-ladder.js';
import type { ResultState } from './state.js';

/** One clock of a result. */
export interface Deadline {
  /** What happens then; unique within the result's current version. */
  readonly step: string;
  /** Practice time. */
  readonly at: EpochMs;
  /** Steps of one ladder collapse to the highest when several are overdue at once (spikes §1). */
  readonly ladder: string;
  /** In plain words for operators, without PHI. */
  readonly words: string;
}

/**
 * All clocks of a result in one list, earliest first, so that they can neither fight nor be forgotten. Derived
 * from the state alone; what has fired does not appear again.
 */
export function deadlines(state: ResultState): Deadline[] {
  const { version, ending } = state;
  const list: Deadline[] = [];
  const add = (step: string, at: EpochMs, ladder: string, words: string) => {
    if (state.fired[step] === undefined) list.push({ step, at, ladder, words });
  };
  for (const page of state.pages)
    list.push({
      step: `deliver/${page.step}`,
      at: page.at,
      ladder: `deliver/${page.step}`,
      words: 'a page is delivered at opening',
    });
  if (ending.kind === 'settled')
    add(
      `chart-late/${state.closings}`,
      ending.at + state.policy.chartLateMs,
      'chart',
      'alarm: chart note not written',
    );
  if (version && ending.kind === 'open') openDeadlines(state, version.number, version.detectedAt, add);
  return list.sort((a, b) => a.at - b.at || a.step.localeCompare(b.step));
}

type Add = (step: string, at: EpochMs, ladder: string, words: string) => void;

function openDeadlines(state: ResultState, number: number, from: EpochMs, add: Add): void {
  const { version, policy, decision, telling, tasks, hours, acknowledgement } = state;
  if (!version) return;
  const v = `v${number}`;
  const critical = version.tier === 'critical';
  const attempted = state.attempts.length > 0;

  if (critical && !acknowledgement) {
    if (isRinging({ state }) && state.ladder)
      add(
        `${v}/critical-tick/${state.ladder.ticks}`,
        state.ladder.nextTickAt,
        `${v}/tick`,
        'the page ladder rings on',
      );
    if (!attempted) {
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
  if (critical && state.nextPagePollAt !== null && isRinging({ state }))
    add(
      `poll-pages/${state.nextPagePollAt}`,
      state.nextPagePollAt,
      'poll',
      'pages are checked for acceptance',
    );

  if (decision.kind === 'awaited') {
    const task = tasks.find((t) => t.kind === 'sign-off' || t.kind === 'review');
    const s = `${v}/sign-off/${task?.kind ?? 'sign-off'}${task?.opening ?? 1}`;
    add(`${s}/cover`, from + policy.signOffCoverMs, s, 'sign-off missing: cover is paged');
    add(`${s}/owner`, from + policy.signOffOwnerMs, s, 'sign-off missing: owner and coordinator are paged');
    add(
      `${s}/supervisor`,
      from + policy.signOffSupervisorMs,
      s,
      'sign-off missing: supervising physician is paged',
    );
  }

  const standard = version.tier === 'abnormal' || version.tier === 'review';
  if (standard && !acknowledgement && !attempted && version.status !== 'preliminary') {
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

  const hasCallback = tasks.some((t) => t.kind === 'callback');
  if (telling.kind === 'sending' && !hasCallback && version.tier !== 'normal')
    add(
      `${v}/unconfirmed/${telling.at}`,
      afterStaffed(hours, telling.at, policy.unconfirmedStaffedMs),
      `${v}/telling`,
      'message not confirmed: a callback opens',
    );
  if (
    (telling.kind === 'left' || telling.kind === 'confirmed') &&
    standard &&
    !acknowledgement &&
    !hasCallback
  ) {
    const leftAt = telling.kind === 'left' ? telling.at : telling.leftAt;
    if (telling.kind === 'left')
      add(
        `${v}/unconfirmed/${leftAt}`,
        afterStaffed(hours, leftAt, policy.unconfirmedStaffedMs),
        `${v}/telling`,
        'message not confirmed: a callback opens',
      );
    const wished = Math.min(
      afterStaffed(hours, leftAt, policy.callbackAfterStaffedMs),
      businessDayBefore(hours, version.contactByAt),
    );
    const at = Math.max(wished, afterStaffed(hours, leftAt, policy.callbackNotBeforeStaffedMs));
    add(`${v}/callback/${leftAt}`, at, `${v}/telling`, 'no acknowledgement: a callback opens');
  }

  if (version.tier === 'normal' && version.status !== 'preliminary') {
    if (telling.kind === 'confirmed')
      add(`${v}/unanswered`, telling.at + policy.normalUnansweredMs, `${v}/normal`, 'closes as notified');
    else if (!tasks.some((t) => t.kind === 'release'))
      add(`${v}/untold`, from + policy.normalUntoldMs, `${v}/normal`, 'not told yet: a person decides');
  }

  const missed = state.attempts.filter((a) => a.at >= from);
  const [first, second] = missed;
  if (first && second && !acknowledgement && !critical)
    add(
      `${v}/tried-to-reach`,
      afterStaffed(hours, first.at, policy.triedToReachStaffedMs),
      `${v}/tried`,
      'a message says that we tried to reach the patient',
    );

  if (version.status === 'preliminary')
    add(`${v}/not-final`, from + policy.notFinalMs, `${v}/final`, 'still preliminary: a person looks');

  for (const task of tasks) {
    if (task.kind === 'sign-off' || task.kind === 'review') continue;
    if (task.kind === 'callback' && critical) continue;
    const t = `${v}/task/${task.kind}/${task.opening}/${task.dueAt}`;
    add(`${t}/due`, task.dueAt, t, `${task.kind} overdue: owner and coordinator are paged`);
    add(
      `${t}/supervisor`,
      task.dueAt + policy.overdueSupervisorMs,
      t,
      `${task.kind} overdue: supervising physician is paged`,
    );
  }
}

/** The clock that fires next, if any runs. */
export function earliest(state: ResultState): Deadline | undefined {
  return deadlines(state)[0];
}
