import { ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { workflowIds } from '../workflows/contract.js';

/** athenahealth: a feed is read at most once a minute (real time). */
const spacingMs = 60_000;

/**
 * Has the practice's Schedule poll now. While a poll runs, exactly one more follows it. False when the practice has
 * no Schedule.
 */
export async function pollSoon(temporal: Client, practiceId: string): Promise<boolean> {
  try {
    await temporal.schedule.getHandle(workflowIds.poll(practiceId)).trigger(ScheduleOverlapPolicy.BUFFER_ONE);
    return true;
  } catch (err) {
    if (!(err instanceof ScheduleNotFoundError)) throw err;
    return false;
  }
}

export type Woken = 'poll-woken' | 'poll-follows' | 'no-schedule';

/**
 * Wakes polls after events (S000-36): the first at once, a burst by one more a minute later. Nothing depends on it: the
 * Schedule polls anyway, so what a stopped process still meant to wake is found minutes later.
 */
export class PollWaker {
  private readonly wokenAt = new Map<string, number>();
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly temporal: Client,
    private readonly now: () => number = Date.now,
  ) {}

  async wake(practiceId: string): Promise<Woken> {
    if (this.waiting.has(practiceId)) return 'poll-follows';
    const wait = (this.wokenAt.get(practiceId) ?? -Infinity) + spacingMs - this.now();
    if (wait > 0) {
      const timer = setTimeout(() => {
        this.waiting.delete(practiceId);
        // The Schedule's own next run makes up for a failure here.
        this.wake(practiceId).catch(() => undefined);
      }, wait).unref();
      this.waiting.set(practiceId, timer);
      return 'poll-follows';
    }
    this.wokenAt.set(practiceId, this.now());
    return (await pollSoon(this.temporal, practiceId)) ? 'poll-woken' : 'no-schedule';
  }
}
