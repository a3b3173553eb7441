import { proxyActivities } from '@temporalio/workflow';
import type { Duty } from '../domain/lifecycle/decisions.js';
import type { Projection } from '../domain/lifecycle/projection.js';
import type { Command, Fact } from '../domain/lifecycle/facts.js';
import { earliest } from '../domain/lifecycle/deadlines.js';
import { phaseOf, waitsFor } from '../domain/lifecycle/phase.js';
import type { ResultState } from '../domain/lifecycle/state.js';
import type { AthenaActivities, PageActivities, ResultActivities } from './activity-types.js';
import { taskQueues, type LabResultInput } from './contract.js';
import type { PracticeTime } from './practice-time.js';

// Our own record. Without it nothing may go on; hence no end to the retries. Not local: local activities that run side
// by side resolve together on replay but one by one live, and a task that the server refuses runs them again with
// other facts in between. The first breaks determinism, the second would lose a recorded batch.
const store = proxyActivities<ResultActivities>({
  startToCloseTimeout: '15s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

// Reads: safe to repeat. Given up after 2 min, because staff steps go ahead without them (L23).
const reads = proxyActivities<AthenaActivities>({
  taskQueue: taskQueues.athena,
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '2m',
  retry: { initialInterval: '1s', maximumInterval: '20s' },
});

// Pages: no heartbeat, because a lost heartbeat would run the call twice (spikes §7). Given up after 3 min: the
// ladder has rung the next person long before.
const pages = proxyActivities<PageActivities>({
  taskQueue: taskQueues.pages,
  startToCloseTimeout: '25s',
  scheduleToCloseTimeout: '3m',
  retry: { initialInterval: '1s', maximumInterval: '15s' },
});

/** Performs one duty and returns the fact that it is done. The fact's id is the duty's id. */
export async function dutyFacts(
  input: LabResultInput,
  duty: Duty,
  state: ResultState,
  time: PracticeTime,
): Promise<Fact> {
  const ref = { practiceId: input.practiceId, resultId: input.resultId };
  const done = <T extends object>(body: T) => ({ ...body, id: duty.id, at: time.now() });
  switch (duty.kind) {
    case 'load':
      return { kind: 'loaded', ...done(await store.loadRecord(ref)) };
    case 'stage':
      return { kind: 'staged', ...done(await store.stageVersion({ ...ref, version: duty.version })) };
    case 'record':
      return {
        kind: 'recorded',
        ...done(
          await store.record({ ...ref, seq: duty.seq, lines: duty.lines, projection: projectionOf(state) }),
        ),
      };
    case 'reread':
      return { kind: 'reread', page: duty.page, ...done(await reads.reread(ref)) };
    case 'page': {
      const priority = { priorityKey: duty.page.critical ? 1 : 3, fairnessKey: input.practiceId };
      const paged = await pages.page.executeWithOptions({ priority, summary: `page: ${duty.page.step}` }, [
        { ...ref, page: duty.page },
      ]);
      return { kind: 'paged', page: duty.page, pollAgainAt: pollAgainAt(state, time), ...done(paged) };
    }
    case 'poll-pages':
      return {
        kind: 'pages-polled',
        pollAgainAt: pollAgainAt(state, time),
        ...done((await pages.pollPages(ref)) ?? {}),
      };
    default:
      duty satisfies never;
      throw new Error('unknown duty');
  }
}

/** The decision behind a command id, or `null` when no door wrote it. */
export function loadCommand(input: LabResultInput, commandId: string): Promise<Command | null> {
  return store.loadCommand({ practiceId: input.practiceId, resultId: input.resultId, commandId });
}

function pollAgainAt(state: ResultState, time: PracticeTime): number {
  return time.afterReal(state.policy.pagePollRealMs);
}

function projectionOf(state: ResultState): Projection {
  const due = earliest(state);
  return {
    phase: phaseOf(state),
    waitsFor: waitsFor(state),
    tier: state.version?.tier ?? null,
    urgency: state.version?.urgency ?? null,
    dueAt: due?.at ?? null,
    dueStep: due?.step ?? null,
    escalation: state.escalation,
    state,
  };
}
