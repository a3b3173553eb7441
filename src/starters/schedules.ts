import {
  isGrpcDeadlineError,
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
  WorkflowFailedError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { loadPractice, type Practice } from '../store/practices.js';
import {
  taskQueues,
  workflowIds,
  type PollPracticeInput,
  type PracticeRoundsInput,
  type TextRoundsInput,
} from '../workflows/contract.js';
import type { pollPractice } from '../workflows/poll-practice.js';
import { openDeps } from '../process/deps.js';
import { pollSoon } from '../process/poll-waker.js';
import { CommandFailed, say } from './outcome.js';
import { ensureSearchAttributes } from './namespace.js';
import { ensureTextLimits } from './queue-limits.js';
import { choosePractices } from './choose-practice.js';

/** S000-35. */
const pollEvery = '5m';
/** Missed polls of a longer outage are not made up for: the feed keeps what they would have read. */
const catchUp = '10m';
/** A hung run would otherwise block a Schedule that skips overlaps for ever. */
const pollTimeout = '10m';
/** Real time: it is about machines. */
const roundsAt = { hour: 6, minute: 0 };
const roundsCatchUp = '12h';
/** A night's comparison of charts may take hours; the next round must not find it still running. */
const roundsTimeout = '4h';
const lookAgainMs = 100;

/** Creates the Schedule that polls a practice's feed, or brings it up to date. A pause by an operator stays. */
export function ensurePollSchedule(
  temporal: Client,
  practice: Pick<Practice, 'id'>,
): Promise<'created' | 'updated'> {
  return ensureSchedule(temporal, workflowIds.poll(practice.id), {
    workflowType: 'pollPractice',
    args: [{ practiceId: practice.id } satisfies PollPracticeInput],
  });
}

/** The same for the back-stop of its texts. */
export function ensureTextSchedule(
  temporal: Client,
  practice: Pick<Practice, 'id'>,
): Promise<'created' | 'updated'> {
  return ensureSchedule(temporal, workflowIds.texts(practice.id), {
    workflowType: 'textRounds',
    args: [{ practiceId: practice.id } satisfies TextRoundsInput],
  });
}

/** The same for the daily look at its connections (`doctor`), early enough to put things right before the doors open. */
export function ensureRoundsSchedule(
  temporal: Client,
  practice: Pick<Practice, 'id' | 'settings'>,
): Promise<'created' | 'updated'> {
  return ensureSchedule(
    temporal,
    workflowIds.rounds(practice.id),
    {
      workflowType: 'practiceRounds',
      args: [{ practiceId: practice.id } satisfies PracticeRoundsInput],
    },
    { calendars: [roundsAt], timezone: practice.settings.zone },
    { catchupWindow: roundsCatchUp, timeout: roundsTimeout },
  );
}

/** Overlap skipped; the workflow's id is the Schedule's. Without another: every 5 minutes, catch-up in minutes. */
async function ensureSchedule(
  temporal: Client,
  scheduleId: string,
  run: { readonly workflowType: string; readonly args: readonly unknown[] },
  spec: ScheduleSpec = { intervals: [{ every: pollEvery }] },
  limits: { readonly catchupWindow: '10m' | '12h'; readonly timeout: '10m' | '4h' } = {
    catchupWindow: catchUp,
    timeout: pollTimeout,
  },
): Promise<'created' | 'updated'> {
  const policies = {
    overlap: ScheduleOverlapPolicy.SKIP,
    catchupWindow: limits.catchupWindow,
    pauseOnFailure: false,
  } as const;
  const action = {
    type: 'startWorkflow',
    workflowId: scheduleId,
    taskQueue: taskQueues.results,
    workflowExecutionTimeout: limits.timeout,
    ...run,
  } as const;
  try {
    await temporal.schedule.create({
      scheduleId,
      spec,
      policies,
      action: { ...action, args: [...action.args] },
    });
    return 'created';
  } catch (err) {
    if (!(err instanceof ScheduleAlreadyRunning)) throw err;
    await temporal.schedule.getHandle(scheduleId).update(({ state }) => ({
      spec,
      policies,
      action: { ...action, args: [...action.args] },
      state: { paused: state.paused, ...(state.note !== undefined && { note: state.note }) },
    }));
    return 'updated';
  }
}

/**
 * Has the Schedule poll now. While a poll runs, exactly one more follows it: what was posted after that one's read
 * is not left to the next interval.
 * @throws CommandFailed `no-schedule` when the practice has none yet.
 */
export async function triggerPoll(temporal: Client, practiceId: string): Promise<void> {
  if (await pollSoon(temporal, practiceId)) return;
  throw new CommandFailed(
    'no-schedule',
    `Practice ${practiceId} has no poll Schedule yet. Create it: resultloop schedules --practice ${practiceId}`,
  );
}

export type PollOutcome = Awaited<ReturnType<typeof pollPractice>>;

/**
 * {@link triggerPoll}, and waits for what that poll did.
 * @throws CommandFailed `poll-failed` with the failure's code, or `poll-late` when nobody finished it in time.
 */
export async function pollNow(
  temporal: Client,
  practiceId: string,
  options: { deadlineMs?: number } = {},
): Promise<PollOutcome> {
  const deadline = Date.now() + (options.deadlineMs ?? 5 * 60_000);
  const handle = temporal.schedule.getHandle(workflowIds.poll(practiceId));
  const runs = async () =>
    (await handle.describe()).info.recentActions.map((a) => a.action.workflow.workflowId);
  const before = new Set(await runs().catch(() => []));
  await triggerPoll(temporal, practiceId);
  for (;;) {
    const mine = (await runs()).find((id) => !before.has(id));
    if (mine !== undefined) return outcomeOf(temporal, mine, deadline);
    if (Date.now() > deadline) throw late(practiceId);
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
}

async function outcomeOf(temporal: Client, workflowId: string, deadline: number): Promise<PollOutcome> {
  try {
    return await temporal.withDeadline(deadline, () =>
      temporal.workflow.getHandle<typeof pollPractice>(workflowId).result(),
    );
  } catch (err) {
    if (isGrpcDeadlineError(err)) throw late(workflowId);
    if (!(err instanceof WorkflowFailedError)) throw err;
    throw new CommandFailed(
      'poll-failed',
      `The poll ended without success (${failureType(err)}). What it had read is kept and taken in by the next poll; look at run ${workflowId} in the Temporal UI.`,
    );
  }
}

function late(what: string): CommandFailed {
  return new CommandFailed(
    'poll-late',
    `The poll (${what}) was started and has not finished yet. Check that a worker runs (resultloop start), and look at the run in the Temporal UI.`,
  );
}

function failureType(err: unknown): string {
  for (let e = err; e instanceof Error; e = e.cause)
    if (e instanceof ApplicationFailure && e.type) return e.type;
  return 'gave-up';
}

/** `resultloop schedules`. */
export async function schedulesCommand(options: { practice?: string; trigger?: boolean }): Promise<void> {
  const deps = await openDeps(process.env, 'schedules');
  try {
    await ensureSearchAttributes(deps.temporal);
    for (const id of await choosePractices(deps.store, options.practice)) {
      const practice = await loadPractice(deps.store, id);
      const done = await ensurePollSchedule(deps.temporal, practice);
      await ensureTextLimits(deps.temporal, [practice]);
      await ensureTextSchedule(deps.temporal, practice);
      await ensureRoundsSchedule(deps.temporal, practice);
      if (options.trigger) await triggerPoll(deps.temporal, id);
      say(`${workflowIds.poll(id)}: ${done}, every 5 min${options.trigger ? ', triggered now' : ''}.`);
    }
  } finally {
    await deps.close();
  }
}

/** `resultloop poll`. */
export async function pollCommand(options: { practice?: string }): Promise<void> {
  const deps = await openDeps(process.env, 'poll');
  try {
    for (const id of await choosePractices(deps.store, options.practice)) {
      const { rows, started, held } = await pollNow(deps.temporal, id);
      say(
        `${id}: ${rows} new rows in the feed, ${started} versions taken in, ${held} held for the unrouted list.`,
      );
    }
  } finally {
    await deps.close();
  }
}
