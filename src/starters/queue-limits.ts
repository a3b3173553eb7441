import type { Client, ConnectionLike } from '@temporalio/client';
import { isGrpcServiceError } from '@temporalio/client';
import type { temporal as api } from '@temporalio/proto';
// CommonJS: Node finds no named exports in it.
import proto from '@temporalio/proto';
import { settingsSchema } from '../domain/practice/settings.js';
import type { Practice } from '../store/practices.js';
import { taskQueues } from '../workflows/contract.js';

const { TASK_QUEUE_TYPE_ACTIVITY } = proto.temporal.api.enums.v1.TaskQueueType;
/** gRPC: a server that does not know the call. */
const unimplemented = 12;

/** Texts per second that a practice has unless its settings say otherwise (S000-73). */
const usualPerSecond = settingsSchema.shape.textsPerSecond.parse(undefined);

/**
 * Gives every practice its share of the text queue: the server hands out a practice's texts no faster than its limit, so
 * that one practice's backlog holds up no other. It keeps the average only; `activities/text-turn` makes it strict.
 * Idempotent; practices that are not named keep what they have.
 * @returns false when the server cannot: then texts are only paced, and a backlog costs more tries.
 */
export async function ensureTextLimits(temporal: Client, practices: readonly Practice[]): Promise<boolean> {
  const weights = practices.map(
    ({ id, settings }) => [id, settings.textsPerSecond / usualPerSecond] as const,
  );
  try {
    await serviceOf(temporal).updateTaskQueueConfig({
      ...textQueue(temporal),
      updateFairnessKeyRateLimitDefault: {
        rateLimit: { requestsPerSecond: usualPerSecond },
        reason: 'texts per second of a practice',
      },
      setFairnessWeightOverrides: Object.fromEntries(weights.filter(([, weight]) => weight !== 1)),
      unsetFairnessWeightOverrides: weights.filter(([, weight]) => weight === 1).map(([id]) => id),
    });
    return true;
  } catch (err) {
    if (isGrpcServiceError(err) && (err.code as number) === unimplemented) return false;
    throw err;
  }
}

/** The text queue, as the server's calls name it. */
export function textQueue(temporal: Client) {
  const { namespace } = temporal.options;
  return { namespace, taskQueue: taskQueues.texts, taskQueueType: TASK_QUEUE_TYPE_ACTIVITY };
}

export function serviceOf(temporal: Client): api.api.workflowservice.v1.WorkflowService {
  return (temporal.connection as ConnectionLike).workflowService;
}
