import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { underLock } from './build-lock.js';
import { openCacheDir } from './cache-dir.js';
import { EngineError } from './engine-error.js';
import type { OnProgress } from './engine-error.js';
import { buildTemporal, hasGo } from './temporal-build.js';
import { downloadTemporal } from './temporal-download.js';
import type { DownloadOptions } from './temporal-download.js';
import { TEMPORAL_CLI_VERSION, askVersion, isNewEnough } from './temporal-version.js';

const WAIT_LINE_EVERY_MS = 10_000;

export interface FindOptions {
  onProgress?: OnProgress;
  download?: DownloadOptions;
}

/**
 * The Temporal CLI to run a dev server with, the first of: the file in `TEMPORAL_BIN`; `temporal` on the PATH,
 * when 1.5 or newer; the one in the cache folder; the Temporal project's download; our own build of the pinned
 * source with Go. The last two end in the cache folder, so that they happen once.
 *
 * @throws {EngineError} `temporal-binary-unusable` (TEMPORAL_BIN), `temporal-binary-unavailable` (no way is left)
 */
export async function findTemporalBinary({ onProgress, download }: FindOptions = {}): Promise<string> {
  const given = process.env.TEMPORAL_BIN;
  if (given) return checkGiven(given);
  const onPath = askVersion('temporal');
  if (onPath && isNewEnough(onPath)) return 'temporal';

  const cached = join(openCacheDir(), cacheName(), 'temporal');
  if (existsSync(cached)) return cached;
  mkdirSync(dirname(cached), { recursive: true });
  let silentUntil = 0;
  const sayWhoBuilds = (pid: number): void => {
    if (Date.now() < silentUntil) return;
    silentUntil = Date.now() + WAIT_LINE_EVERY_MS;
    onProgress?.(`Process ${pid} is already getting Temporal; waiting for it …`);
  };
  const provide = async (): Promise<void> => {
    if (existsSync(cached)) return;
    removeUnfinished(dirname(cached));
    await fillCache(cached, onProgress, download);
  };
  await underLock(`${dirname(cached)}.lock`, provide, sayWhoBuilds);
  return cached;
}

function cacheName(): string {
  return `temporal-${TEMPORAL_CLI_VERSION}-${process.platform}-${process.arch}`;
}

function checkGiven(path: string): string {
  if (askVersion(path)) return path;
  throw new EngineError(
    'temporal-binary-unusable',
    `TEMPORAL_BIN is ${path}, which does not answer "--version" as the Temporal CLI does. ` +
      'Correct or unset it; without it Temporal is found, downloaded or built for you.',
  );
}

/** What builds that were killed left behind; only under the lock, or it could be another's work. */
function removeUnfinished(dir: string): void {
  for (const name of readdirSync(dirname(dir))) {
    if (name.startsWith(`${basename(dir)}-`))
      rmSync(join(dirname(dir), name), { recursive: true, force: true });
  }
}

async function fillCache(cached: string, onProgress?: OnProgress, download?: DownloadOptions): Promise<void> {
  const workshop = mkdtempSync(`${dirname(cached)}-`);
  try {
    const fresh = (await tryDownload(workshop, onProgress, download)) ?? (await build(workshop, onProgress));
    chmodSync(fresh, 0o755);
    renameSync(fresh, cached);
    onProgress?.(`Temporal ${TEMPORAL_CLI_VERSION} is ready in ${dirname(cached)}.`);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

async function tryDownload(
  into: string,
  onProgress?: OnProgress,
  download?: DownloadOptions,
): Promise<string | null> {
  onProgress?.(`Getting Temporal ${TEMPORAL_CLI_VERSION}, once …`);
  try {
    const file = await downloadTemporal(into, download);
    if (askVersion(file)) return file;
    throw new Error('what came does not run here');
  } catch (error) {
    onProgress?.(`The Temporal project's download is not to be had (${reason(error)}).`);
    return null;
  }
}

async function build(into: string, onProgress?: OnProgress): Promise<string> {
  const file = join(into, 'built');
  try {
    if (!hasGo()) throw new Error('Go is not installed, and https://temporal.download was not reached');
    await buildTemporal(file, onProgress);
    return file;
  } catch (cause) {
    throw new EngineError(
      'temporal-binary-unavailable',
      `There is no Temporal server here and none could be made: ${reason(cause)}\nDo one of these: ` +
        'install Go 1.26 or newer (https://go.dev/dl); install the Temporal CLI so that "temporal" is on the ' +
        'PATH, or name it in TEMPORAL_BIN; or set TEMPORAL_ADDRESS to a server that runs already.',
      { cause },
    );
  }
}

function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
