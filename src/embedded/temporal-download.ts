import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { TEMPORAL_CLI_VERSION } from './temporal-version.js';

/** Where the Temporal project offers its CLI; the SDK's test environment downloads from the same place. */
const ARCHIVES = 'https://temporal.download/cli/archive';

export interface DownloadOptions {
  /** Default: the Temporal project's. */
  archives?: string;
  /** For the first byte of the answer. Default 10 s. */
  answerWithinMs?: number;
  /** For all of it, about 60 MB. Default 5 min. */
  doneWithinMs?: number;
}

/** Downloads the pinned CLI into this empty folder and returns its path; throws for whatever reason it cannot. */
export async function downloadTemporal(into: string, options: DownloadOptions = {}): Promise<string> {
  const { archives = ARCHIVES, answerWithinMs = 10_000, doneWithinMs = 300_000 } = options;
  const platform = process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const giveUp = new AbortController();
  const timer = setTimeout(
    () => giveUp.abort(new Error(`no answer in ${answerWithinMs / 1000} s`)),
    answerWithinMs,
  );
  try {
    const url = `${archives}/v${TEMPORAL_CLI_VERSION}?platform=${platform}&arch=${arch}`;
    const signal = AbortSignal.any([giveUp.signal, AbortSignal.timeout(doneWithinMs)]);
    const response = await fetch(url, { signal });
    clearTimeout(timer);
    if (!response.ok || !response.body) throw new Error(`the answer was ${response.status}`);
    await unpack(response.body as ReadableStream<Uint8Array>, into);
    return join(into, 'temporal');
  } finally {
    clearTimeout(timer);
  }
}

async function unpack(archive: ReadableStream<Uint8Array>, into: string): Promise<void> {
  const tar = spawn('tar', ['-xzf', '-', '-C', into, 'temporal'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const done = new Promise<void>((resolve, reject) => {
    tar.once('error', reject);
    tar.once('close', (code) => (code === 0 ? resolve() : reject(new Error('not a readable archive'))));
  });
  await Promise.all([pipeline(Readable.fromWeb(archive), tar.stdin), done]);
}
