import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ChartActivities } from './activity-types.js';
import { notesQueued, taskQueues, type ChartWriterInput } from './contract.js';
import { PracticeTime } from './practice-time.js';

// A drain of many calls. The short heartbeat finds a killed worker soon; should an outage of the server let it run
// twice, every note is claimed in its row before it is written.
const chart = proxyActivities<ChartActivities>({
  taskQueue: taskQueues.athenaWrites,
  startToCloseTimeout: '30m',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

const minuteMs = 60_000;
/** In a compressed clock a practice minute is a blink: batches start at least this far apart in real time. */
const leastRealMs = 1_000;

/**
 * Writes chart notes in batches each minute within the vendor's limit (S000-75, S000-79). The queue is the
 * table; this workflow only wakes, so one bad note never stalls the others.
 */
export async function chartWriter(input: ChartWriterInput): Promise<void> {
  const time = new PracticeTime(input.clock);
  let queued = true;
  setHandler(notesQueued, () => {
    queued = true;
  });
  for (;;) {
    queued = false;
    setCurrentDetails('Writes queued chart notes.');
    const { nextRealAt } = await drain(input.practiceId);
    if (workflowInfo().continueAsNewSuggested && !queued) await continueAsNew<typeof chartWriter>(input);
    if (queued || nextRealAt !== null) {
      // Touches of one minute are merged into one note, so a batch starts a practice minute after the last.
      const nextMinute = Math.max(leastRealMs, time.realUntil(time.now() + minuteMs));
      const wait = nextRealAt === null ? nextMinute : Math.max(nextMinute, nextRealAt - Date.now());
      setCurrentDetails('Waits for the next batch of chart notes.');
      await condition(() => false, wait, { summary: 'next batch of chart notes' });
      continue;
    }
    if (!queued && allHandlersFinished()) return;
  }
}

async function drain(practiceId: string): Promise<{ nextRealAt: number | null }> {
  try {
    return await chart.drainNotes({ practiceId });
  } catch (err) {
    if (!(err instanceof ActivityFailure)) throw err;
    return { nextRealAt: Date.now() + minuteMs };
  }
}
