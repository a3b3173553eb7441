import { nextOpening } from '../calendar/open-hours.js';
import { startCriticalLadder } from './critical-ladder.js';
import type { Fact } from './facts.js';
import { askNotice, settle, withdrawNotice } from './telling.js';
import type { Turn } from './turn.js';

type Staged = Extract<Fact, { kind: 'staged' }>;

/** A version was posted: have it staged. Old news is a no-op. */
export function onVersionArrived(turn: Turn, version: number): void {
  const newest = Math.max(turn.state.version?.number ?? 0, turn.state.arriving ?? 0);
  if (version <= newest) return;
  turn.set({ arriving: version });
  turn.duty({ id: `stage/${version}`, kind: 'stage', version });
}

/** A version is classified and owned: take it over as current and start its clocks. */
export function onStaged(turn: Turn, fact: Staged): void {
  const { arriving, version: before, ending } = turn.state;
  if (arriving !== null && fact.version.number < arriving) return;
  if (before && fact.version.number <= before.number) return;
  turn.set({
    arriving: null,
    version: fact.version,
    lane: fact.lane,
    ownerId: turn.state.ownerId ?? fact.ownerId,
    orderedBy: fact.orderedBy,
    hours: fact.hours,
    policy: fact.policy,
  });
  turn.event('classified', {
    version: fact.version.number,
    tier: fact.version.tier,
    urgency: fact.version.urgency,
    change: fact.change,
  });
  if (before === null) return begin(turn, fact);
  if (before.status === 'preliminary' && fact.version.status !== 'preliminary')
    return becomeFinal(turn, fact);
  switch (fact.change) {
    case 'none':
      return;
    case 'first':
    case 'cosmetic':
      return carryOver(turn, before.number);
    case 'clinical':
      return amend(turn, before.tier, ending.kind !== 'open');
    default:
      fact.change satisfies never;
  }
}

/** First sight of a result: what its tier needs (lifecycle §2). */
function begin(turn: Turn, fact: Staged): void {
  turn.event('assigned', { owner: fact.ownerId, orderedBy: fact.orderedBy, routed: fact.routed });
  if (!fact.routed) turn.openTask('match', 'keeper', dueIn(turn, turn.state.policy.signOffOwnerMs));
  startTier(turn);
}

function startTier(turn: Turn): void {
  const { version, policy, lane } = turn.state;
  if (!version) return;
  if (lane === 'historic') return startHistoric(turn);
  if (version.tier === null) {
    // L41: cancelled or not performed. The orderer is told; nothing reaches the patient.
    turn.set({ decision: { kind: 'not-needed' } });
    turn.openTask('follow-up', 'owner', dueIn(turn, policy.signOffOwnerMs));
    turn.page({ step: step(turn, 'not-performed'), task: 'follow-up', roles: ['owner'], critical: false });
    return;
  }
  switch (version.tier) {
    case 'critical':
      turn.set({ decision: { kind: 'awaited' } });
      turn.openTask('callback', 'owner', dueIn(turn, policy.criticalAttemptMs));
      turn.openTask('sign-off', 'owner', dueIn(turn, policy.signOffOwnerMs));
      startCriticalLadder(turn);
      return;
    case 'abnormal':
    case 'review':
      if (version.status === 'preliminary') return;
      turn.set({ decision: { kind: 'awaited' } });
      turn.openTask(
        version.tier === 'review' ? 'review' : 'sign-off',
        'owner',
        dueIn(turn, policy.signOffOwnerMs),
      );
      return;
    case 'normal':
      turn.set({ decision: { kind: 'not-needed' } });
      askNotice(turn);
      return;
    case 'void':
      turn.set({ decision: { kind: 'not-needed' } });
      if (turn.state.toldVersion === null && !turn.state.acknowledgement) return settle(turn, 'void');
      turn.openTask('retraction', 'owner', dueIn(turn, policy.signOffOwnerMs));
      return;
    default:
      version.tier satisfies never;
  }
}

