import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { apply, obligations } from '../domain/lifecycle/apply.js';
import { unloaded } from '../domain/lifecycle/begin.js';
import { earliest } from '../domain/lifecycle/deadlines.js';
import type { Duty } from '../domain/lifecycle/decisions.js';
import type { Answer, Fact } from '../domain/lifecycle/facts.js';
import { phaseOf, viewOf, waitsFor } from '../domain/lifecycle/phase.js';
import type { Closure, ResultState } from '../domain/lifecycle/state.js';
import * as contract from './contract.js';
import { dutyFacts, loadCommand } from './duties.js';
import { Inbox } from './inbox.js';
import { PracticeTime } from './practice-time.js';

/**
 * The whole life of one result. Handlers only queue facts; the reducer in `domain/lifecycle` decides; duties are
 * started without being awaited, so that no vendor can stop a clock; one place waits. The shape, and how each
 * simpler one breaks, is in docs/architecture.md.
 */
export async function labResult(input: contract.LabResultInput): Promise<Closure> {
  const time = new PracticeTime(input.clock);
  const inbox = new Inbox();
  const inFlight = new Set<string>();
  const shown = new Shown(input.practiceId);
  let state = input.resume ?? unloaded;

  const told = (fact: DistributiveOmit<Fact, 'at'> & { at?: number }) =>
    inbox.tell({ at: time.now(), ...fact });
  const commanded = async ({ commandId }: contract.CommandRef): Promise<Answer> => {
    const command = await loadCommand(input, commandId);
    return command
      ? inbox.ask({ id: commandId, kind: 'command', at: time.now(), command })
      : inbox.ask({ id: `proposal/${commandId}`, kind: 'proposal', at: time.now(), commandId });
  };
  const commandSignalled = async (ref: contract.CommandRef): Promise<void> => void (await commanded(ref));

  setHandler(contract.versionArrived, ({ version, late }) =>
    told({ id: `version/${version}`, kind: 'version-arrived', version, ...(late && { late }) }),
  );
  setHandler(contract.identityChanged, (f) => told({ ...f, kind: 'identity' }));
  setHandler(contract.command, commandSignalled);
  setHandler(contract.signOff, commandSignalled);
  setHandler(contract.deliveryStatus, (f) => told({ ...f, kind: 'delivery-status' }));
  setHandler(contract.linkOpened, (f) => told({ ...f, kind: 'link-opened' }));
  setHandler(contract.patientPageConfirmed, (f) => told({ ...f, kind: 'page-confirmed' }));
  setHandler(contract.patientReplied, (f) => told({ ...f, kind: 'patient-replied' }));
  setHandler(contract.chartChanged, (f) => told({ ...f, kind: 'chart-changed' }));
  setHandler(contract.patientChanged, (f) => told({ ...f, kind: 'patient-changed' }));
  setHandler(contract.resumeFromRecord, () => undefined);
  setHandler(contract.ask, commanded);
  setHandler(contract.stateQuery, () => viewOf(state));

  const begin = (duty: Duty): void => {
    if (inFlight.has(duty.id)) return;
    inFlight.add(duty.id);
    void perform(duty).then((fact) => {
      inFlight.delete(duty.id);
      inbox.tell(fact);
    });
  };
  const perform = async (duty: Duty): Promise<Fact> => {
    try {
      return await dutyFacts(input, duty, state, time);
    } catch (err) {
      // Only an activity that gave up becomes a fact; anything else is a bug and must stay loud.
      if (!(err instanceof ActivityFailure)) throw err;
      return {
        id: `failed/${duty.id}`,
        kind: 'duty-failed',
        at: time.now(),
        dutyId: duty.id,
        code: failureCode(err),
      };
    }
  };

  if (!state.loaded) inbox.tell(await perform({ id: 'load', kind: 'load' }));

  for (;;) {
    const batch = state.loaded ? inbox.take() : loadedFirst(inbox.take());
    for (const { fact, answer } of batch) {
      const out = apply(state, fact);
      state = out.state;
      answer?.resolve(out.answer);
    }
    for (let d = earliest(state); d && d.at <= time.now(); d = earliest(state))
      state = apply(state, {
        id: `${d.step}@${d.at}`,
        kind: 'deadline',
        at: time.now(),
        step: d.step,
        dueAt: d.at,
      }).state;
    for (const duty of obligations(state)) begin(duty);
    shown.update(state);

    const quiet = () => inFlight.size === 0 && allHandlersFinished();
    const closed = state.ending.kind === 'closed' && state.duties.length === 0 && state.lines.length === 0;
    const leaving = closed || workflowInfo().continueAsNewSuggested;
    if (leaving && quiet() && !inbox.hasFacts) {
      // No await between this check and the exit: a signal that arrives now makes the server refuse the exit.
      if (closed && state.ending.kind === 'closed') return state.ending.closure;
      await continueAsNew<typeof labResult>({ ...input, resume: state });
    }
    const wake = () => inbox.hasFacts || (leaving && quiet());
    const due = earliest(state);
    if (due) await condition(wake, time.realUntil(due.at), { summary: due.words });
    else await condition(wake);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The record comes before anything that was queued while it loaded. */
function loadedFirst<T extends { fact: Fact }>(entries: T[]): T[] {
  return [...entries].sort((a, b) => Number(b.fact.kind === 'loaded') - Number(a.fact.kind === 'loaded'));
}

function failureCode(err: ActivityFailure): string {
  const cause = err.cause as { type?: string } | undefined;
  return cause?.type ?? 'gave-up';
}

/** What operators see in the Temporal UI. Written only when it changed. */
class Shown {
  private details = '';
  private attributes = '';

  constructor(private readonly practiceId: string) {}

  update(state: ResultState): void {
    const details = waitsFor(state);
    if (details !== this.details) setCurrentDetails((this.details = details));
    const due = earliest(state);
    const values = {
      tier: state.version?.tier ?? 'none',
      phase: phaseOf(state),
      owner: state.ownerId ?? 'none',
      // Whole minutes: the ladder of a critical moves its next tick constantly.
      dueAt: due ? Math.floor(due.at / 60_000) * 60_000 : null,
      escalation: state.escalation,
    };
    const text = JSON.stringify(values);
    if (text === this.attributes) return;
    this.attributes = text;
    const a = contract.searchAttributes;
    upsertSearchAttributes([
      { key: a.practice, value: this.practiceId },
      { key: a.tier, value: values.tier },
      { key: a.phase, value: values.phase },
      { key: a.owner, value: values.owner },
      { key: a.dueAt, value: values.dueAt === null ? null : new Date(values.dueAt) },
      { key: a.escalation, value: values.escalation },
    ]);
  }
}
