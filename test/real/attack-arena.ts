import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { NativeConnection } from '@temporalio/worker';
import type { SignalDefinition } from '@temporalio/workflow';
import type { Answer, Command, CommandBody } from '../../src/domain/lifecycle/facts.js';
import type { Line } from '../../src/domain/lifecycle/decisions.js';
import type { Staged } from '../workflows/memory-record.js';
import { openStateDir, type StateDir } from '../../src/embedded/state-dir.js';
import { startTemporal } from '../../src/embedded/temporal-server.js';
import { createLogger } from '../../src/observability/log.js';
import { installRuntime } from '../../src/observability/install-runtime.js';
import { dataConverter } from '../../src/security/data-converter.js';
import { newId } from '../../src/security/tokens.js';
import { CommandFailed } from '../../src/starters/outcome.js';
import { ask } from '../../src/starters/ask.js';
import { Chance } from '../../src/starters/demo/random.js';
import { ensureSearchAttributes } from '../../src/starters/namespace.js';
import {
  chartChanged,
  taskQueues,
  versionArrived,
  workflowIds,
  type LabResultInput,
} from '../../src/workflows/contract.js';
import { MemoryRecord } from '../workflows/memory-record.js';
import { replay, testRing, withStandIns } from '../workflows/stand-in-workers.js';
import type { StagedVersion } from '../../src/domain/lifecycle/state.js';
import { openPractice, type TestPractice } from './practice.js';

/**
 * A Temporal server of its own that suggests a restart after 60 events instead of 4,096, so that every result
 * restarts many times under fire.
 */
export async function startServer(): Promise<{ address: string; stateDir: StateDir }> {
  const stateDir = await openStateDir();
  // This copy of the environment belongs to the test file: limits can only be set on a server of our own.
  delete process.env.TEMPORAL_ADDRESS;
  const { address } = await startTemporal({
    stateDir,
    headless: true,
    dynamicConfig: ['limit.historyCount.suggestContinueAsNew=60'],
  });
  return { address, stateDir };
}

/** One command as it was sent, and what came of it. */
export interface Sent {
  readonly resultId: string;
  readonly id: string;
  readonly by: string;
  readonly hash: string | null;
  readonly body: CommandBody;
  isAsked: boolean;
  answer: Answer | null;
  /** Two doors heard different things of the same command. */
  isContradicted: boolean;
  ms: number;
}

/** Attackers of one namespace: what they sent, and what the record made of it. */
export class Arena {
  readonly chance = new Chance('attack');
  readonly record: MemoryRecord;
  /** Mark of each fact that the server took from a sender → result. Each must leave one event. */
  readonly marks = new Map<string, string>();
  readonly commands: Sent[] = [];
  sends = 0;
  reopened = 0;
  askedAgain = 0;
  /** What to do to a run just before it ends. */
  whileClosing: (resultId: string) => Promise<void> = () => Promise.resolve();
  readonly #later: Promise<void>[] = [];

  private constructor(
    readonly practice: TestPractice,
    readonly client: Client,
    readonly native: NativeConnection,
  ) {
    this.record = new MemoryRecord(() => practice.now());
    this.record.onRecorded = async (resultId, { projection }, lines) => {
      if (projection) await this.mirror(resultId, projection);
      for (const line of lines)
        if (line.do === 'note' && line.kind === 'closing') this.#later.push(this.chartLater(resultId, line));
      if (projection?.state.ending.kind === 'closed') this.#later.push(this.whileClosing(resultId));
    };
  }

