import { Client, type Connection } from '@temporalio/client';
import { newId } from '../../security/tokens.js';

/**
 * Enough that each of a queue's usual four partitions has some of both. The last one drained has fewer than two of the
 * many in one of a thousand tries; then it is tried again.
 */
const tasksPerKey = 32;
const tries = 2;
const pollMs = 5_000;
const bulk = 'bulk';

/**
 * Whether the server shares a task queue out fairly. No call tells, so it is tried, on a queue of its own that no worker
 * serves: much work under one fairness key, then as much under keys of its own each. Fairly shared out, the last task
 * handed out is one of the many; first come, first served, it is one that came last. The runs are deleted afterwards.
 */
export async function probeFairness(connection: Connection, namespace: string): Promise<'fair' | 'unfair'> {
  for (let i = 0; i < tries; i += 1) if (await isShared(connection, namespace)) return 'fair';
  return 'unfair';
}

async function isShared(connection: Connection, namespace: string): Promise<boolean> {
  const taskQueue = `doctor-${newId()}`;
  const client = new Client({ connection, namespace });
  const runs: string[] = [];
  const start = async (key: string, i: number) => {
    const workflowId = `${taskQueue}/${key}/${i}`;
    await client.workflow.start('doctorProbe', {
      taskQueue,
      workflowId,
      priority: { fairnessKey: key },
      workflowExecutionTimeout: '2m',
    });
    runs.push(workflowId);
  };
  const all = Array.from({ length: tasksPerKey }, (_, i) => i);
  try {
    await Promise.all(all.map((i) => start(bulk, i)));
    await Promise.all(all.map((i) => start(`single-${i}`, i)));
    let last = '';
    for (let taken = 0; taken < runs.length; taken += 1)
      last = await takeTask(connection, namespace, taskQueue);
    return last.startsWith(`${taskQueue}/${bulk}/`);
  } finally {
    await Promise.all(
      runs.map((workflowId) =>
        connection.workflowService
          .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } })
          // It times out by itself.
          .catch(() => undefined),
      ),
    );
  }
}

/** Whose workflow task is handed out next. */
async function takeTask(connection: Connection, namespace: string, taskQueue: string): Promise<string> {
  const { workflowExecution } = await connection.withDeadline(Date.now() + pollMs, () =>
    connection.workflowService.pollWorkflowTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      identity: 'doctor',
    }),
  );
  return workflowExecution?.workflowId ?? '';
}
