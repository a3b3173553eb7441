import { nextOpening } from '../calendar/open-hours.js';
import { startCriticalLadder } from './critical-ladder.js';
import type { Fact } from './facts.js';
import type { ReportStatus } from '../result/report.js';
import type { StagedVersion, TaskKind } from './state.js';
import { askNotice, reopen, settle, withdrawNotice } from './telling.js';
import type { Turn } from './turn.js';

type Staged = Extract<Fact, { kind: 'staged' }>;

/** A version was posted: have it staged. Old news is a no-op. */
export function onVersionArrived(turn: Turn, version: number): void {
  const { state } = turn;
  if (version <= Math.max(state.version?.number ?? 0, state.arriving ?? 0, state.passedOver)) return;
  turn.set({ arriving: version });
  turn.duty({ id: `stage/${version}`, kind: 'stage', version });
}

/** A version is classified and owned: take it over as current and start its clocks. */
export function onStaged(turn: Turn, fact: Staged): void {
  const { arriving, version: before, passedOver } = turn.state;
  const { number, tier, urgency, status } = fact.version;
  if (arriving !== null && number < arriving) return;
  if (number <= Math.max(before?.number ?? 0, passedOver)) return;
  turn.set({ arriving: null, lane: fact.lane, hours: fact.hours, policy: fact.policy });
  if (before && isFinal(before.status) && status === 'preliminary' && tier !== 'critical') {
    // L41: a later preliminary never reopens a final. A critical one is heard all the same: critical first.
    turn.set({ passedOver: number });
    turn.event('preliminary-after-final', { version: number, tier });
    return;
  }
  // Until a version says who ordered it, the keeper of the unrouted list stands in (L14).
  const ownerId = before ? (turn.state.ownerId ?? fact.ownerId) : fact.ownerId;
  turn.set({ ownerId, orderedBy: fact.orderedBy });
  const change = before ? changeSince(before, fact) : 'first';
  turn.event('classified', { version: number, tier, urgency, change });
  if (!before) {
    turn.set({ version: fact.version });
    return begin(turn, fact);
  }
  if (change === 'none' || change === 'cosmetic') return carryOver(turn, before, fact.version, change);
  turn.set({ version: fact.version });
  if (before.status === 'preliminary' && status !== 'preliminary') return becomeFinal(turn, before);
  amend(turn, before);
}

/**
 * What changed since the version that is current here. Staging compares neighbours; when one in between was never
 * taken over, only equal content is proof that nothing clinical happened.
 */
function changeSince(before: StagedVersion, fact: Staged): 'none' | 'cosmetic' | 'clinical' {
  if (fact.version.hash === before.hash) return 'none';
  const isNeighbour = fact.version.number === before.number + 1;
  return isNeighbour && fact.change !== 'first' ? fact.change : 'clinical';
}

function isFinal(status: ReportStatus): boolean {
  return status === 'final' || status === 'corrected';
}

