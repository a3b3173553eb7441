import { markSameDayPaged } from './same-day.js';
import type { ResultState, StagedVersion } from './state.js';
import { awaitDecision, startTier, step } from './tier-work.js';
import { askNotice, reopen, withdrawNotice } from './telling.js';
import type { Turn } from './turn.js';
import { contactBy } from './urgency.js';

/** L41: the final of a preliminary. Work that a critical preliminary started goes on. */
export function becomeFinal(turn: Turn, before: StagedVersion): void {
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
export function carryOver(
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
export function amend(turn: Turn, before: StagedVersion): void {
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
  turn.set({ version: withHigherClock(turn.state, version, before) });
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
    const { policy, toldVersion } = turn.state;
    // Who was told may be on the way to emergency care.
    const dueMs = toldVersion === null ? policy.replyStaffedMs : policy.criticalAttemptMs;
    turn.openTask('follow-up', 'owner', turn.now + dueMs);
    turn.page({
      step: step(turn, 'no-longer-critical'),
      task: 'follow-up',
      roles: ['owner'],
      critical: true,
    });
    markSameDayPaged(turn);
  }
  startTier(turn);
}

/**
 * L41: clock = higher of old and new. What was same-day stays so, and contact is due within the shorter of the two times.
 * A critical that is none any more has its owner called at once; its ladder would send the patient to emergency care.
 */
function withHigherClock(
  { policy, hours }: ResultState,
  version: StagedVersion,
  before: StagedVersion,
): StagedVersion {
  if (version.tier === null || version.tier === 'void') return version;
  const order: readonly StagedVersion['urgency'][] = ['minor', 'standard', 'same-day', 'critical'];
  const old = before.urgency === 'critical' ? 'same-day' : before.urgency;
  const urgency = order.indexOf(old) > order.indexOf(version.urgency) ? old : version.urgency;
  const within = Math.min(
    version.contactByAt - version.detectedAt,
    Math.max(0, before.contactByAt - before.detectedAt),
  );
  return {
    ...version,
    urgency,
    contactByAt: contactBy(policy, hours, { ...version, urgency }, within),
  };
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
