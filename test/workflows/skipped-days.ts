import { Client } from '@temporalio/client';
// CommonJS: Node finds no named exports in it.
import proto from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { SignalDefinition } from '@temporalio/workflow';
import { identityClock } from '../../src/domain/calendar/clock-map.js';
import type { Answer, CommandBody } from '../../src/domain/lifecycle/facts.js';
import type { Line, PageOrder } from '../../src/domain/lifecycle/decisions.js';
import type { StagedVersion } from '../../src/domain/lifecycle/state.js';
import { dataConverter } from '../../src/security/data-converter.js';
import { newId } from '../../src/security/tokens.js';
import {
  ask,
  chartChanged,
  searchAttributeTypes,
  taskQueues,
  versionArrived,
  workflowIds,
  type DeliveryStatus,
  type LabResultInput,
} from '../../src/workflows/contract.js';
import { MemoryRecord, type Posted } from './memory-record.js';
import { testRing, whileRunning, withStandIns, workflowBundle } from './stand-in-workers.js';

const { IndexedValueType } = proto.temporal.api.enums.v1;
const typeNumbers = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
  Int: IndexedValueType.INDEXED_VALUE_TYPE_INT,
} as const;

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** Real time; else the server has lost a run, and would wait for it for ever. */
const hourTakesAtMostMs = 30_000;

type Event = Extract<Line, { do: 'event' }>;
export interface SentPage extends PageOrder {
  readonly sentAt: number;
}

/**
 * The product's workflows on a server that skips the time in which nothing happens, with a record in memory. Practice
 * time is the server's time. It moves only in {@link pass} and its like: what a test does in between happens at once.
 *
 * This server loses a run whose step cancels a timer in the very moment in which it fires (it answers "invalid history
 * builder state", and nothing comes after). So the clocks of one result are kept seconds apart, or fall together.
 */
export class SkippedDays {
  readonly record = new MemoryRecord(() => this.now());

  private constructor(
    private readonly env: TestWorkflowEnvironment,
    readonly client: Client,
  ) {}

  /** A server for one test: time is global to it, and work that is left over may hold it still for ever. */
  static async open(launcher: string): Promise<SkippedDays> {
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: launcher } },
    });
    // It takes new attributes and cannot list them.
    await env.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: Object.fromEntries(
        Object.entries(searchAttributeTypes).map(([name, type]) => [name, typeNumbers[type]]),
      ),
    });
    // The environment's own client would skip time by itself, and does not encrypt.
    const client = new Client({ connection: env.connection, dataConverter: dataConverter(testRing) });
    return new SkippedDays(env, client);
  }

  close(): Promise<void> {
    return this.env.teardown();
  }

  /** Runs the workers of results while `work` is going on. */
  async run(work: () => Promise<void>): Promise<void> {
    const { nativeConnection: connection } = this.env;
    await withStandIns({ connection, namespace: 'default', record: this.record }, work);
  }

  /** Runs workers with these activities, by task queue, while `work` is going on. */
  async serve(
    activities: Partial<Record<keyof typeof taskQueues, object>>,
    work: () => Promise<void>,
  ): Promise<void> {
    const workers = await Promise.all(
      Object.entries(activities).map(async ([queue, own]) =>
        Worker.create({
          connection: this.env.nativeConnection,
          taskQueue: taskQueues[queue as keyof typeof taskQueues],
          dataConverter: dataConverter(testRing),
          activities: own,
          shutdownForceTime: '2s',
          ...(queue === 'results' && { workflowBundle: await workflowBundle() }),
        }),
      ),
    );
    await whileRunning(workers, work);
  }

  now(): Promise<number> {
    return this.env.currentTimeMs();
  }

  /** Never twice at once: this server counts its sleepers wrongly. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= hour)
      await this.env.connection.withDeadline(Date.now() + hourTakesAtMostMs, () =>
        this.env.sleep(Math.min(left, hour)),
      );
  }

  /** Passes time until a clock has ended, and the minute within which it has to act. */
  async justAfter(at: number): Promise<void> {
    await this.pass(at + minute - (await this.now()));
  }

  async justBefore(at: number): Promise<void> {
    await this.pass(at - minute - (await this.now()));
  }

  /** Wakes a workflow that is no result, and starts it when it does not run. */
  async tell(workflow: string, workflowId: string, input: object, signal: SignalDefinition): Promise<void> {
    await this.client.workflow.signalWithStart(workflow, {
      workflowId,
      taskQueue: taskQueues.results,
      args: [{ practiceId: 'riverside', clock: identityClock, ...input }],
      signal,
    });
  }

  /**
   * Posts the first version of a new result, or the next of one that is there, and tells its workflow some seconds
   * later: the ladder of a critical counts from then, its other clocks from the detection.
   */
  async post(tier: StagedVersion['tier'], more: Posted = {}, resultId = newId()): Promise<PostedResult> {
    const { number } = await this.record.post(resultId, tier, more);
    await this.pass(10_000);
    const workflowId = workflowIds.result(resultId);
    await this.client.workflow.signalWithStart<(input: LabResultInput) => Promise<unknown>, unknown[]>(
      'labResult',
      {
        workflowId,
        taskQueue: taskQueues.results,
        args: [{ practiceId: 'riverside', resultId, clock: identityClock }],
        signal: versionArrived.name,
        signalArgs: [{ version: number }],
      },
    );
    return new PostedResult(this, resultId);
  }
}

