import { proxyActivities } from '@temporalio/workflow';
import type { AthenaActivities } from './activity-types.js';
import { taskQueues, type PollPracticeInput } from './contract.js';

// A drain: heartbeats with every page and document. A run that fails leaves the rows it persisted; the next goes on
// with them, and two at once meet the same locks.
const reads = proxyActivities<AthenaActivities>({
  taskQueue: taskQueues.athena,
  startToCloseTimeout: '4m',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '2s', maximumInterval: '30s', maximumAttempts: 5 },
});

/** Drains the athenahealth changed feed once. Started by a Schedule every 5 minutes (S000-35), overlap skipped. */
export async function pollPractice(
  input: PollPracticeInput,
): Promise<{ rows: number; started: number; held: number }> {
  return reads.pollFeed({ practiceId: input.practiceId });
}
