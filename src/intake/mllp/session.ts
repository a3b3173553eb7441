import type { Socket } from 'node:net';
import { frame, FrameReader, type FrameEvent } from './frames.js';
import type { MllpEvent, MllpLimits, MllpReceiver, MllpReply } from './port.js';

/**
 * One connection. Frames are handled one after another: while one is being stored nothing more is read, so that its
 * answer is out before the next message begins.
 */
export class Session {
  private readonly reader: FrameReader;
  private readonly waiting: FrameEvent[] = [];
  private isBusy = false;
  private isEnding = false;
  private hasHungUp = false;
  private lastByteTimer: NodeJS.Timeout | null = null;
  readonly closed: Promise<void>;

  constructor(
    private readonly socket: Socket,
    private readonly receiver: MllpReceiver,
    private readonly limits: MllpLimits,
    private readonly onEvent: (event: MllpEvent) => void,
  ) {
    this.reader = new FrameReader(limits.maxBytes);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.setNoDelay(true);
    socket.on('error', (err) => onEvent({ kind: 'connection-failed', code: codeOf(err) }));
    socket.on('timeout', () => this.timedOut());
    socket.on('data', (chunk: Buffer) => this.hasHungUp || this.take(this.reader.push(chunk)));
    socket.on('end', () => {
      this.isEnding = true;
      if (!this.hasHungUp) this.take(this.reader.end());
    });
    socket.on('close', () => {
      this.stopWaitingForLastByte();
      this.report(this.reader.end().filter((event) => event.kind === 'abandoned'));
    });
    this.arm();
  }

  /** Finishes what is being stored, answers it, and hangs up. */
  async stop(): Promise<void> {
    this.isEnding = true;
    if (!this.isBusy) this.hangUp();
    await this.closed;
  }

  destroy(): void {
    this.socket.destroy();
  }

  private take(events: readonly FrameEvent[]): void {
    this.stopWaitingForLastByte();
    this.waiting.push(...events);
    if (!this.isBusy) void this.work();
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    this.socket.pause();
    this.socket.setTimeout(0);
    try {
      for (let event = this.waiting.shift(); event; event = this.waiting.shift())
        if (!(await this.handle(event))) return this.hangUp();
    } catch (err) {
      // The receiver answers its own failures; whatever else happens, no answer is the one that gets it sent again.
      this.onEvent({ kind: 'receiver-failed', code: codeOf(err) });
      return this.destroy();
    } finally {
      this.isBusy = false;
    }
    if (this.isEnding) return this.hangUp();
    this.socket.resume();
    this.arm();
  }

  /** @returns false when the connection has to end. */
  private async handle(event: FrameEvent): Promise<boolean> {
    switch (event.kind) {
      case 'frame':
        return this.answer(await this.receiver.receive(event.bytes, this.socket.remoteAddress ?? ''));
      case 'too-large':
        this.onEvent({ kind: 'too-large' });
        await this.answer(await this.receiver.refuseTooLarge(event.head));
        return false;
      case 'noise':
      case 'abandoned':
        this.report([event]);
        return true;
      default:
        return event satisfies never;
    }
  }

  private async answer(reply: MllpReply): Promise<boolean> {
    const { bytes } = reply;
    if (bytes !== null && this.socket.writable)
      await new Promise<void>((resolve) => this.socket.write(frame(bytes), () => resolve()));
    return reply.close !== true;
  }

  private report(events: readonly FrameEvent[]): void {
    for (const event of events)
      if (event.kind === 'noise' || event.kind === 'abandoned')
        this.onEvent({ kind: event.kind, count: event.count });
  }

  /** A stalled frame is given up much sooner than a connection that has nothing to say. */
  private arm(): void {
    if (this.reader.isAwaitingLastByte)
      this.lastByteTimer = setTimeout(() => this.take(this.reader.settle()), this.limits.lastByteMs);
    this.socket.setTimeout(this.reader.isPartial ? this.limits.frameTimeoutMs : this.limits.idleTimeoutMs);
  }

  private stopWaitingForLastByte(): void {
    if (this.lastByteTimer) clearTimeout(this.lastByteTimer);
    this.lastByteTimer = null;
  }

  private timedOut(): void {
    if (this.hasHungUp) return this.destroy();
    this.onEvent({ kind: this.reader.isPartial ? 'frame-stalled' : 'idle' });
    this.destroy();
  }

  private hangUp(): void {
    this.hasHungUp = true;
    this.socket.end();
    // What the other side still sends is thrown away; it cannot hold the connection open.
    this.socket.resume();
    this.socket.setTimeout(this.limits.lastByteMs);
  }
}

function codeOf(err: unknown): string {
  const code = (err as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'unknown';
}