/** One result: what is told to it, and what came of it. */
export class PostedResult {
  constructor(
    private readonly days: SkippedDays,
    readonly id: string,
  ) {}

  /** When its newest version was detected: its clocks run from here. */
  get detectedAt(): number {
    return this.#kept.versions.at(-1)?.version.detectedAt ?? NaN;
  }

  get hash(): string {
    return this.#kept.versions.at(-1)?.version.hash ?? '';
  }

  async tell<A extends unknown[]>(signal: SignalDefinition<A>, ...args: A): Promise<void> {
    await this.handle.signal(signal, ...args);
  }

  /** What a person decides: a command in the record, then the update that asks the workflow to judge it. */
  async decide(by: string, body: CommandBody, hash: string | null = this.hash): Promise<Answer['refusal']> {
    const id = newId();
    this.#kept.commands.set(id, { id, by, credentialed: true, at: await this.days.now(), hash, body });
    const { refusal } = await this.handle.executeUpdate(ask, { args: [{ commandId: id }], updateId: id });
    return refusal;
  }

  release(by = 'owner', hash = this.hash): Promise<Answer['refusal']> {
    return this.decide(by, { kind: 'sign-off', decision: 'release' }, hash);
  }

  /** News of the message about its newest version. */
  async delivery(
    status: DeliveryStatus['status'],
    more: Partial<DeliveryStatus> = {},
  ): Promise<{ at: number }> {
    const at = await this.days.now();
    const fact = {
      id: newId(),
      at,
      noticeId: newId(),
      version: this.#kept.versions.length,
      purpose: 'results',
    };
    await this.handle.signal('deliveryStatus', {
      ...{ ...fact, status, channel: 'text', task: null, why: null },
      ...more,
    });
    return { at };
  }

  /** The closing note is read back; the run ends. @returns how. */
  async chart(): Promise<unknown> {
    const closing = this.lines('note').findLast((l) => l.kind === 'closing');
    await this.tell(chartChanged, {
      id: newId(),
      at: await this.days.now(),
      noteKey: closing?.key ?? '',
      noteKind: 'closing',
      state: 'confirmed',
    });
    return this.handle.result();
  }

  async isRunning(): Promise<boolean> {
    return (await this.handle.describe()).status.name === 'RUNNING';
  }

  /** How often it went on in a new run. */
  async restarts(): Promise<number> {
    let { runId } = await this.handle.describe();
    for (let n = 0; ; n += 1) {
      const { events } = await this.days.client.workflow
        .getHandle(workflowIds.result(this.id), runId)
        .fetchHistory();
      const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
      if (!before) return n;
      runId = before;
    }
  }

  lines<K extends Line['do']>(kind: K): Extract<Line, { do: K }>[] {
    return this.#kept.lines.filter((l): l is Extract<Line, { do: K }> => l.do === kind);
  }

  events(kind: string): Event[] {
    return this.lines('event').filter((e) => e.kind === kind);
  }

  /** Steps whose clock ran out, in order. */
  get steps(): string[] {
    return this.events('step-due').map((e) => String(e.data.step));
  }

  get pages(): SentPage[] {
    return this.days.record.pages.filter((p) => p.resultId === this.id);
  }

  get polls(): number[] {
    return this.days.record.polls.filter((p) => p.resultId === this.id).map((p) => p.at);
  }

  get openTasks(): string[] {
    return this.#kept.projection?.state.tasks.map((t) => t.kind) ?? [];
  }

  private get handle() {
    return this.days.client.workflow.getHandle(workflowIds.result(this.id));
  }

  get #kept() {
    return this.days.record.of(this.id);
  }
}
