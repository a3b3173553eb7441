import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CommonControl, JournalEntry } from '../../src/sandbox/shared/control.js';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server that keeps what vendors post to it and answers as told. */
export async function startReceiver(answer: (received: Received) => { status: number; body?: string }) {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      const { status, body = '' } = answer(one);
      received.push(one);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
      for (const wake of waiting) wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    /** Resolves when `enough` holds for what has arrived. */
    until: (enough: (all: readonly Received[]) => boolean) =>
      new Promise<readonly Received[]>((resolve) => {
        const look = () => {
          if (!enough(received)) return;
          waiting.delete(look);
          resolve(received);
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Reads a tenant's journal until `enough` holds for it. */
export async function journalUntil(
  control: CommonControl,
  tenantId: string,
  enough: (entries: readonly JournalEntry[]) => boolean,
): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  while (!enough(entries)) entries.push(...(await control.journal(tenantId, entries.length, 5000)));
  return entries;
}
