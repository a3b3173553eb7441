const startBlock = 0x0b;
const endBlock = 0x1c;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const firstCapacity = 64 * 1024;

/** What a piece of a stream turned out to hold, in order. Counts are bytes; content is never handed out as noise. */
export type FrameEvent =
  | { readonly kind: 'frame'; readonly bytes: Buffer }
  /** Bytes outside of any frame. Line ends between frames are keep-alives and not counted. */
  | { readonly kind: 'noise'; readonly count: number }
  /** A frame that was begun and never ended. */
  | { readonly kind: 'abandoned'; readonly count: number }
  /** `head`: its beginning, enough for the header. Nothing after it can be read. */
  | { readonly kind: 'too-large'; readonly head: Buffer };

/**
 * Finds MLLP frames (0x0B message 0x1C 0x0D) in a stream that is cut anywhere. A missing last 0x0D, a line feed after
 * it and line ends between frames are tolerated; a 0x1C that none of these follows belongs to the message.
 */
export class FrameReader {
  private isInside = false;
  private isEndSeen = false;
  private isOver = false;
  private buffer = Buffer.alloc(0);
  private length = 0;

  /** @param maxBytes Largest message, in bytes. */
  constructor(private readonly maxBytes: number) {}

  /** True from the start of a frame to its end. */
  get isPartial(): boolean {
    return this.isInside;
  }

  /** True when all but the last 0x0D is there: {@link settle} takes it as the end. */
  get isAwaitingLastByte(): boolean {
    return this.isInside && this.isEndSeen;
  }

  push(chunk: Buffer): FrameEvent[] {
    const events: FrameEvent[] = [];
    for (let at = 0; at < chunk.length && !this.isOver;) {
      if (!this.isInside) at = this.skipTo(chunk, at, events);
      else if (this.isEndSeen) at = this.judgeEnd(chunk, at, events);
      else at = this.collect(chunk, at, events);
    }
    return events;
  }

  /** Nothing follows for a while: an end without its last byte is an end. */
  settle(): FrameEvent[] {
    return this.isAwaitingLastByte ? this.finish() : [];
  }

  /** The stream is over. What is not whole is nothing. */
  end(): FrameEvent[] {
    const last = this.settle();
    if (!this.isInside) return last;
    const count = this.length;
    this.reset();
    return [{ kind: 'abandoned', count }];
  }

  private skipTo(chunk: Buffer, from: number, events: FrameEvent[]): number {
    const start = chunk.indexOf(startBlock, from);
    const until = start < 0 ? chunk.length : start;
    let count = 0;
    for (let i = from; i < until; i += 1)
      if (chunk[i] !== carriageReturn && chunk[i] !== lineFeed) count += 1;
    if (count > 0) events.push({ kind: 'noise', count });
    this.isInside = start >= 0;
    return until + 1;
  }

  private judgeEnd(chunk: Buffer, at: number, events: FrameEvent[]): number {
    const next = chunk[at];
    if (next !== carriageReturn && next !== lineFeed && next !== startBlock) {
      this.isEndSeen = false;
      this.append(Buffer.of(endBlock), events);
      return at;
    }
    events.push(...this.finish());
    return next === startBlock ? at : at + 1;
  }

  private collect(chunk: Buffer, from: number, events: FrameEvent[]): number {
    const end = chunk.indexOf(endBlock, from);
    this.append(chunk.subarray(from, end < 0 ? chunk.length : end), events);
    this.isEndSeen = end >= 0;
    return end < 0 ? chunk.length : end + 1;
  }

  private append(bytes: Buffer, events: FrameEvent[]): void {
    const needed = this.length + bytes.length;
    if (needed > this.maxBytes) {
      this.isOver = true;
      events.push({ kind: 'too-large', head: Buffer.from(this.head(bytes)) });
      this.reset();
      return;
    }
    if (needed > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, firstCapacity, 2 * this.buffer.length));
      this.buffer.copy(grown, 0, 0, this.length);
      this.buffer = grown;
    }
    bytes.copy(this.buffer, this.length);
    this.length = needed;
  }

  private head(next: Buffer): Buffer {
    const some = this.buffer.subarray(0, Math.min(this.length, firstCapacity));
    return some.length > 0 ? some : next.subarray(0, firstCapacity);
  }

  private finish(): FrameEvent[] {
    const bytes = this.buffer.subarray(0, this.length);
    this.reset();
    // A sender that broke off and began again on one connection has sent one message, not two in one.
    const begins = bytes.lastIndexOf('\u000bMSH', undefined, 'latin1');
    if (begins < 0) return [{ kind: 'frame', bytes }];
    return [
      { kind: 'abandoned', count: begins },
      { kind: 'frame', bytes: bytes.subarray(begins + 1) },
    ];
  }

  private reset(): void {
    this.isInside = false;
    this.isEndSeen = false;
    this.buffer = Buffer.alloc(0);
    this.length = 0;
  }
}

/** A message as it goes over the wire. */
export function frame(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(startBlock), message, Buffer.of(endBlock, carriageReturn)]);
}
