import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { ActivityDeps } from '../../src/activities/deps.js';
import { createVendors } from '../../src/activities/vendors.js';
import { createLogger } from '../../src/observability/log.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { importPractice } from '../../src/store/practices.js';
import { openSandbox, secret, type Practice } from '../sandbox/athenahealth-practice.js';
import { DeskPractice } from '../starters/desk-practice.js';

export interface Told {
  readonly workflowId: string;
  readonly signal: string;
  readonly fact: Readonly<Record<string, unknown>>;
}

/**
 * A practice on a real PostgreSQL whose athenahealth is the sandbox. What workflows would hear is written down instead.
 */
export class ChartDesk {
  readonly told: Told[] = [];

  private constructor(
    readonly desk: DeskPractice,
    readonly chart: Practice,
    private readonly stop: () => Promise<void>,
  ) {}

  declare readonly deps: ActivityDeps;

  /** @param settings of the practice, beside what lets chart writes go without pause. */
  static async open(settings: Record<string, unknown> = {}): Promise<ChartDesk> {
    const [desk, sandbox] = await Promise.all([DeskPractice.open(), openSandbox()]);
    const chart = await sandbox.practice();
    const { practice, store } = desk;
    const { clientId, url: baseUrl, id: athenaPracticeId } = chart;
    await importPractice(store, {
      ...practice,
      athenaPracticeId,
      settings: { ...practice.settings, chartWritesPerMinute: 60_000, ...settings },
      connections: { ...practice.connections, athenahealth: { baseUrl, clientId, clientSecret: secret } },
    });
    const opened = new ChartDesk(desk, chart, async () => {
      await sandbox.close();
      await desk.close();
    });
    const { told } = opened;
    const temporal = {
      workflow: {
        getHandle: (workflowId: string) => ({
          signal: async ({ name }: { name: string }, fact: Told['fact']) =>
            void told.push({ workflowId, signal: name, fact }),
        }),
        signalWithStart: async (
          _type: string,
          options: { workflowId: string; signal: string | { name: string }; signalArgs?: Told['fact'][] },
        ) => {
          const signal = typeof options.signal === 'string' ? options.signal : options.signal.name;
          told.push({ workflowId: options.workflowId, signal, fact: options.signalArgs?.[0] ?? {} });
        },
      },
    } as unknown as Client;
    const metrics = createMetrics();
    const log = createLogger('chart-desk', { level: 'silent' });
    const vendors = createVendors(store, metrics, () => undefined);
    return Object.assign(opened, { deps: { store, temporal, metrics, log, vendors } });
  }

  close(): Promise<void> {
    return this.stop();
  }

  /** Runs an activity as a worker would. */
  async run<I extends { practiceId: string }, O>(
    activity: (input: I) => Promise<O>,
    input: Omit<I, 'practiceId'>,
  ): Promise<O> {
    const env = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const full = { ...input, practiceId: this.desk.practice.id } as I;
    return env.run(activity, full);
  }
}
