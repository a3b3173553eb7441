import { patched, proxyActivities } from '@temporalio/workflow';
import type { AlarmActivities, AthenaActivities } from './activity-types.js';
import { taskQueues, type PollPracticeInput } from './contract.js';

// A drain: heartbeats with every page and document. A run that fails leaves the rows it persisted; the next goes on
// with them, and two at once meet the same locks.
const reads = proxyActivities<AthenaActivities>({
  taskQueue: taskQueues.athena,
  startToCloseTimeout: '4m',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '2s', maximumInterval: '30s', maximumAttempts: 5 },
});

// What could not be paged is paged by the next run: five minutes later.
const pages = proxyActivities<AlarmActivities>({
  taskQueue: taskQueues.pages,
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '90s',
  retry: { initialInterval: '2s', maximumAttempts: 3 },
});

/**
 * The practice's round: drains the athenahealth changed feed once, and pages what alarms have come up (L49). Started by
 * a Schedule every 5 minutes (S000-35), overlap skipped.
 */
export async function pollPractice(
  input: PollPracticeInput,
): Promise<{ rows: number; started: number; held: number }> {
  const { practiceId } = input;
  // Side by side: a vendor that hangs keeps no alarm from its reader, and neither failure hides the other.
  const [polled] = await Promise.allSettled([
    reads.pollFeed({ practiceId }),
    patched('page-alarms') ? pages.pageAlarms({ practiceId }) : undefined,
  ]);
  if (polled.status === 'rejected') throw polled.reason;
  return polled.value;
}