/** First sight of a result: what its tier needs (lifecycle §2). */
function begin(turn: Turn, fact: Staged): void {
  turn.event('assigned', { owner: fact.ownerId, orderedBy: fact.orderedBy, routed: fact.routed });
  turn.endTask('match', 'matched');
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
      turn.openTask('callback', 'owner', dueIn(turn, policy.criticalAttemptMs));
      awaitDecision(turn, 'sign-off');
      startCriticalLadder(turn, version.detectedAt);
      return;
    case 'abnormal':
    case 'review':
      turn.set({ decision: { kind: 'not-needed' } });
      if (version.status !== 'preliminary')
        awaitDecision(turn, version.tier === 'review' ? 'review' : 'sign-off');
      return;
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

/** L1: only the lane `notify` tells a patient by itself. */
function startNormal(turn: Turn): void {
  const { version, lane } = turn.state;
  turn.set({ decision: { kind: 'not-needed' } });
  if (version?.status === 'preliminary') return;
  if (lane === 'copy' || lane === 'told-at-visit') return settle(turn, lane);
  if (lane === 'review') return awaitDecision(turn, 'review');
  askNotice(turn);
}

function awaitDecision(turn: Turn, task: TaskKind): void {
  turn.set({ decision: { kind: 'awaited' } });
  turn.openTask(task, 'owner', dueIn(turn, turn.state.policy.signOffOwnerMs));
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
function becomeFinal(turn: Turn, before: StagedVersion): void {
  const { version, ending } = turn.state;
  turn.event('final', { version: version?.number ?? 0 });
  if (ending.kind !== 'open') return amend(turn, before);
  if (before.tier !== 'critical') {
    for (const kind of ['sign-off', 'review', 'callback'] as const) turn.endTask(kind, 'final', true);
    turn.set({ attempts: [] });
    return startTier(turn);
  }
  if (version?.tier !== 'critical' || !turn.task('callback')) return amend(turn, before);
  keepFired(turn, before, 'critical/');
  turn.line({ do: 'unrelease' });
  awaitDecision(turn, 'sign-off');
}

/** Cosmetic change: chart note only (L41). Tier, clocks, decision and message carry over to the new version. */
function carryOver(
  turn: Turn,
  before: StagedVersion,
  staged: StagedVersion,
  change: 'none' | 'cosmetic',
): void {
  const { tier, urgency, detectedAt, contactByAt } = before;
  turn.set({ version: { ...staged, tier, urgency, detectedAt, contactByAt } });
  keepFired(turn, before, '');
  if (change === 'cosmetic') {
    turn.event('amended', { kind: 'cosmetic', from: before.number, to: staged.number });
    turn.touch('amended-cosmetic');
  }
  const { decision, telling, toldVersion } = turn.state;
  if (decision.kind === 'released' || decision.kind === 'call-instead') {
    turn.set({ decision: { ...decision, version: staged.number } });
    if (decision.kind === 'released')
      turn.line({ do: 'release', version: staged.number, by: decision.by, at: decision.at });
  }
  if (toldVersion === before.number) turn.set({ toldVersion: staged.number });
  // What has left goes by the version it spoke of: its receipt may still come. What has not is asked anew.
  if (telling.kind === 'asked') {
    withdrawNotice(turn, 'newer-version');
    askNotice(turn);
  }
}

/** L41: a clinical value or the tier changed. The decision falls; everyone told is told again. */
function amend(turn: Turn, before: StagedVersion): void {
  const { version, telling } = turn.state;
  if (!version) return;
  turn.event('amended', {
    kind: 'clinical',
    tierBefore: before.tier,
    tier: version.tier,
    to: version.number,
  });
  reopen(turn, 'amended');
  // An effect of unknown outcome counts as told.
  if (telling.kind === 'left' || telling.kind === 'confirmed' || telling.kind === 'sending')
    turn.set({ toldVersion: telling.version });
  withdrawNotice(turn, 'newer-version');
  if (turn.state.acknowledgement && turn.state.toldVersion === null) turn.set({ toldVersion: before.number });
  turn.line({ do: 'unrelease' });
  turn.touch('amended');
  const { ladder } = turn.state;
  const callback = turn.task('callback');
  const goesOn = before.tier === 'critical' && version.tier === 'critical' && callback && ladder;
  for (const kind of ['sign-off', 'review', 'callback', 'release', 'letter', 'tell-patient'] as const)
    if (!(kind === 'callback' && goesOn)) turn.endTask(kind, 'newer-version', true);
  turn.set({
    ending: { kind: 'open' },
    telling: { kind: 'not-asked' },
    acknowledgement: null,
    openedAt: null,
  });
  if (goesOn) {
    // The value changed: whoever holds it hears of it now; the clocks of the first alarm run on.
    keepFired(turn, before, 'critical/');
    if (callback.acceptedBy) turn.passOn('callback', callback.acceptedBy);
    turn.set({ ladder: { ...ladder, nextTickAt: turn.now } });
  } else turn.set({ attempts: [], ladder: null });
  if (before.tier === 'critical' && version.tier !== 'critical') {
    turn.openTask('follow-up', 'owner', turn.now + turn.state.policy.replyStaffedMs);
    turn.page({
      step: step(turn, 'no-longer-critical'),
      task: 'follow-up',
      roles: ['owner'],
      critical: true,
    });
  }
  startTier(turn);
}

/** What has fired for the version before has fired for this one too: no page comes twice for one cause. */
function keepFired(turn: Turn, before: StagedVersion, steps: string): void {
  const { version, fired } = turn.state;
  if (!version) return;
  const prefix = `v${before.number}/${steps}`;
  const kept = Object.entries(fired)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, at]) => [`v${version.number}/${name.slice(`v${before.number}/`.length)}`, at]);
  turn.set({ fired: { ...fired, ...Object.fromEntries(kept) } });
}

function dueIn(turn: Turn, ms: number): number {
  return (turn.state.version?.detectedAt ?? turn.now) + ms;
}

function step(turn: Turn, name: string): string {
  return `v${turn.state.version?.number ?? 0}/${name}`;
}
