import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/embedded/project-command.js';
import { findTemporalBinary } from '../../src/embedded/temporal-binary.js';
import { downloadTemporal } from '../../src/embedded/temporal-download.js';
import { TEMPORAL_CLI_VERSION, isNewEnough } from '../../src/embedded/temporal-version.js';

const { PATH = '', TEMPORAL_BIN, RESULTLOOP_CACHE } = process.env;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'temporal-binary-'));
  process.env.TEMPORAL_BIN = '';
  process.env.RESULTLOOP_CACHE = join(dir, 'cache');
});
afterEach(() => {
  Object.assign(process.env, {
    PATH,
    TEMPORAL_BIN: TEMPORAL_BIN ?? '',
    RESULTLOOP_CACHE: RESULTLOOP_CACHE ?? '',
  });
  rmSync(dir, { recursive: true, force: true });
});

/** A program that answers `--version` like the CLI of this version. */
function makeCli(folder: string, version: string): string {
  mkdirSync(join(dir, folder), { recursive: true });
  const file = join(dir, folder, 'temporal');
  writeFileSync(file, `#!/bin/sh\necho "temporal version ${version} (Server 1.31.2, UI 2.50.1)"\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A download site; `null` never answers. */
async function serve(archive: Buffer | null) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (archive) response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { requests, close, archives: `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive` };
}

function pack(folder: string): Buffer {
  return spawnSync('tar', ['-czf', '-', '-C', join(dir, folder), 'temporal']).stdout;
}

describe('which Temporal a user gets', () => {
  test('TEMPORAL_BIN first; one that is no Temporal is an error, not skipped', async () => {
    process.env.TEMPORAL_BIN = makeCli('own', '1.7.0');
    expect(await findTemporalBinary()).toBe(process.env.TEMPORAL_BIN);
    process.env.TEMPORAL_BIN = '/bin/true';
    await expect(findTemporalBinary()).rejects.toMatchObject({ code: 'temporal-binary-unusable' });
  });

  test('then the one on the PATH, unless it is older than 1.5', async () => {
    makeCli('new', '1.5.0');
    process.env.PATH = `${join(dir, 'new')}:${PATH}`;
    expect(await findTemporalBinary()).toBe('temporal');
    expect(isNewEnough('temporal version 1.4.1 (Server 1.28.0, UI 2.39.0)')).toBe(false);
    expect(isNewEnough('temporal version 0.0.0-DEV (Server 1.31.2, UI 2.50.1)')).toBe(true);
    expect(isNewEnough('temporal version 0.0.0-DEV (Server 1.28.0, UI 2.39.0)')).toBe(false);
    expect(isNewEnough('temporal version 2.0.0 (Server 2.0.0, UI 3.0.0)')).toBe(true);
  });

  test('then the download, once, also when three ask at the same time and one died doing so', async () => {
    makeCli('old', '1.0.0');
    process.env.PATH = `${join(dir, 'old')}:${PATH}`;
    makeCli('packed', TEMPORAL_CLI_VERSION);
    const site = await serve(pack('packed'));
    mkdirSync(join(dir, 'cache'));
    const name = `temporal-${TEMPORAL_CLI_VERSION}-${process.platform}-${process.arch}`;
    const dead = { pid: 2 ** 22 + 1, identity: 'killed while building' };
    writeFileSync(join(dir, 'cache', `${name}.lock`), JSON.stringify(dead));
    const find = () => findTemporalBinary({ download: { archives: site.archives } });
    const found = await Promise.all([find(), find(), find()]);
    expect(new Set(found)).toEqual(new Set([join(dir, 'cache', name, 'temporal')]));
    expect(site.requests).toEqual([expect.stringMatching(/^\/archive\/v1\.8\.2\?platform=\w+&arch=\w+$/)]);
    site.close();
  });

  test('a download site that does not answer, or answers nonsense, is given up on', async () => {
    const silent = await serve(null);
    await expect(downloadTemporal(dir, { archives: silent.archives, answerWithinMs: 20 })).rejects.toThrow(
      'no answer',
    );
    silent.close();
    const nonsense = await serve(Buffer.from('<html>please log in to the guest network</html>'));
    await expect(downloadTemporal(dir, { archives: nonsense.archives })).rejects.toThrow();
    nonsense.close();
  });

  test('the module file pins the version we name', () => {
    const module = readFileSync(join(projectRoot, 'tools/temporal/go.mod'), 'utf8');
    expect(module).toContain(`github.com/temporalio/cli v${TEMPORAL_CLI_VERSION}`);
  });
});
