import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openCacheDir } from './cache-dir.js';
import type { OnProgress } from './engine-error.js';
import { projectRoot } from './project-command.js';

/** The version that `tools/time-skipping/pom.xml` pins. */
export const TEST_SERVER_VERSION = '1.38.0';

/** `exec`, because the SDK ends the process whose pid it has; the JVM flags halve the time to start. */
const LAUNCHER = `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$(dirname "$0")/libs/*" io.temporal.testserver.TestServer "$@"
`;

/**
 * The launcher of Temporal's time-skipping test server, fetched once with Maven into the cache folder; `null`
 * when this machine has no Java (8 or newer) or cannot fetch it: tests that need it are then skipped by name.
 */
export async function findTimeSkippingServer(onProgress?: OnProgress): Promise<string | null> {
  if (spawnSync('java', ['-version']).status !== 0) return null;
  const dir = join(openCacheDir(), `temporal-test-server-${TEST_SERVER_VERSION}`);
  const launcher = join(dir, 'temporal-test-server');
  if (existsSync(launcher)) return launcher;
  if (spawnSync('mvn', ['-v']).status !== 0) return null;

  onProgress?.('Getting the time-skipping test server with Maven, once …');
  const fresh = mkdtempSync(`${dir}-`);
  try {
    await fetchLibraries(join(fresh, 'libs'));
    writeFileSync(join(fresh, 'temporal-test-server'), LAUNCHER);
    chmodSync(join(fresh, 'temporal-test-server'), 0o755);
    chmodSync(fresh, 0o755);
    moveInto(fresh, dir);
    return launcher;
  } catch (error) {
    onProgress?.(`The time-skipping test server is not to be had: ${(error as Error).message.slice(0, 500)}`);
    return null;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function fetchLibraries(into: string): Promise<void> {
  const pom = join(projectRoot, 'tools', 'time-skipping', 'pom.xml');
  await promisify(execFile)('mvn', [
    ...['-q', '-B', '-f', pom, 'dependency:copy-dependencies'],
    ...['-DincludeScope=runtime', `-DoutputDirectory=${into}`],
  ]);
}

function moveInto(fresh: string, dir: string): void {
  try {
    renameSync(fresh, dir);
  } catch (error) {
    if (!existsSync(join(dir, 'temporal-test-server'))) throw error; // else another run was faster
  }
}