  static async open(address: string, namespace: string, factor: number): Promise<Arena> {
    installRuntime({
      logger: createLogger('attack', { level: 'error' }),
      metrics: false,
    });
    const practice = await openPractice({ factor });
    const connection = await Connection.connect({ address });
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('24h'),
    });
    const client = new Client({ connection, namespace, dataConverter: dataConverter(testRing) });
    for (let k = 0; ; k += 1) {
      try {
        await ensureSearchAttributes(client);
        break;
      } catch (err) {
        if (k > 100) throw err;
        await delay(100);
      }
    }
    return new Arena(practice, client, await NativeConnection.connect({ address }));
  }

  run<T>(work: () => Promise<T>, options: { maxCachedWorkflows?: number } = {}): Promise<T> {
    const { native: connection, record } = this;
    return withStandIns({ connection, namespace: this.client.options.namespace, record, ...options }, work);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#later);
    await this.native.close();
    await this.client.connection.close();
  }

  /** A result with its row in the record's database, where `ask` looks once a run is gone. */
  async result(): Promise<string> {
    const resultId = newId();
    const { practice } = this.practice;
    await this.practice.deps.store.db
      .insertInto('result')
      .values({
        id: resultId,
        practice_id: practice.id,
        lane: 'notify',
        detected_at: this.practice.now(),
        detected_real_at: Date.now(),
      })
      .execute();
    this.record.of(resultId);
    return resultId;
  }

  async post(
    resultId: string,
    tier: StagedVersion['tier'],
    more: Partial<Staged> = {},
  ): Promise<StagedVersion> {
    const version = await this.record.post(resultId, tier, more);
    await this.practice.deps.store.db
      .updateTable('result')
      .set({ current_version: version.number })
      .where('id', '=', resultId)
      .execute();
    const times = this.chance.whole(1, 2);
    for (let i = 0; i < times; i += 1) await this.wake(resultId, versionArrived, { version: version.number });
    return version;
  }

  /** Starts a run for it if there is none. */
  async wake<A extends unknown[]>(resultId: string, signal: SignalDefinition<A>, ...args: A): Promise<void> {
    const { id: practiceId, clock } = this.practice.practice;
    this.sends += 1;
    await this.client.workflow.signalWithStart<(input: LabResultInput) => Promise<unknown>, unknown[]>(
      'labResult',
      {
        workflowId: workflowIds.result(resultId),
        taskQueue: taskQueues.results,
        args: [{ practiceId, resultId, clock }],
        signal: signal.name,
        signalArgs: args as unknown[],
      },
    );
  }

  /** To a run that is there; a run that is gone is woken. */
  async tell<A extends unknown[]>(resultId: string, signal: SignalDefinition<A>, ...args: A): Promise<void> {
    try {
      this.sends += 1;
      await this.client.workflow.getHandle(workflowIds.result(resultId)).signal(signal, ...args);
    } catch (err) {
      if (!(err instanceof WorkflowNotFoundError)) throw err;
      this.reopened += 1;
      await this.wake(resultId, signal, ...args);
    }
  }

  write(resultId: string, body: CommandBody, hash: string | null): Sent {
    const id = newId();
    // A person of its own for each command: its event names them, so that every decision can be found again.
    const by = `dr-${this.commands.length}`;
    const command: Command = { id, by, credentialed: true, at: this.practice.now(), hash, body };
    this.record.of(resultId).commands.set(id, command);
    const sent: Sent = {
      resultId,
      id,
      by,
      hash,
      body,
      isAsked: false,
      answer: null,
      isContradicted: false,
      ms: 0,
    };
    this.commands.push(sent);
    return sent;
  }

  /** The product's own `ask`, again for whoever was told to look again later: in the end the answer comes. */
  async ask(sent: Sent): Promise<Answer> {
    const from = performance.now();
    sent.isAsked = true;
    for (;;) {
      try {
        this.sends += 1;
        const answer = await ask(this.client, this.practice.deps.store, sent.resultId, sent.id);
        sent.isContradicted ||=
          sent.answer !== null && (sent.answer.refusal === null) !== (answer.refusal === null);
        sent.answer = answer;
        this.remember(sent, answer);
        sent.ms = performance.now() - from;
        return answer;
      } catch (err) {
        if (!(err instanceof CommandFailed) || performance.now() - from > 100_000) throw err;
        this.askedAgain += 1;
        // Two mirrors may have overtaken each other; the product's record is written in the order of its batches.
        const { projection } = this.record.of(sent.resultId);
        if (projection) await this.mirror(sent.resultId, projection);
      }
    }
  }

  /** As the product's record does: a run that hears of it later says the same. */
  private remember({ resultId, id }: Sent, { refusal }: Answer): void {
    const { commands } = this.record.of(resultId);
    const command = commands.get(id);
    if (refusal !== null && command) commands.set(id, { ...command, refused: refusal });
  }

  /** Waits until every mark is in the record and every command answered; gives up after 40 s. */
  async settled(): Promise<void> {
    // Ladders ring on for ever, so nothing ever becomes quiet by itself.
    const giveUpAt = Date.now() + 40_000;
    while (Date.now() < giveUpAt) {
      await Promise.race([Promise.all(this.#later.splice(0)), delay(5_000, undefined, { ref: false })]);
      if (this.#later.length === 0 && this.missing().length === 0 && this.unrecorded().length === 0) return;
      await delay(100);
    }
  }

  /** Commands without an answer, or accepted and not in the timeline yet. */
  private unrecorded(): Sent[] {
    return this.commands.filter(
      (c) => c.isAsked && (!c.answer || (c.answer.refusal === null && this.decisionsOf(c).length === 0)),
    );
  }

  /** A fact that the timeline must name exactly once. */
  mark(resultId: string): string {
    const mark = newId();
    this.marks.set(mark, resultId);
    return mark;
  }

  missing(): string[] {
    return [...this.marks.keys()].filter((mark) => this.timesSeen(mark) === 0);
  }

  doubled(): string[] {
    return [...this.marks.keys()].filter((mark) => this.timesSeen(mark) > 1);
  }

  events(resultId: string) {
    return this.record
      .of(resultId)
      .lines.filter((l): l is Extract<Line, { do: 'event' }> => l.do === 'event');
  }

  private timesSeen(mark: string): number {
    return this.events(this.marks.get(mark) ?? '').filter(
      ({ data }) => data.channel === mark || data.command === mark || data.note === mark,
    ).length;
  }

  /** Events of the person who gave a command: one when it was accepted, none when it was refused. */
  decisionsOf(sent: Sent) {
    return this.events(sent.resultId).filter((e) => e.actor === sent.by);
  }

  /** Steps that acted, in order. */
  steps(resultId: string): string[] {
    return this.events(resultId).flatMap((e) => (e.kind === 'step-due' ? [String(e.data.step)] : []));
  }

  /** Real ms between each clock's end and what it did. */
  lateness(factor: number): number[] {
    return [...this.record.results.keys()].flatMap((id) =>
      this.events(id).flatMap((e) => (e.kind === 'step-due' ? [(e.at - Number(e.data.dueAt)) / factor] : [])),
    );
  }

  /**
   * Replays what happened: whoever takes over a run must come to the same decisions.
   * @returns How many runs were replayed.
   * @throws DeterminismViolationError
   */
  async replayRuns(atMost: number): Promise<number> {
    const { workflow } = this.client;
    let replayed = 0;
    for await (const run of workflow.list({ query: 'WorkflowType = "labResult"' })) {
      if ((replayed += 1) > atMost) return atMost;
      await replay(await workflow.getHandle(run.workflowId, run.runId).fetchHistory(), run.workflowId);
    }
    return replayed;
  }

  restarts(): Promise<number> {
    return this.client.workflow.count('ExecutionStatus = "ContinuedAsNew"').then((c) => c.count);
  }

  completed(): Promise<number> {
    return this.client.workflow.count('ExecutionStatus = "Completed"').then((c) => c.count);
  }

  private async chartLater(resultId: string, line: Extract<Line, { do: 'note' }>): Promise<void> {
    await delay(this.chance.whole(0, 200));
    const id = newId();
    const fact = {
      id,
      at: this.practice.now(),
      noteKey: line.key,
      noteKind: line.kind,
      state: 'confirmed' as const,
    };
    await this.tell(resultId, chartChanged, fact).catch(() => undefined);
  }

  private async mirror(resultId: string, { state, phase, waitsFor }: MirrorOf): Promise<void> {
    await this.practice.deps.store.db
      .updateTable('result')
      .set({
        phase,
        waits_for: waitsFor,
        state: JSON.stringify(state),
        closure: state.ending.kind === 'closed' ? state.ending.closure : null,
      })
      .where('id', '=', resultId)
      .execute();
  }
}

type MirrorOf = NonNullable<ReturnType<MemoryRecord['of']>['projection']>;
