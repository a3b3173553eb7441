import { setTimeout as delay } from 'node:timers/promises';
import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { createTell } from '../activities/tell.js';
import type { Answer, View } from '../domain/lifecycle/facts.js';
import type { ResultState } from '../domain/lifecycle/state.js';
import { markRefused } from '../store/commands.js';
import { loadPractice } from '../store/practices.js';
import type { Store } from '../store/store.js';
import { ask as askUpdate, workflowIds } from '../workflows/contract.js';
import { CommandFailed } from './outcome.js';

const races = 8;
const firstPauseMs = 20;
const defaultDeadlineMs = 15_000;
/** An update that reaches a run just as it restarts can be left without any answer: asked again, it gets one. */
const attemptMs = 4_000;
const failedPrecondition = 9;

/**
 * Asks a result's workflow to judge a written command and gives its answer. Repeats with the same update id on the
 * races of a run that closes or restarts (20 ms × 2^k, 8 races); none of those had been applied, and the command id is
 * the fact id, so a repeat is harmless. A result that is closed answers from the record; one whose run is gone while
 * its record is open is started again from the record.
 * @throws CommandFailed `no-answer-yet` when no worker answered within `deadlineMs` (default 15 s, real time): the
 * command is written and counts once it is delivered.
 */
export async function ask(
  temporal: Client,
  store: Store,
  resultId: string,
  commandId: string,
  options: { deadlineMs?: number } = {},
): Promise<Answer> {
  const deadline = Date.now() + (options.deadlineMs ?? defaultDeadlineMs);
  const handle = temporal.workflow.getHandle(workflowIds.result(resultId));
  for (let k = 0; ;) {
    try {
      const answer = await temporal.withDeadline(Math.min(deadline, Date.now() + attemptMs), () =>
        handle.executeUpdate(askUpdate, { args: [{ commandId }], updateId: commandId }),
      );
      return await told(store, resultId, commandId, answer);
    } catch (err) {
      const race = raceOf(err);
      // Only lost races are counted: a worker that is slow is waited for until the deadline.
      if (race !== 'late') k += 1;
      const isLast = k >= races || Date.now() >= deadline;
      switch (race) {
        case 'closing':
          if (isLast) throw noAnswer();
          break;
        case 'gone': {
          const recorded = await answerFromRecord(store, resultId, commandId);
          if (recorded) return await told(store, resultId, commandId, recorded);
          if (isLast) throw noAnswer();
          await startFromRecord(temporal, store, resultId);
          break;
        }
        case 'late':
          if (isLast) throw noAnswer();
          break;
        case null:
          throw err;
      }
    }
    await delay(firstPauseMs * 2 ** Math.max(0, k - 1));
  }
}

/** What a person is told stands: the same command by another door is refused as well. */
async function told(store: Store, resultId: string, commandId: string, answer: Answer): Promise<Answer> {
  if (answer.refusal !== null) await markRefused(store, resultId, commandId, answer.refusal);
  return answer;
}

/** `closing`: refused or aborted by a run that is about to end; `gone`: there is no such run any more. */
function raceOf(err: unknown): 'closing' | 'gone' | 'late' | null {
  if (err instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'late';
  if (err instanceof WorkflowNotFoundError) return /abort/i.test(err.message) ? 'closing' : 'gone';
  if (!(err instanceof ServiceError)) return null;
  return isGrpcServiceError(err.cause) && err.cause.code === failedPrecondition ? 'closing' : null;
}

/** What the record says of a closed result: the refusal that this very command got, else that it is closed. */
async function answerFromRecord(store: Store, resultId: string, commandId: string): Promise<Answer | null> {
  const row = await store.db
    .selectFrom('result')
    .leftJoin('version', (j) =>
      j.onRef('version.result_id', '=', 'result.id').onRef('version.number', '=', 'result.current_version'),
    )
    .select([
      'result.phase',
      'result.waits_for',
      'result.tier',
      'result.urgency',
      'result.current_version',
      'result.owner_id',
      'result.escalation',
      'result.state',
      'result.closure',
      'version.content_hash',
    ])
    .where('result.id', '=', resultId)
    .executeTakeFirst();
  if (!row || row.closure === null) return null;
  const view: View = {
    phase: row.phase,
    waitsFor: row.waits_for ?? '',
    tier: row.tier,
    urgency: row.urgency,
    version: row.current_version,
    hash: row.content_hash,
    ownerId: row.owner_id,
    due: null,
    tasks: [],
    escalation: row.escalation,
  };
  const seen = (row.state as ResultState | null)?.seen.find((s) => s.id === commandId);
  return { refusal: seen ? seen.refusal : 'closed', view };
}

async function startFromRecord(temporal: Client, store: Store, resultId: string): Promise<void> {
  const { practice_id } = await store.db
    .selectFrom('result')
    .select('practice_id')
    .where('id', '=', resultId)
    .executeTakeFirstOrThrow();
  await createTell(temporal).resume(await loadPractice(store, practice_id), resultId);
}

function noAnswer(): CommandFailed {
  return new CommandFailed(
    'no-answer-yet',
    'Your decision is written down and handed over, but nothing answered in time. Check that a worker runs (resultloop start), then look at the result again.',
  );
}
