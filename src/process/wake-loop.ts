import type { Logger } from '../observability/log.js';

/** How often rows are looked for that nobody finished, real time: after a crash, or when another process kept one. */
const sweepMs = 2_000;

/**
 * Works on rows that others store: at once when it is woken, and every other second for what nobody finished. One pass at
 * a time; to be woken during a pass means one more.
 */
export abstract class WakeLoop {
  private running: Promise<void> | null = null;
  private again = false;
  private isSweepDue = true;
  private timer: NodeJS.Timeout | null = null;

  /** @param lost What the log says when a pass fails. The rows are kept; the next pass finds them. */
  protected constructor(
    protected readonly log: Logger,
    private readonly lost: string,
  ) {}

  /**
   * Works on what is open. It is told whether this is a sweep (the first is one), and says whether there may be more: then
   * another pass follows at once.
   */
  protected abstract pass(isSweep: boolean): Promise<'more' | 'done'>;

  /** What else is looked at after a pass; its failure keeps no row waiting. */
  protected abstract beside(isSweep: boolean): Promise<void>;

  start(): void {
    this.timer = setInterval(() => this.sweep(), sweepMs);
    this.sweep();
  }

  /** No sweep any more. Ends with the pass that runs, or with the last of those that it said are needed. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.again = false;
    await this.running;
  }

  /** Something was stored: work on it now. */
  wake(): void {
    this.again = true;
    this.running ??= this.work();
  }

  /** {@link wake}, and look for everything that may have become due. */
  sweep(): void {
    this.isSweepDue = true;
    this.wake();
  }

  /** Works until nothing is open. */
  async drain(): Promise<void> {
    this.wake();
    await this.running;
  }

  private async work(): Promise<void> {
    while (this.again) {
      this.again = false;
      const isSweep = this.isSweepDue;
      this.isSweepDue = false;
      try {
        if ((await this.pass(isSweep)) === 'more') this.again = true;
        await this.beside(isSweep);
      } catch (err) {
        this.log.error({ err }, this.lost);
      }
    }
    // In the same turn as the last look at `again`: whoever wakes it now begins anew.
    this.running = null;
  }
}
