import { proxyActivities } from '@temporalio/workflow';
import type { ConnectionActivities } from './activity-types.js';
import { taskQueues, type PracticeRoundsInput } from './contract.js';

// Reads, and one note in the chart of the test patient: a repeat does no harm.
const connections = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.athena,
  startToCloseTimeout: '3m',
  scheduleToCloseTimeout: '9m',
  retry: { initialInterval: '30s', maximumAttempts: 3 },
});

/** The daily round of a practice: are its connections, people, rules and engines in order? Started by a Schedule. */
export async function practiceRounds(
  input: PracticeRoundsInput,
): Promise<{ passed: boolean; failed: readonly string[] }> {
  return connections.examineConnections({ practiceId: input.practiceId });
}
