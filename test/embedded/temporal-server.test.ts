import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { identityOf } from '../../src/embedded/process-identity.js';
import { readRunFile } from '../../src/embedded/run-file.js';
import { openStateDir } from '../../src/embedded/state-dir.js';
import type { StateDir } from '../../src/embedded/state-dir.js';
import { startTemporal } from '../../src/embedded/temporal-server.js';

const tierKey = defineSearchAttributeKey('EngineTestTier', SearchAttributeType.KEYWORD);
const searchAttributes = { EngineTestTier: 'Keyword' } as const;

describe('Temporal on this machine', () => {
  const configured = process.env.TEMPORAL_ADDRESS;
  let parent: StateDir;
  beforeAll(async () => {
    parent = await openStateDir();
  });
  afterAll(async () => {
    process.env.TEMPORAL_ADDRESS = configured ?? '';
    await parent.close();
  });

  test('runs, shows its web pages, knows our search attributes, and a kept one still has its runs', async () => {
    process.env.TEMPORAL_ADDRESS = '';
    const keepAt = join(parent.path, 'kept');
    const first = await openStateDir({ keepAt });
    const temporal = await startTemporal({ stateDir: first, namespace: 'practice', searchAttributes });
    expect((await fetch(temporal.uiUrl ?? '')).status).toBe(200);
    const connection = await Connection.connect({ address: temporal.address });
    const client = new Client({ connection, namespace: temporal.namespace });
    await client.workflow.start('labResult', {
      taskQueue: 'nobody-works-here',
      workflowId: 'result/0',
      typedSearchAttributes: [{ key: tierKey, value: 'normal' }],
    });
    await connection.close();
    await temporal.stop();
    expect(identityOf(temporal.pid ?? 0)).toBeNull();
    await first.close();

    const second = await openStateDir({ keepAt });
    const again = await startTemporal({
      stateDir: second,
      namespace: 'practice',
      searchAttributes,
      headless: true,
    });
    const reconnected = await Connection.connect({ address: again.address });
    const handle = new Client({ connection: reconnected, namespace: 'practice' }).workflow.getHandle(
      'result/0',
    );
    const { status, typedSearchAttributes } = await handle.describe();
    expect({ status: status.name, tier: typedSearchAttributes.get(tierKey) }).toEqual({
      status: 'RUNNING',
      tier: 'normal',
    });
    expect(again.uiUrl).toBeUndefined();
    await reconnected.close();
    await second.close();
    expect(identityOf(again.pid ?? 0)).toBeNull();
  });

  test("a port that is taken is refused: nobody works on a stranger's server by mistake", async () => {
    process.env.TEMPORAL_ADDRESS = '';
    const running = await startTemporal({ stateDir: parent, headless: true });
    const port = Number(running.address.split(':')[1]);
    await expect(startTemporal({ stateDir: parent, headless: true, port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(port)),
    });
    await running.stop();
  });

  test('a server that cannot start is reported with its last lines', async () => {
    process.env.TEMPORAL_ADDRESS = '';
    const failed = startTemporal({
      stateDir: parent,
      headless: true,
      searchAttributes: { Tier: 'Colour' as 'Keyword' },
    });
    await expect(failed).rejects.toMatchObject({ code: 'temporal-not-ready' });
    await expect(failed).rejects.toThrow('Colour');
  });

  test('TEMPORAL_ADDRESS takes its place: nothing is started', async () => {
    process.env.TEMPORAL_ADDRESS = 'temporal.example.invalid:7233';
    const stateDir = await openStateDir();
    const temporal = await startTemporal({ stateDir });
    expect(temporal).toMatchObject({ address: 'temporal.example.invalid:7233', namespace: 'default' });
    expect(readRunFile(stateDir.path)?.children).toEqual([]);
    await stateDir.close();
  });
});
