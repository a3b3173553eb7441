import type { Told } from './facts.js';
import type { Closure, ResultState } from './state.js';
import type { Turn } from './turn.js';

/**
 * True for content that may be told to a patient: never a preliminary result (L41), never a withdrawn or cancelled
 * one. A status that nobody can read counts once a provider has released it.
 */
export function mayBeTold(state: ResultState): boolean {
  const { version, patientSteps, lane, decision } = state;
  if (!version || patientSteps === 'held' || lane === 'historic' || state.disputed) return false;
  // L4: until it is matched, or a provider released it.
  if (lane === 'unmatched' && decision.kind !== 'released') return false;
  if (version.tier === null || version.tier === 'void') return false;
  if (version.status === 'unknown') return decision.kind === 'released';
  return version.status === 'final' || version.status === 'corrected';
}

/** S000-T6, L20: a normal needs no decision; everything else only with a release of the current version. */
function isReleased(state: ResultState): boolean {
  const { decision, version } = state;
  return decision.kind === 'released' || (decision.kind === 'not-needed' && version?.tier === 'normal');
}

/** Asks for a patient message about the current version. The notice itself chooses channel and moment (L19). */
export function askNotice(turn: Turn): void {
  const { version, acknowledgement, telling, toldVersion } = turn.state;
  if (!version || acknowledgement || !mayBeTold(turn.state) || !isReleased(turn.state)) return;
  if (telling.kind !== 'not-asked') return;
  turn.set({ telling: { kind: 'asked', version: version.number, at: turn.now } });
  const purpose = toldVersion === null ? 'results' : 'update';
  turn.line({ do: 'ask-notice', purpose, version: version.number, at: turn.now });
  turn.event('message-asked', { purpose, version: version.number });
}

/** Takes back a message that has not left (L33, L41). It never revives. */
export function withdrawNotice(turn: Turn, why: string): void {
  const { telling } = turn.state;
  if (telling.kind !== 'asked' && telling.kind !== 'sending') return;
  turn.set({ telling: { kind: 'not-asked' } });
  turn.line({ do: 'withdraw-notice', why, at: turn.now });
  turn.event('message-withdrawn', { why });
}

/** L33: the message has no known effect in time. Whatever of it has not left is cancelled; a person goes on. */
export function giveToPerson(turn: Turn, why: string): void {
  const { telling, version } = turn.state;
  if (!version || telling.kind === 'not-asked' || telling.kind === 'with-person') return;
  turn.line({ do: 'withdraw-notice', why, at: turn.now });
  turn.event('message-withdrawn', { why });
  turn.set({ telling: { kind: 'with-person', version: telling.version, at: turn.now } });
}

/** L41: the patient knows of it or may: an effect of unknown outcome counts. */
export function isTold({ toldVersion, telling, acknowledgement }: ResultState): boolean {
  if (toldVersion !== null || acknowledgement !== null) return true;
  return telling.kind === 'left' || telling.kind === 'confirmed' || telling.kind === 'sending';
}

/** True when what the patient answers can only be about the current content. */
export function isAnswerable(state: ResultState, told: Told | undefined): boolean {
  const { version, telling, toldVersion } = state;
  if (!version || version.tier === null || version.tier === 'void') return false;
  if (told !== undefined) {
    // After a cosmetic change the message of the version before still speaks of what is current.
    const isCurrent = telling.kind !== 'not-asked' && telling.version === told;
    return told !== null && (told === version.number || isCurrent);
  }
  // Our own news of the sending may come after the patient's answer; before any message there is none.
  if (toldVersion === null) return telling.kind !== 'not-asked';
  if (toldVersion === version.number) return true;
  return telling.kind === 'sending' || telling.kind === 'left' || telling.kind === 'confirmed';
}

const closureOf = {
  call: 'reached',
  'authorised-person': 'reached',
  'emergency-care': 'handed-over',
  page: 'acknowledged',
  reply: 'acknowledged',
  letter: 'notified-by-letter',
  told: 'acknowledged',
} as const satisfies Record<string, Closure>;

/**
 * Settles a result once the patient knows and the provider has decided, in either order. Not while the patient
 * waits for an answer (L35), and not before the final result (L41).
 */
export function settleIfDone(turn: Turn): void {
  const { acknowledgement, decision, ending, version } = turn.state;
  if (ending.kind !== 'open' || !acknowledgement || decision.kind === 'awaited') return;
  if (version?.status === 'preliminary' || turn.task('reply') || wantedCall(turn)) return;
  settle(turn, closureOf[acknowledgement.how]);
}

/** The open callback that the patient asked for, if any: an acknowledgement does not end it. */
export function wantedCall(turn: Turn): boolean {
  const callback = turn.task('callback');
  return callback !== undefined && turn.state.fired[`wants-call/${callback.opening}`] !== undefined;
}

/** The outcome is settled: open work ends, the closing note is written; the result closes with its proof (L45). */
export function settle(turn: Turn, closure: Closure): void {
  if (turn.state.ending.kind !== 'open') return;
  withdrawNotice(turn, 'settled');
  for (const task of turn.state.tasks) turn.endTask(task.kind, closure, true);
  turn.event('settled', { closure });
  if (turn.state.unclaimed) return closeWithoutNote(turn, closure);
  const closings = turn.state.closings + 1;
  turn.set({
    ending: { kind: 'settled', closure, at: turn.now },
    closings,
    ladder: null,
    nextPagePollAt: null,
  });
  turn.line({
    do: 'note',
    kind: 'closing',
    key: `closing/${closings}`,
    code: closure,
    at: turn.now,
    data: {},
  });
}

/** Nothing of it can go into a chart, because nobody knows into whose. */
export function closeWithoutNote(turn: Turn, closure: Closure): void {
  turn.set({ ending: { kind: 'closed', closure, at: turn.now }, ladder: null, nextPagePollAt: null });
  turn.line({ do: 'close', closure, at: turn.now });
  turn.event('closed', { closure });
}

/** Life after the end (architecture §5). `was`: how it ends again once the reason is dealt with. */
export function reopen(turn: Turn, why: string, was?: Closure): void {
  if (turn.state.ending.kind === 'open') return;
  turn.set({ ending: was ? { kind: 'open', was } : { kind: 'open' } });
  turn.line({ do: 'reopen', at: turn.now });
  turn.event('reopened', { why });
}
