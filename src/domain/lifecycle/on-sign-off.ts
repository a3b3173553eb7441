import { openCallback } from './callback.js';
import { startCriticalLadder } from './critical-ladder.js';
import type { Command, CommandBody, Refusal } from './facts.js';
import type { TaskKind, Urgency } from './state.js';
import { askNotice, mayBeTold, settle, settleIfDone } from './telling.js';
import type { Turn } from './turn.js';
import { isSameDay } from './urgency.js';

/** A provider's decision on the current version (L20). */
export function signOff(
  turn: Turn,
  command: Command,
  body: Extract<CommandBody, { kind: 'sign-off' }>,
): Refusal | null {
  const { version, decision, ending, arriving } = turn.state;
  if (!command.credentialed) return 'not-credentialed';
  if (ending.kind === 'closed') return 'closed';
  if (!version || arriving !== null || command.hash !== version.hash) return 'stale-version';
  if (decision.kind !== 'awaited') return 'nothing-to-sign';
  const task: TaskKind = turn.task('review') ? 'review' : 'sign-off';
  const by = command.by;
  switch (body.decision) {
    case 'release':
      if (version.status === 'preliminary') return 'not-final';
      turn.set({ decision: { kind: 'released', version: version.number, by, at: turn.now } });
      turn.endTask(task, 'released');
      turn.line({ do: 'release', version: version.number, by, at: turn.now });
      signed(turn, by, 'release');
      tell(turn);
      return null;
    case 'call-instead':
      turn.set({ decision: { kind: 'call-instead', version: version.number, by, at: turn.now } });
      turn.endTask(task, 'call-instead');
      signed(turn, by, 'call-instead');
      if (!turn.state.acknowledgement) openCallback(turn, version.contactByAt);
      settleIfDone(turn);
      return null;
    case 'not-mine':
      turn.event('not-mine', { task }, by);
      turn.passOn(task, by);
      return null;
    case 'change-tier':
      if (body.tier === 'normal' && version.status === 'preliminary') return 'not-final';
      if (body.tier === version.tier) return null;
      turn.event('tier-changed', { from: version.tier, to: body.tier }, by);
      turn.set({ version: { ...version, tier: body.tier, urgency: urgencyOf(turn, body.tier) } });
      if (body.tier === 'critical') {
        turn.openTask('callback', 'owner', turn.now + turn.state.policy.criticalAttemptMs);
        startCriticalLadder(turn, turn.now);
        return null;
      }
      if (version.tier === 'critical') endCriticalCallback(turn);
      if (body.tier === 'abnormal') {
        const due = turn.task(task)?.dueAt ?? turn.now + turn.state.policy.signOffOwnerMs;
        turn.endTask(task, 'tier-changed', task === 'review');
        turn.openTask('sign-off', 'owner', due);
        return null;
      }
      turn.set({ decision: { kind: 'released', version: version.number, by, at: turn.now } });
      turn.endTask(task, 'tier-changed');
      turn.line({ do: 'release', version: version.number, by, at: turn.now });
      signed(turn, by, 'tier-changed');
      tell(turn);
      return null;
    default:
      body satisfies never;
      return 'unknown-command';
  }
}

/** Another tier has no other clock by itself: what was same-day is still to be told that day (L7). */
function urgencyOf(turn: Turn, tier: 'critical' | 'abnormal' | 'normal'): Urgency {
  if (tier === 'critical') return 'critical';
  return tier === 'abnormal' && isSameDay(turn.state) ? 'same-day' : 'standard';
}

/** A released result is told by its lane (L1); nobody is told twice who knows already. */
function tell(turn: Turn): void {
  const { version, lane, patientSteps, acknowledgement } = turn.state;
  if (lane === 'told-at-visit' && version?.tier !== 'critical') return settle(turn, lane);
  if (lane === 'copy' && version?.tier === 'normal') return settle(turn, lane);
  askNotice(turn);
  settleIfDone(turn);
  // A release that no message can carry out is work for a person, never silence.
  if (!acknowledgement && patientSteps === 'open' && !mayBeTold(turn.state)) openCallback(turn, turn.now);
}

/** L44: our sign-off names the clinician in an action note. */
function signed(turn: Turn, by: string, decision: string): void {
  const version = turn.state.version?.number ?? 0;
  turn.event('signed-off', { decision, version }, by);
  turn.line({
    do: 'note',
    kind: 'action',
    key: `v${version}/signed-off`,
    code: decision,
    at: turn.now,
    data: { by },
  });
}

function endCriticalCallback(turn: Turn): void {
  turn.endTask('callback', 'tier-changed', true);
  turn.set({ ladder: null });
}
