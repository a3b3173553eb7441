import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker, bundleWorkflowCode, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from './activities/index.js';
import { createVendors } from './activities/vendors.js';
import { installRuntime } from './observability/install-runtime.js';
import { temporalLogger } from './observability/temporal-logger.js';
import { openDeps, type ProcessDeps } from './process/deps.js';
import { createConnectionActivities } from './process/doctor/round.js';
import { dataConverter, failureConverterPath } from './security/data-converter.js';
import { taskQueues } from './workflows/contract.js';

/**
 * The worker process: all task queues. Each vendor has its own, so that a slow one fills only its own slots, and a
 * page never waits behind bulk.
 */
async function main(): Promise<void> {
  const deps = await openDeps(process.env, 'worker');
  installRuntime({ logger: deps.log });
  const workers = await createWorkers(deps);
  const stop = () => workers.forEach((w) => w.getState() === 'RUNNING' && w.shutdown());
  process.once('SIGTERM', stop).once('SIGINT', stop);
  const running = Promise.all(workers.map((w) => w.run()));
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  await running;
  await deps.close();
}

/** Builds the workers of every task queue on one connection. */
export async function createWorkers(
  deps: ProcessDeps,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Worker[]> {
  const connection = await NativeConnection.connect({ address: deps.temporalAddress });
  const vendors = createVendors(deps.store, deps.metrics, (err) =>
    deps.log.warn({ err }, 'a vendor call could not be recorded'),
  );
  const { results, notices, texts, athena, pages, chart, spruce } = createActivities({ ...deps, vendors });
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows/index.js', import.meta.url)).replace(/\.js$/, ending()),
    failureConverterPath,
    logger: temporalLogger(deps.log),
  });
  const common = {
    connection,
    namespace: deps.namespace,
    dataConverter: dataConverter(deps.ring),
    shutdownGraceTime: '25s',
    shutdownForceTime: '40s',
    // A killed worker's cached runs are taken over after 2 s instead of 10 (spikes §7).
    stickyQueueScheduleToStartTimeout: '2s',
    activityTaskPollerBehavior: { type: 'autoscaling' },
  } satisfies Partial<WorkerOptions>;
  const { sendText, sendSecure, writePortalNote, checkDelivery, ...planning } = notices;
  return Promise.all([
    Worker.create({
      ...common,
      taskQueue: taskQueues.results,
      workflowBundle,
      // Store activities run as local activities, beside the workflow.
      activities: { ...results, ...planning },
      // New runs starve while cached ones are served unless pollers scale (spikes §7).
      workflowTaskPollerBehavior: { type: 'autoscaling' },
      maxCachedWorkflows: 500,
    }),
    Worker.create({
      ...common,
      taskQueue: taskQueues.athena,
      activities: { ...athena, ...createConnectionActivities(deps, env) },
      maxConcurrentActivityTaskExecutions: 10,
    }),
    Worker.create({
      ...common,
      taskQueue: taskQueues.athenaWrites,
      activities: { ...chart, writePortalNote },
      maxConcurrentActivityTaskExecutions: 10,
    }),
    Worker.create({
      ...common,
      taskQueue: taskQueues.texts,
      activities: { sendText, checkDelivery, ...texts },
      maxConcurrentActivityTaskExecutions: 20,
    }),
    Worker.create({
      ...common,
      taskQueue: taskQueues.spruce,
      activities: { sendSecure, checkDelivery, ...spruce },
      maxConcurrentActivityTaskExecutions: 10,
    }),
    Worker.create({
      ...common,
      taskQueue: taskQueues.pages,
      activities: { ...pages },
      maxConcurrentActivityTaskExecutions: 20,
    }),
  ]);
}

function ending(): string {
  return import.meta.url.endsWith('.ts') ? '.ts' : '.js';
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) await main();
