import { earliest } from './deadlines.js';
import type { View } from './facts.js';
import type { ResultState } from './state.js';
import { isMinor, isSameDay } from './urgency.js';

/** Where a result stands, for operators, lists and search attributes. */
export type Phase =
  | 'loading'
  | 'staging'
  | 'unmatched'
  | 'preliminary'
  | 'sign-off'
  | 'callback'
  | 'telling'
  | 'awaiting-acknowledgement'
  | 'follow-up'
  | 'recording'
  | 'closed';

/** The phase follows from the state; it is never stored beside it. */
export function phaseOf(state: ResultState): Phase {
  const { version, ending, decision, telling, tasks, acknowledgement } = state;
  if (!state.loaded) return 'loading';
  if (ending.kind === 'closed') return 'closed';
  if (ending.kind === 'settled') return 'recording';
  const has = (kind: string) => tasks.some((t) => t.kind === kind);
  if (!version) return has('match') ? 'unmatched' : 'staging';
  if (version.tier === 'critical' && has('callback') && !acknowledgement) return 'callback';
  if (decision.kind === 'awaited') return 'sign-off';
  if (version.status === 'preliminary') return 'preliminary';
  if (has('callback')) return 'callback';
  if (telling.kind === 'left' || telling.kind === 'confirmed') return 'awaiting-acknowledgement';
  if (telling.kind === 'asked' || telling.kind === 'sending') return 'telling';
  return 'follow-up';
}

const phaseWords: Record<Phase, string> = {
  loading: 'its record to be loaded',
  staging: 'its first version to be classified',
  unmatched: 'a person to find out whose it is',
  preliminary: 'the final result',
  'sign-off': 'a provider to sign off',
  callback: 'the patient to be reached by phone',
  telling: 'the message to leave',
  'awaiting-acknowledgement': 'the patient to acknowledge',
  'follow-up': 'a person to finish open work',
  recording: 'the chart note to be written and read back',
  closed: 'nothing: it is closed',
};

/** What it waits for; with its urgency where that has clocks of its own (L7, L9), and whose it is where nobody knows (L42). */
function wordsFor(state: ResultState, phase: Phase): string {
  const { version, lane, tasks, policy } = state;
  if (phase === 'follow-up' && lane === 'unmatched' && tasks.some((t) => t.kind === 'match'))
    return phaseWords.unmatched;
  if (phase === 'sign-off' && isSameDay(state)) return 'a provider to act the same day';
  if (phase === 'sign-off' && version && isMinor(policy, version)) return 'a provider to sign off (minor)';
  if (phase === 'callback' && isSameDay(state)) return 'the patient to be reached by phone the same day';
  return phaseWords[phase];
}

/** One sentence for the Temporal UI and for lists, without PHI: what it waits for, and what comes next. */
export function waitsFor(state: ResultState): string {
  const phase = phaseOf(state);
  const open = state.tasks.map((t) => (t.acceptedBy ? `${t.kind} (accepted)` : t.kind));
  const work = open.length > 0 ? ` Open: ${open.join(', ')}.` : '';
  const next = earliest(state);
  const then = next ? ` Next: ${next.words}.` : '';
  return `Waits for ${wordsFor(state, phase)}.${work}${then}`;
}

export function viewOf(state: ResultState): View {
  const due = earliest(state);
  return {
    phase: phaseOf(state),
    waitsFor: waitsFor(state),
    tier: state.version?.tier ?? null,
    urgency: state.version?.urgency ?? null,
    version: state.version?.number ?? 0,
    hash: state.version?.hash ?? null,
    ownerId: state.ownerId,
    due: due ? { at: due.at, step: due.step } : null,
    tasks: state.tasks.map(({ kind, acceptedBy, dueAt }) => ({ kind, acceptedBy, dueAt })),
    escalation: state.escalation,
  };
}
