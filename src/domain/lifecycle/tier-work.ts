import { afterStaffed, nextOpening } from '../calendar/open-hours.js';
import { startCriticalLadder } from './critical-ladder.js';
import type { Fact } from './facts.js';
import { actBy, startSameDay } from './same-day.js';
import type { StagedVersion, TaskKind } from './state.js';
import { askNotice, settle } from './telling.js';
import type { Turn } from './turn.js';
import { isSameDay, signOffClocks } from './urgency.js';

type Staged = Extract<Fact, { kind: 'staged' }>;

/** First sight of a result: what its tier needs (lifecycle §2). */
export function begin(turn: Turn, fact: Staged): void {
  turn.event('assigned', { owner: fact.ownerId, orderedBy: fact.orderedBy, routed: fact.routed });
  turn.endTask('match', 'matched');
  if (!fact.routed) turn.openTask('match', 'keeper', dueIn(turn, turn.state.policy.signOffOwnerMs));
  if (fact.lane === 'unmatched') {
    const { hours, policy } = turn.state;
    turn.openTask('match', 'keeper', afterStaffed(hours, turn.now, policy.replyStaffedMs));
  }
  startTier(turn);
}

/** The work that a version's tier asks for, by its lane (L1, lifecycle §2). */
export function startTier(turn: Turn): void {
  const { version, policy, lane } = turn.state;
  if (!version) return;
  if (lane === 'historic') return startHistoric(turn);
  if (lane === 'unmatched' && version.tier !== 'critical') {
    turn.set({ decision: { kind: 'not-needed' } });
    return startSameDay(turn, 'match');
  }
  if (version.tier === null) {
    // L41: cancelled or not performed. The orderer is told; the patient only hears that what they were told is void.
    turn.set({ decision: { kind: 'not-needed' } });
    if (turn.state.toldVersion !== null)
      turn.openTask('retraction', 'owner', dueIn(turn, policy.signOffOwnerMs));
    turn.openTask('follow-up', 'owner', dueIn(turn, policy.signOffOwnerMs));
    turn.page({ step: step(turn, 'not-performed'), task: 'follow-up', roles: ['owner'], critical: false });
    return;
  }
  switch (version.tier) {
    case 'critical':
      turn.openTask('callback', 'owner', dueIn(turn, policy.criticalAttemptMs));
      awaitDecision(turn, 'sign-off');
      startCriticalLadder(turn, version.detectedAt);
      return;
    case 'abnormal':
    case 'review':
      return startAbnormal(turn, version);
    case 'normal':
      return startNormal(turn);
    case 'void':
      turn.set({ decision: { kind: 'not-needed' } });
      if (turn.state.toldVersion !== null)
        turn.openTask('retraction', 'owner', dueIn(turn, policy.signOffOwnerMs));
      else if (!turn.task('follow-up')) settle(turn, 'void');
      return;
    default:
      version.tier satisfies never;
  }
}

function startAbnormal(turn: Turn, version: StagedVersion): void {
  const isFinal = version.status !== 'preliminary';
  const task = version.tier === 'review' || !isFinal ? 'review' : 'sign-off';
  turn.set({ decision: { kind: 'not-needed' } });
  if (isFinal) awaitDecision(turn, task);
  // What cannot wait for tomorrow does not wait for the final either: a person looks (L7, L41).
  else if (isSameDay(turn.state)) turn.openTask(task, 'owner', actBy(turn.state, version));
  startSameDay(turn, task);
}

/** L1: only the lane `notify` tells a patient by itself. */
function startNormal(turn: Turn): void {
  const { version, lane } = turn.state;
  turn.set({ decision: { kind: 'not-needed' } });
  if (version?.status === 'preliminary') return;
  if (lane === 'copy' || lane === 'told-at-visit') return settle(turn, lane);
  if (lane === 'review') return awaitDecision(turn, 'review');
  askNotice(turn);
}

export function awaitDecision(turn: Turn, task: TaskKind): void {
  turn.set({ decision: { kind: 'awaited' } });
  turn.openTask(task, 'owner', signOffBy(turn));
}

/** When the decision is due: within 4 staffed hours (L7), 24 h (L8) or 72 h (L9). */
function signOffBy(turn: Turn): number {
  const { version, policy } = turn.state;
  if (!version) return dueIn(turn, policy.signOffOwnerMs);
  return isSameDay(turn.state)
    ? actBy(turn.state, version)
    : dueIn(turn, signOffClocks(policy, version).ownerMs);
}

/** L2: record only; a critical or same-day value of an old result is looked at in staffed hours. */
function startHistoric(turn: Turn): void {
  const { version, hours, policy } = turn.state;
  turn.set({ decision: { kind: 'not-needed' } });
  const urgent = version?.urgency === 'critical' || version?.urgency === 'same-day';
  if (!urgent) return settle(turn, 'historic');
  turn.openTask('review', 'owner', nextOpening(hours, turn.now) + policy.replyStaffedMs);
}

function dueIn(turn: Turn, ms: number): number {
  return (turn.state.version?.detectedAt ?? turn.now) + ms;
}

/** A step of the current version. */
export function step(turn: Turn, name: string): string {
  return `v${turn.state.version?.number ?? 0}/${name}`;
}
