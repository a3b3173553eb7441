import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnPart } from '../../src/embedded/child.js';
import { identityOf } from '../../src/embedded/process-identity.js';
import { openStateDir } from '../../src/embedded/state-dir.js';
import type { StateDir } from '../../src/embedded/state-dir.js';

const PART = '../test/embedded/parts/echo-part';

describe('a part of resultloop as its own process', () => {
  let stateDir: StateDir;
  beforeAll(async () => {
    stateDir = await openStateDir();
  });
  afterAll(() => stateDir.close());

  test('hands back what it says when ready, hands on its other lines, and ends in good order', async () => {
    const lines: string[] = [];
    const part = await spawnPart(
      PART,
      { PART_WORD: 'hello' },
      { stateDir, onLine: (line) => lines.push(line) },
    );
    expect(part.ready).toEqual({ ready: true, port: 4711, word: 'hello' });
    await part.stop();
    expect(await part.exited).toEqual({ code: 0, signal: null });
    expect(lines).toEqual(['starting', 'leaving in good order']);
  });

  test('can be killed at once', async () => {
    const part = await spawnPart(PART, {}, { stateDir });
    await part.kill();
    expect(await part.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('that ends before it is ready is reported with its last words', async () => {
    const failed = spawnPart(PART, { PART_FAILS: 'yes' }, { stateDir });
    await expect(failed).rejects.toMatchObject({ code: 'part-not-ready' });
    await expect(failed).rejects.toThrow('the connection string is missing');
  });

  test('ends with the run that started it', async () => {
    const run = await openStateDir();
    const part = await spawnPart(PART, {}, { stateDir: run });
    await run.close();
    expect(identityOf(part.pid)).toBeNull();
  });
});
