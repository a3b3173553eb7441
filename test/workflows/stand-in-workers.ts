import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { createLogger } from '../../src/observability/log.js';
import { temporalLogger } from '../../src/observability/temporal-logger.js';
import { dataConverter, failureConverterPath } from '../../src/security/data-converter.js';
import { generateKeyRing, KeyRing } from '../../src/security/key-ring.js';
import { taskQueues } from '../../src/workflows/contract.js';
import type { MemoryRecord } from './memory-record.js';

/** A ring for what a test says and forgets. */
export const testRing = new KeyRing(generateKeyRing());

let bundled: ReturnType<typeof bundleWorkflowCode> | undefined;

/** The product's workflows, bundled once per test file as the worker bundles them. */
export function workflowBundle(): ReturnType<typeof bundleWorkflowCode> {
  bundled ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
    failureConverterPath,
    logger: temporalLogger(createLogger('bundle', { level: 'error' })),
  });
  return bundled;
}

/** Runs the product's workflows with a record in memory while `work` is going on. */
export async function withStandIns<T>(
  options: { connection: NativeConnection; namespace: string; record: MemoryRecord } & Pick<
    WorkerOptions,
    'maxCachedWorkflows' | 'shutdownForceTime'
  >,
  work: () => Promise<T>,
): Promise<T> {
  const { connection, namespace, record, maxCachedWorkflows, shutdownForceTime = '2s' } = options;
  const { reread, page, pollPages, ...store } = record.activities();
  const common = {
    connection,
    namespace,
    dataConverter: dataConverter(testRing),
    stickyQueueScheduleToStartTimeout: '2s',
    activityTaskPollerBehavior: { type: 'autoscaling' },
    shutdownForceTime,
  } satisfies Partial<WorkerOptions>;
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: taskQueues.results,
      workflowBundle: await workflowBundle(),
      activities: store,
      workflowTaskPollerBehavior: { type: 'autoscaling' },
      ...(maxCachedWorkflows !== undefined && { maxCachedWorkflows }),
    }),
    Worker.create({ ...common, taskQueue: taskQueues.athena, activities: { reread } }),
    Worker.create({
      ...common,
      taskQueue: taskQueues.pages,
      activities: { page, pollPages },
      maxConcurrentActivityTaskExecutions: 500,
    }),
  ]);
  return whileRunning(workers, work);
}

/**
 * Runs workers until `work` is done. A worker whose activities hang is then ended by force and says so; what counts is
 * the work.
 * @throws when a worker fails before: the work would wait for ever.
 */
export async function whileRunning<T>(workers: readonly Worker[], work: () => Promise<T>): Promise<T> {
  const runs = workers.map((w) => w.run());
  const running = Promise.allSettled(runs);
  try {
    const failed = new Promise<never>((_resolve, reject) => {
      for (const run of runs) run.catch(reject);
    });
    return await Promise.race([work(), failed]);
  } finally {
    for (const w of workers) if (w.getState() === 'RUNNING') w.shutdown();
    await running;
  }
}

/**
 * Runs the product's workflows over a history again.
 * @throws DeterminismViolationError when they decide otherwise than they did.
 */
export async function replay(history: unknown, workflowId: string, ring = testRing): Promise<void> {
  // The replay worker takes the converter from the same place as a worker; its type does not name it.
  const options = { workflowBundle: await workflowBundle(), dataConverter: dataConverter(ring) };
  await Worker.runReplayHistory(options, history as never, workflowId);
}
