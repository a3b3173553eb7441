import { proxyActivities } from '@temporalio/workflow';
import type { TextActivities } from './activity-types.js';
import { taskQueues, type TextRoundsInput } from './contract.js';

// Reads only. What a run could not read is read by the next: five minutes later.
const texts = proxyActivities<TextActivities>({
  taskQueue: taskQueues.texts,
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '3m',
  retry: { initialInterval: '2s', maximumAttempts: 3 },
});

/** The back-stop of a practice's texts. Started by a Schedule every 5 minutes, overlap skipped. */
export async function textRounds(input: TextRoundsInput): Promise<{ found: number; findings: string[] }> {
  return texts.textRound({ practiceId: input.practiceId });
}
