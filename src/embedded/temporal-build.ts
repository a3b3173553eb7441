import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { OnProgress } from './engine-error.js';
import { projectRoot } from './project-command.js';
import { TEMPORAL_CLI_VERSION } from './temporal-version.js';

const SOURCE = join(projectRoot, 'tools', 'temporal');
const PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
/** Without this the program calls itself 0.0.0-DEV. */
const STAMP = `-X github.com/temporalio/cli/internal/temporalcli.Version=${TEMPORAL_CLI_VERSION}`;
const PROGRESS_EVERY_MS = 10_000;
const LINES_SHOWN = 15;

/** True when there is a Go toolchain to build with. */
export function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

/** Builds the Temporal CLI that `tools/temporal` pins to this file; throws with the compiler's last lines. */
export async function buildTemporal(output: string, onProgress?: OnProgress): Promise<void> {
  const startedAt = Date.now();
  onProgress?.('Building Temporal from its source: about four minutes, once …');
  const go = spawn('go', ['build', '-ldflags', STAMP, '-o', output, PACKAGE], {
    cwd: SOURCE,
    // The clone may sit inside somebody's Go workspace, which would pin other versions.
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killWithUs = () => void go.kill();
  process.once('exit', killWithUs);
  const ticker = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    onProgress?.(`Building Temporal: ${seconds} s so far, about four minutes in all, once …`);
  }, PROGRESS_EVERY_MS);
  let lines: string[] = [];
  go.stderr.setEncoding('utf8').on('data', (text: string) => {
    lines = [...lines, ...text.split('\n').filter(Boolean)].slice(-LINES_SHOWN);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      go.once('error', reject);
      go.once('close', (code) => (code === 0 ? resolve() : reject(new Error(lines.join('\n')))));
    });
  } finally {
    clearInterval(ticker);
    process.off('exit', killWithUs);
  }
}
