import type { Closure } from './state.js';
import type { Turn } from './turn.js';

/** True for content that may be told to a patient: never a preliminary result (L41). */
export function mayBeTold(turn: Turn): boolean {
  const { version, patientSteps, lane } = turn.state;
  if (!version || patientSteps === 'held' || lane === 'historic') return false;
  return version.status === 'final' || version.status === 'corrected';
}

/** Asks for a patient message about the current version. The notice itself chooses channel and moment (L19). */
export function askNotice(turn: Turn): void {
  const { version, acknowledgement, telling, toldVersion } = turn.state;
  if (!version || acknowledgement || !mayBeTold(turn)) return;
  if (telling.kind !== 'not-asked' && telling.version === version.number) return;
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

const closureOf = {
  call: 'reached',
  'authorised-person': 'reached',
  'emergency-care': 'handed-over',
  page: 'acknowledged',
  reply: 'acknowledged',
  letter: 'notified-by-letter',
  told: 'acknowledged',
} as const satisfies Record<string, Closure>;

/** Settles a result once the patient knows and the provider has decided. Both, in either order. */
export function settleIfDone(turn: Turn): void {
  const { acknowledgement, decision, ending } = turn.state;
  if (ending.kind !== 'open' || !acknowledgement || decision.kind === 'awaited') return;
  settle(turn, closureOf[acknowledgement.how]);
}

/** The outcome is settled: open work ends, the closing note is written; the result closes with its proof (L45). */
export function settle(turn: Turn, closure: Closure): void {
  if (turn.state.ending.kind !== 'open') return;
  withdrawNotice(turn, 'settled');
  for (const task of turn.state.tasks) turn.endTask(task.kind, closure, true);
  const closings = turn.state.closings + 1;
  turn.set({
    ending: { kind: 'settled', closure, at: turn.now },
    closings,
    ladder: null,
    pages: [],
    nextPagePollAt: null,
  });
  turn.event('settled', { closure });
  turn.line({
    do: 'note',
    kind: 'closing',
    key: `closing/${closings}`,
    code: closure,
    at: turn.now,
    data: {},
  });
}
