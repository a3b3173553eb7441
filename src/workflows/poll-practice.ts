import { patched, proxyActivities } from '@temporalio/workflow';
import type { AlarmActivities, AthenaActivities, SpruceActivities } from './activity-types.js';
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

// Reads only, and notes that are claimed one by one: what one run leaves is the next one's.
const spruce = proxyActivities<SpruceActivities>({
  taskQueue: taskQueues.spruce,
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '4m',
  retry: { initialInterval: '2s', maximumAttempts: 3 },
});

/**
 * The practice's round: drains the athenahealth changed feed once, pages what alarms have come up (L49), and
 * reads back what Spruce's webhooks may have lost. Started by
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
    patched('spruce-round') ? spruce.spruceRound({ practiceId }) : undefined,
  ]);
  if (polled.status === 'rejected') throw polled.reason;
  return polled.value;
}
