import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  bundleWorkflowCode,
  Worker,
  type Runtime,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { createLogger } from '../src/observability/log.js';
import { installRuntime } from '../src/observability/install-runtime.js';
import { temporalLogger } from '../src/observability/temporal-logger.js';
import { dataConverter, failureConverterPath } from '../src/security/data-converter.js';
import { loadKeyRing } from '../src/security/key-ring.js';

const histories = fileURLToPath(new URL('./histories/', import.meta.url));
const recorded = readdirSync(histories).flatMap((version) =>
  readdirSync(join(histories, version))
    .filter((name) => name.endsWith('.json') && name !== 'key-ring.json')
    .map((name) => ({ version, name: name.replace('.json', ''), file: join(histories, version, name) })),
);

let runtime: Runtime;
let workflowBundle: WorkflowBundleWithSourceMap;
// Its log forwarding would keep the process alive.
afterAll(() => runtime.shutdown());
beforeAll(async () => {
  const log = createLogger('replay', { level: 'error' });
  runtime = installRuntime({ logger: log });
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../src/workflows/index.ts', import.meta.url)),
    failureConverterPath,
    logger: temporalLogger(log),
  });
});

describe('histories of earlier runs replay on the workflows of today', () => {
  test('every workflow has a recorded history', () => {
    const names = recorded.map((r) => r.name);
    for (const workflow of [
      'lab-result-normal',
      'lab-result-abnormal-amended',
      'lab-result-critical',
      'patient-notice',
      'chart-writer',
      'poll-practice',
      'text-rounds',
      'practice-rounds',
    ])
      expect(names).toContain(workflow);
  });

  test.each(recorded)('$version $name', async ({ version, file }) => {
    const ring = loadKeyRing(join(histories, version, 'key-ring.json'));
    const { workflowId, history } = JSON.parse(readFileSync(file, 'utf8')) as {
      workflowId: string;
      history: unknown;
    };
    await Worker.runReplayHistory(
      { workflowBundle, dataConverter: dataConverter(ring) },
      history,
      workflowId,
    );
  });

  test('a history that does not fit is refused: the check can fail', async () => {
    const one = recorded.find((r) => r.name === 'poll-practice');
    if (!one) throw new Error('no recorded history');
    const ring = loadKeyRing(join(histories, one.version, 'key-ring.json'));
    const other = readFileSync(one.file, 'utf8').replaceAll('"pollFeed"', '"somethingElse"');
    const { workflowId, history } = JSON.parse(other) as { workflowId: string; history: unknown };
    await expect(
      Worker.runReplayHistory({ workflowBundle, dataConverter: dataConverter(ring) }, history, workflowId),
    ).rejects.toThrow();
  });
});
