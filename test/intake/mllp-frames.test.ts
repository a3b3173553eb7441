import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { frame, FrameReader, type FrameEvent } from '../../src/intake/mllp/index.js';

const read = (chunks: readonly (Buffer | string)[], maxBytes = 1_000_000): string[] => {
  const reader = new FrameReader(maxBytes);
  const events = chunks.flatMap((chunk) => reader.push(Buffer.from(chunk as string, 'latin1')));
  return [...events, ...reader.end()].map(words);
};
const words = (event: FrameEvent): string => {
  switch (event.kind) {
    case 'frame':
      return event.bytes.toString('latin1');
    case 'too-large':
      return `too large: ${event.head.toString('latin1').slice(0, 6)}`;
    default:
      return `${event.kind} ${event.count}`;
  }
};

describe('MLLP frames', () => {
  test('messages come out whole, however the stream was cut and whatever bytes they hold', () => {
    // No single-byte or UTF-8 message holds 0x0B or 0x1C.
    const message = fc
      .uint8Array({ maxLength: 60 })
      .map((m) => Buffer.from(m.map((b) => (b === 0x0b || b === 0x1c ? 0x41 : b))));
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 20 })),
        (messages, cuts) => {
          const stream = Buffer.concat(messages.map((m) => frame(m)));
          const chunks: Buffer[] = [];
          let at = 0;
          for (let i = 0; at < stream.length; i += 1) {
            const size = cuts.length > 0 ? (cuts[i % cuts.length] ?? 1) : 1;
            chunks.push(stream.subarray(at, (at += size)));
          }
          const reader = new FrameReader(10_000);
          const found = chunks.flatMap((chunk) => reader.push(chunk));
          expect(found.map((e) => (e.kind === 'frame' ? e.bytes.toString('hex') : e.kind))).toEqual(
            messages.map((m) => m.toString('hex')),
          );
          expect(reader.end()).toEqual([]);
        },
      ),
    );
  });

  test('a frame may be cut inside its end, and its last byte may be missing, or be a line feed', () => {
    expect(read(['\x0bMSH|a\x1c', '\r'])).toEqual(['MSH|a']);
    expect(read(['\x0bMSH|a\x1c\x0bMSH|b\x1c\r'])).toEqual(['MSH|a', 'MSH|b']);
    expect(read(['\x0bMSH|a\x1c\n\x0bMSH|b\x1c'])).toEqual(['MSH|a', 'MSH|b']);
    expect(read(['\x0bMSH|a\x1c\r\n\n\r'])).toEqual(['MSH|a']);
  });

  test('what stands outside of frames is counted, and keep-alives are not even that', () => {
    expect(read(['GET / HTTP/1.1\r\n\r\n', '\r\n\x0bMSH|a\x1c\rxy'])).toEqual([
      'noise 14',
      'MSH|a',
      'noise 2',
    ]);
  });

  test('a message that never ended is nothing, also when the sender began it again on the same connection', () => {
    expect(read(['\x0bMSH|half'])).toEqual(['abandoned 8']);
    expect(read(['\x0bMSH|half', '\x0bMSH|whole\x1c\r'])).toEqual(['abandoned 8', 'MSH|whole']);
  });

  test('beyond the limit nothing is kept but the beginning', () => {
    expect(read(['\x0bMSH|^~', '\\&|aaaaaaaa', 'bbbb\x1c\r\x0bMSH\x1c\r'], 12)).toEqual([
      'too large: MSH|^~',
    ]);
  });

  test('a separator character that ends nothing belongs to the message', () => {
    expect(read(['\x0bMSH|a\x1cb\x1c\r'])).toEqual(['MSH|a\x1cb']);
  });
});
