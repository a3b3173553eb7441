import { spawnSync } from 'node:child_process';

/** The pinned Temporal CLI; `tools/temporal/go.mod` pins the same. Brings server 1.31.2 and Web UI 2.50.1. */
export const TEMPORAL_CLI_VERSION = '1.8.2';

/** CLI 1.5 brings server 1.29, the first with fairness, priorities and update-with-start as we use them. */
const OLDEST_CLI = [1, 5];
const OLDEST_SERVER = [1, 29];

/** What `temporal --version` answers, e.g. `temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)`; `null`: nothing. */
export function askVersion(command: string): string | null {
  const { status, stdout } = spawnSync(command, ['--version'], {
    encoding: 'utf8',
    env: process.env,
    timeout: 20_000,
  });
  return status === 0 && stdout.startsWith('temporal version') ? stdout.trim() : null;
}

/** True when this answer is of a CLI that is new enough. A build without number (0.0.0-DEV) goes by its server. */
export function isNewEnough(answer: string): boolean {
  const [, cli, server] = /^temporal version v?(\S+)(?:.*Server v?([\d.]+))?/.exec(answer) ?? [];
  return isAtLeast(cli, OLDEST_CLI) || (cli === '0.0.0-DEV' && isAtLeast(server, OLDEST_SERVER));
}

function isAtLeast(version: string | undefined, oldest: number[]): boolean {
  const [major = NaN, minor = NaN] = (version ?? '').split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
