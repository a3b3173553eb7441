import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  frame,
  FrameReader,
  listenMllp,
  type MllpEvent,
  type MllpReply,
  type MllpServer,
  type MllpServerOptions,
} from '../../src/intake/mllp/index.js';

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A server whose store can be held back. */
async function serve(options: Partial<MllpServerOptions> = {}) {
  const stored: string[] = [];
  const events: MllpEvent[] = [];
  const heard: (() => void)[] = [];
  const wake = () => heard.splice(0).forEach((resolve) => resolve());
  const server: MllpServer = await listenMllp({
    host: '127.0.0.1',
    port: 0,
    allow: ['127.0.0.1'],
    onEvent: (event) => {
      events.push(event);
      wake();
    },
    async receive(message): Promise<MllpReply> {
      stored.push(message.length > 40 ? `${message.length} bytes` : message.toString());
      wake();
      return { bytes: Buffer.from(`ACK ${stored.length}`) };
    },
    refuseTooLarge: async () => ({ bytes: Buffer.from('AR') }),
    ...options,
  });
  open.push(server);
  /** Resolves once the condition holds; every event and every message is looked at. */
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise<void>((resolve) => heard.push(resolve));
  };
  return { server, stored, events, until };
}

/** A sender that reads answers as they come. */
async function sender(port: number) {
  const socket = connect(port, '127.0.0.1');
  open.push({ close: () => void socket.destroy() });
  const reader = new FrameReader(100_000);
  const answers: string[] = [];
  const waiting: (() => void)[] = [];
  const wake = () => waiting.splice(0).forEach((resolve) => resolve());
  let isClosed = false;
  socket.on('data', (chunk: Buffer) => {
    for (const event of reader.push(chunk)) if (event.kind === 'frame') answers.push(event.bytes.toString());
    wake();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
    wake();
  });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return {
    socket,
    answers,
    async answered(count: number): Promise<string[]> {
      while (answers.length < count && !isClosed) await new Promise<void>((resolve) => waiting.push(resolve));
      return answers;
    },
    async closed(): Promise<void> {
      while (!isClosed) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

const writeSlowly = async (socket: Socket, bytes: Buffer) => {
  for (const byte of bytes)
    await new Promise<void>((resolve, reject) =>
      socket.write(Buffer.of(byte), (err) => (err ? reject(err) : resolve())),
    );
};

describe('the MLLP listener', () => {
  test('serves one message byte by byte, two in one chunk, and keep-alives between them', async () => {
    const { server, stored } = await serve();
    const one = await sender(server.port);
    await writeSlowly(one.socket, frame(Buffer.from('MSH|slow')));
    expect(await one.answered(1)).toEqual(['ACK 1']);
    one.socket.write(
      Buffer.concat([Buffer.from('\r\n'), frame(Buffer.from('MSH|2')), frame(Buffer.from('MSH|3'))]),
    );
    expect(await one.answered(3)).toEqual(['ACK 1', 'ACK 2', 'ACK 3']);
    expect(stored).toEqual(['MSH|slow', 'MSH|2', 'MSH|3']);
  });

  test('a frame without its last byte is answered, not waited for until the sender gives up', async () => {
    const { server } = await serve({ limits: { lastByteMs: 5 } });
    const one = await sender(server.port);
    one.socket.write('\x0bMSH|a\x1c');
    expect(await one.answered(1)).toEqual(['ACK 1']);
    one.socket.write('\r\x0bMSH|b\x1c\r');
    expect(await one.answered(2)).toEqual(['ACK 1', 'ACK 2']);
  });

  test('the answer goes out only after the message is stored, and the next one waits for it', async () => {
    const order: string[] = [];
    const gates: (() => void)[] = [];
    const begun: (() => void)[] = [];
    const { server } = await serve({
      async receive(message) {
        order.push(`begins ${message.toString()}`);
        begun.shift()?.();
        await new Promise<void>((resolve) => gates.push(resolve));
        order.push(`stored ${message.toString()}`);
        return { bytes: Buffer.from(`AA ${message.toString()}`) };
      },
    });
    const one = await sender(server.port);
    const first = new Promise<void>((resolve) => begun.push(resolve));
    one.socket.write(Buffer.concat([frame(Buffer.from('1')), frame(Buffer.from('2'))]));
    await first;
    expect([one.answers, order]).toEqual([[], ['begins 1']]);
    const second = new Promise<void>((resolve) => begun.push(resolve));
    gates.shift()?.();
    await second;
    expect(await one.answered(1)).toEqual(['AA 1']);
    gates.shift()?.();
    expect(await one.answered(2)).toEqual(['AA 1', 'AA 2']);
    expect(order).toEqual(['begins 1', 'stored 1', 'begins 2', 'stored 2']);
  });

  test('twenty senders at once are all served', async () => {
    const { server, stored } = await serve();
    const senders = await Promise.all(Array.from({ length: 20 }, () => sender(server.port)));
    senders.forEach((s, i) => s.socket.write(frame(Buffer.from(`MSH|${i}`))));
    await Promise.all(senders.map((s) => s.answered(1)));
    expect(new Set(stored).size).toBe(20);
  });

  test('a message of 30 MB is taken whole; one beyond the limit is refused and nothing of it is stored', async () => {
    const { server, stored, events } = await serve();
    const one = await sender(server.port);
    one.socket.write(frame(Buffer.alloc(30 * 1024 * 1024, 'A')));
    expect(await one.answered(1)).toEqual(['ACK 1']);
    expect(stored).toEqual([`${30 * 1024 * 1024} bytes`]);
    const other = await sender(server.port);
    other.socket.write(Buffer.concat([Buffer.of(0x0b), Buffer.alloc(33 * 1024 * 1024, 'A')]));
    await other.answered(1);
    await other.closed();
    expect(other.answers).toEqual(['AR']);
    expect(stored).toHaveLength(1);
    expect(events).toContainEqual({ kind: 'too-large' });
  });

  test('garbage is counted and not stored; the same connection still serves', async () => {
    const { server, stored, events } = await serve();
    const one = await sender(server.port);
    one.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n\x00\xff');
    one.socket.write(frame(Buffer.from('MSH|a')));
    expect(await one.answered(1)).toEqual(['ACK 1']);
    expect(stored).toEqual(['MSH|a']);
    expect(events.every((e) => e.kind === 'noise')).toBe(true);
  });

  test('a sender that goes away inside a message leaves nothing behind', async () => {
    const { server, stored, events, until } = await serve();
    const one = await sender(server.port);
    one.socket.write('\x0bMSH|half a mess');
    one.socket.end();
    await until(() => events.some((e) => e.kind === 'abandoned'));
    expect(stored).toEqual([]);
  });

  test('a sender that ends its side after the message still gets its answer', async () => {
    const { server } = await serve();
    const one = await sender(server.port);
    one.socket.end(frame(Buffer.from('MSH|last')));
    await one.closed();
    expect(one.answers).toEqual(['ACK 1']);
  });

  test('who is not on the allow list, and who comes beyond the limit, is hung up on', async () => {
    const refused = await serve({ allow: ['10.8.0.0/16'] });
    await (await sender(refused.server.port)).closed();
    expect(refused.events).toEqual([{ kind: 'address-refused' }]);

    const { server, events } = await serve({ limits: { maxConnections: 1 } });
    const first = await sender(server.port);
    first.socket.write(frame(Buffer.from('MSH|1')));
    await first.answered(1);
    await (await sender(server.port)).closed();
    expect(events).toEqual([{ kind: 'too-many-connections' }]);
    await expect(serve({ allow: ['everybody'] })).rejects.toThrow('"everybody" is no address');
  });

  test('a connection that says nothing, and one that stalls inside a message, end', async () => {
    const quiet = await serve({ limits: { idleTimeoutMs: 10 } });
    await (await sender(quiet.server.port)).closed();
    expect(quiet.events).toEqual([{ kind: 'idle' }]);

    const { server, events, stored, until } = await serve({ limits: { frameTimeoutMs: 10 } });
    const stalled = await sender(server.port);
    stalled.socket.write('\x0bMSH|');
    await stalled.closed();
    await until(() => events.length === 2);
    expect(events.map((e) => e.kind)).toEqual(['frame-stalled', 'abandoned']);
    expect(stored).toEqual([]);
  });

  test('closing answers what is being stored first', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let begun: () => void = () => undefined;
    const receiving = new Promise<void>((resolve) => (begun = resolve));
    const { server } = await serve({
      async receive() {
        begun();
        await gate;
        return { bytes: Buffer.from('AA') };
      },
    });
    const one = await sender(server.port);
    one.socket.write(frame(Buffer.from('MSH|a')));
    await receiving;
    const closing = server.close();
    release();
    await closing;
    await one.closed();
    expect(one.answers).toEqual(['AA']);
  });
});

describe('MLLP over TLS', () => {
  const pem = (name: string) => readFileSync(join(import.meta.dirname, '..', 'data', 'tls', name));
  const tls = { key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem') };
  /** The first answer, or `refused`. */
  const ask = (port: number, options: object) =>
    new Promise<string>((resolve) => {
      const socket = connectTls({ port, host: '127.0.0.1', ca: tls.ca, ...options });
      socket.on('secureConnect', () => socket.write(frame(Buffer.from('MSH|a'))));
      socket.on('data', (chunk: Buffer) => {
        resolve(chunk.toString().replace(/[^\w ]/g, ''));
        socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve('refused'));
    });
  const own = { key: pem('sender.key'), cert: pem('sender.pem') };

  test('a sender with a certificate of the authority is served; without one, or under another name, it is not', async () => {
    const { server, stored } = await serve({ tls });
    expect(await ask(server.port, own)).toBe('ACK 1');
    expect(await ask(server.port, {})).toBe('refused');
    const named = await serve({ tls: { ...tls, clientNames: ['southlab'] } });
    expect(await ask(named.server.port, own)).toBe('refused');
    expect(named.events).toContainEqual({ kind: 'certificate-refused' });
    expect([stored, named.stored]).toEqual([['MSH|a'], []]);
    const welcome = await serve({ tls: { ...tls, clientNames: ['northlab'] } });
    expect(await ask(welcome.server.port, own)).toBe('ACK 1');
  });

  test('plain text at a TLS door is no message', async () => {
    const { server, stored, events, until } = await serve({ tls });
    const one = await sender(server.port);
    one.socket.write(frame(Buffer.from('MSH|a')));
    await until(() => events.some((e) => e.kind === 'handshake-failed'));
    expect(stored).toEqual([]);
  });
});
