import { patched, proxyActivities } from '@temporalio/workflow';
import type { ChartComparisonActivities, ConnectionActivities } from './activity-types.js';
import { taskQueues, type PracticeRoundsInput } from './contract.js';

// Reads, and one note in the chart of the test patient: a repeat does no harm.
const connections = proxyActivities<ConnectionActivities>({
  taskQueue: taskQueues.athena,
  startToCloseTimeout: '3m',
  scheduleToCloseTimeout: '9m',
  retry: { initialInterval: '30s', maximumAttempts: 3 },
});

// Thousands of charts, one after another; it goes on from its last heartbeat. What a night leaves is the next one's.
const charts = proxyActivities<ChartComparisonActivities>({
  taskQueue: taskQueues.athena,
  startToCloseTimeout: '3h',
  scheduleToCloseTimeout: '3h',
  heartbeatTimeout: '2m',
  retry: { initialInterval: '1m', maximumInterval: '15m', maximumAttempts: 5 },
});

/**
 * The daily round of a practice: are its connections, people, rules and engines in order, and does its chart hold
 * results that no feed brought? Started by a Schedule.
 */
export async function practiceRounds(
  input: PracticeRoundsInput,
): Promise<{ passed: boolean; failed: readonly string[] }> {
  const { practiceId } = input;
  // Side by side: neither keeps the other from its work, and a failure of either fails the run, which an operator sees.
  const [examined, compared] = await Promise.allSettled([
    connections.examineConnections({ practiceId }),
    patched('compare-charts') ? charts.compareCharts({ practiceId }) : undefined,
  ]);
  if (examined.status === 'rejected') throw examined.reason;
  if (compared.status === 'rejected') throw compared.reason;
  return examined.value;
}
