import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/workflow';
import type { Practice } from '../store/practices.js';
import {
  chartChanged,
  command,
  deliveryStatus,
  identityChanged,
  linkOpened,
  noticeChanged,
  notesQueued,
  patientPageConfirmed,
  patientReplied,
  resumeFromRecord,
  taskQueues,
  versionArrived,
  workflowIds,
  type ChartWriterInput,
  type DeliveryStatus,
  type LabResultInput,
  type PageConfirmed,
  type PatientNoticeInput,
  type PatientReplied,
} from '../workflows/contract.js';

/** Tells workflows what happened outside. Every method may be repeated: facts carry ids. */
export interface Tell {
  versionArrived(practice: Practice, resultId: string, version: number): Promise<void>;
  /** A version that was kept and not taken over: it is looked at all the same (L41). */
  lateVersion(practice: Practice, resultId: string, version: number): Promise<void>;
  identity(
    practice: Practice,
    resultId: string,
    fact: { id: string; at: number; news: 'joined' | 'moved' | 'disputed'; other: string | null },
  ): Promise<void>;
  resume(practice: Practice, resultId: string): Promise<void>;
  delivery(practice: Practice, resultId: string, status: DeliveryStatus): Promise<void>;
  opened(practice: Practice, resultId: string, fact: { id: string; at: number }): Promise<void>;
  confirmed(practice: Practice, resultId: string, fact: PageConfirmed): Promise<void>;
  replied(practice: Practice, resultId: string, fact: PatientReplied): Promise<void>;
  charted(
    practice: Practice,
    resultId: string,
    fact: {
      id: string;
      at: number;
      noteKey: string;
      noteKind: string;
      state: 'confirmed' | 'failed' | 'unread';
    },
  ): Promise<void>;
  /** Hands over what a person decided; the workflow loads the row (architecture §5). */
  command(practice: Practice, resultId: string, commandId: string): Promise<void>;
  noticeChanged(practice: Practice, patientId: string): Promise<void>;
  notesQueued(practice: Practice): Promise<void>;
}

export function createTell(temporal: Client): Tell {
  const resultOptions = (practice: Practice, resultId: string) => ({
    workflowId: workflowIds.result(resultId),
    taskQueue: taskQueues.results,
    args: [{ practiceId: practice.id, resultId, clock: practice.clock }] as [LabResultInput],
    priority: { fairnessKey: practice.id },
  });
  /** News for a run that may be closed already: then the record has it, and nothing is left to decide. */
  const signal = async <A extends unknown[]>(
    resultId: string,
    definition: SignalDefinition<A>,
    ...args: A
  ) => {
    try {
      await temporal.workflow.getHandle(workflowIds.result(resultId)).signal(definition, ...args);
    } catch (err) {
      if (!(err instanceof WorkflowNotFoundError)) throw err;
    }
  };
  /** News that reopens a closed result (architecture §5). */
  const wake = <A extends unknown[]>(
    practice: Practice,
    resultId: string,
    definition: SignalDefinition<A>,
    ...args: A
  ) =>
    temporal.workflow.signalWithStart<(input: LabResultInput) => Promise<unknown>, unknown[]>('labResult', {
      ...resultOptions(practice, resultId),
      signal: definition.name,
      signalArgs: args as unknown[],
    });
  return {
    async versionArrived(practice, resultId, version) {
      await wake(practice, resultId, versionArrived, { version });
    },
    async lateVersion(practice, resultId, version) {
      await wake(practice, resultId, versionArrived, { version, late: true });
    },
    async identity(practice, resultId, fact) {
      await wake(practice, resultId, identityChanged, fact);
    },
    async resume(practice, resultId) {
      await wake(practice, resultId, resumeFromRecord);
    },
    delivery: (_practice, resultId, status) => signal(resultId, deliveryStatus, status),
    opened: (_practice, resultId, fact) => signal(resultId, linkOpened, fact),
    async confirmed(practice, resultId, fact) {
      await wake(practice, resultId, patientPageConfirmed, fact);
    },
    async replied(practice, resultId, fact) {
      await wake(practice, resultId, patientReplied, fact);
    },
    charted: (_practice, resultId, fact) => signal(resultId, chartChanged, fact),
    command: (_practice, resultId, commandId) => signal(resultId, command, { commandId }),
    async noticeChanged(practice, patientId) {
      await temporal.workflow.signalWithStart('patientNotice', {
        workflowId: workflowIds.notice(patientId),
        taskQueue: taskQueues.results,
        args: [{ practiceId: practice.id, patientId, clock: practice.clock } satisfies PatientNoticeInput],
        signal: noticeChanged,
      });
    },
    async notesQueued(practice) {
      await temporal.workflow.signalWithStart('chartWriter', {
        workflowId: workflowIds.chart(practice.id),
        taskQueue: taskQueues.results,
        args: [{ practiceId: practice.id, clock: practice.clock } satisfies ChartWriterInput],
        signal: notesQueued,
      });
    },
  };
}