/** L2: record only; a critical or same-day value of an old result is looked at in staffed hours. */
function startHistoric(turn: Turn): void {
  const { version, hours, policy } = turn.state;
  turn.set({ decision: { kind: 'not-needed' } });
  const urgent = version?.urgency === 'critical' || version?.urgency === 'same-day';
  if (!urgent) return settle(turn, 'historic');
  turn.openTask('review', 'owner', nextOpening(hours, turn.now) + policy.replyStaffedMs);
}

/** L41: the final of a preliminary. Work that a critical preliminary started goes on. */
function becomeFinal(turn: Turn, fact: Staged): void {
  const critical = turn.task('callback') !== undefined || turn.state.ladder !== null;
  turn.event('final', { version: fact.version.number });
  if (critical && fact.version.tier === 'critical') {
    turn.set({ decision: { kind: 'awaited' } });
    turn.openTask('sign-off', 'owner', dueIn(turn, turn.state.policy.signOffOwnerMs));
    return;
  }
  if (critical) return amend(turn, 'critical', turn.state.ending.kind !== 'open');
  if (turn.state.ending.kind === 'open') startTier(turn);
}

/** Cosmetic change: chart note only (L41). A decision and a message carry over to the new version. */
function carryOver(turn: Turn, from: number): void {
  const { decision, telling, version, toldVersion } = turn.state;
  if (!version) return;
  turn.event('amended', { kind: 'cosmetic', from, to: version.number });
  turn.touch('amended-cosmetic');
  if (decision.kind === 'released' || decision.kind === 'call-instead') {
    turn.set({ decision: { ...decision, version: version.number } });
    if (decision.kind === 'released')
      turn.line({ do: 'release', version: version.number, by: decision.by, at: decision.at });
  }
  if (toldVersion !== null) turn.set({ toldVersion: version.number });
  if (telling.kind === 'asked' || telling.kind === 'sending') {
    withdrawNotice(turn, 'newer-version');
    askNotice(turn);
  } else if (telling.kind !== 'not-asked') {
    turn.set({ telling: { ...telling, version: version.number } });
  }
}

/** L41: a clinical value or the tier changed. The decision falls; everyone told is told again. */
function amend(turn: Turn, tierBefore: string | null, wasEnding: boolean): void {
  const { version, telling } = turn.state;
  if (!version) return;
  turn.event('amended', { kind: 'clinical', tierBefore, tier: version.tier, to: version.number });
  if (wasEnding) {
    turn.set({ ending: { kind: 'open' } });
    turn.line({ do: 'reopen', at: turn.now });
    turn.event('reopened', { why: 'amended' });
  }
  const told = telling.kind === 'left' || telling.kind === 'confirmed';
  if (told) turn.set({ toldVersion: telling.version });
  withdrawNotice(turn, 'newer-version');
  if (turn.state.acknowledgement && turn.state.toldVersion === null)
    turn.set({ toldVersion: version.number - 1 });
  turn.line({ do: 'unrelease' });
  turn.touch('amended');
  for (const kind of ['sign-off', 'review', 'callback', 'release', 'letter', 'tell-patient'] as const)
    if (!(kind === 'callback' && tierBefore === 'critical' && version.tier === 'critical'))
      turn.endTask(kind, 'newer-version', true);
  const ladder = version.tier === 'critical' ? turn.state.ladder : null;
  turn.set({
    telling: { kind: 'not-asked' },
    acknowledgement: null,
    openedAt: null,
    attempts: [],
    ladder,
    pages: [],
  });
  startTier(turn);
  if (tierBefore === 'critical' && version.tier !== 'critical') {
    turn.openTask('follow-up', 'owner', dueIn(turn, turn.state.policy.replyStaffedMs));
    turn.page({
      step: step(turn, 'no-longer-critical'),
      task: 'follow-up',
      roles: ['owner'],
      critical: true,
    });
  }
}

function dueIn(turn: Turn, ms: number): number {
  return (turn.state.version?.detectedAt ?? turn.now) + ms;
}

function step(turn: Turn, name: string): string {
  return `v${turn.state.version?.number ?? 0}/${name}`;
}
