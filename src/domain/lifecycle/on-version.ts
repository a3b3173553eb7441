import { amend, becomeFinal, carryOver } from './amending.js';
import type { Fact } from './facts.js';
import { onLate } from './on-late.js';
import type { ReportStatus } from '../result/report.js';
import type { StagedVersion } from './state.js';
import { reopen, settleIfDone } from './telling.js';
import { begin, startTier } from './tier-work.js';
import type { Turn } from './turn.js';

type Staged = Extract<Fact, { kind: 'staged' }>;

/** A version was posted: have it staged. Old news is a no-op. */
export function onVersionArrived(turn: Turn, version: number, late = false): void {
  const { state } = turn;
  if (late) return turn.duty({ id: `stage/${version}`, kind: 'stage', version, late });
  if (version <= Math.max(state.version?.number ?? 0, state.arriving ?? 0, state.passedOver)) return;
  turn.set({ arriving: version });
  turn.duty({ id: `stage/${version}`, kind: 'stage', version });
}

/** A version is classified and owned: take it over as current and start its clocks. */
export function onStaged(turn: Turn, fact: Staged): void {
  if (fact.late) return onLate(turn, fact);
  const { arriving, version: before, passedOver, lane: laneBefore } = turn.state;
  const { number, tier, urgency, status } = fact.version;
  if (arriving !== null && number < arriving) return;
  if (number <= Math.max(before?.number ?? 0, passedOver)) return;
  turn.set({ arriving: null, lane: fact.lane, hours: fact.hours, policy: fact.policy });
  // Once its patient is known, a result closes with its chart note again.
  if (fact.unclaimed || turn.state.unclaimed) turn.set({ unclaimed: fact.unclaimed === true });
  if (before && isFinal(before.status) && status === 'preliminary' && tier !== 'critical') {
    // L41: a later preliminary never reopens a final. A critical one is heard all the same: critical first.
    turn.set({ passedOver: number });
    turn.event('preliminary-after-final', { version: number, tier });
    return;
  }
  // Until a version says who ordered it, the keeper of the unrouted list stands in (L14).
  const ownerId = before ? (turn.state.ownerId ?? fact.ownerId) : fact.ownerId;
  turn.set({ ownerId, orderedBy: fact.orderedBy, preliminarySince: owedSince(turn, fact.version) });
  const change = before ? changeSince(before, fact) : 'first';
  const { marks = [] } = fact;
  turn.event('classified', {
    version: number,
    tier,
    urgency,
    change,
    ...(marks.length > 0 && { marks }),
  });
  if (!before) {
    turn.set({ version: fact.version });
    return begin(turn, fact);
  }
  const isMatched = laneBefore === 'unmatched' && fact.lane !== 'unmatched';
  if (isMatched) turn.endTask('match', 'matched');
  const isNowFinal = before.status === 'preliminary' && status !== 'preliminary';
  // A final that repeats its preliminary word for word is still the first that may be signed and told.
  const isFirstToSign = isNowFinal && before.tier !== 'critical';
  if ((change === 'none' || change === 'cosmetic') && !isFirstToSign) {
    carryOver(turn, before, fact.version, change);
    if (isMatched && turn.state.decision.kind === 'not-needed') {
      if (fact.policy.checksContact) reopen(turn, 'matched');
      startTier(turn);
    }
    if (isNowFinal) settleIfDone(turn);
    return;
  }
  noteToldElsewhere(turn, before, fact);
  const { tier: tierBefore, urgency: urgencyBefore } = before;
  // Equal content keeps the tier that a provider set.
  const kept = change === 'clinical' ? {} : { tier: tierBefore, urgency: urgencyBefore };
  turn.set({ version: { ...fact.version, ...kept } });
  if (isNowFinal) return becomeFinal(turn, before);
  amend(turn, before);
}

/** L41: the laboratory owes the final from the first preliminary on, however often it sends another. */
function owedSince(turn: Turn, version: StagedVersion): number | null {
  if (version.status !== 'preliminary') return null;
  const { version: before, preliminarySince } = turn.state;
  return before?.status === 'preliminary' ? (preliminarySince ?? before.detectedAt) : version.detectedAt;
}

/** L41: told includes what the patient could read in the portal, and ResultsCall. */
function noteToldElsewhere(turn: Turn, before: StagedVersion, { toldElsewhere = [] }: Staged): void {
  const couldBeRead = before.tier !== null && before.tier !== 'void' && isFinal(before.status);
  if (toldElsewhere.length === 0 || !couldBeRead || turn.state.toldVersion !== null) return;
  turn.set({ toldVersion: before.number });
  turn.event('told-elsewhere', { by: toldElsewhere, version: before.number });
}

/**
 * What changed since the version that is current here. Staging compares neighbours; when one in between was never
 * taken over, only equal content is proof that nothing clinical happened.
 */
function changeSince(before: StagedVersion, fact: Staged): 'none' | 'cosmetic' | 'clinical' {
  if (fact.version.hash === before.hash) return 'none';
  const isNeighbour = (fact.comparedWith ?? fact.version.number - 1) === before.number;
  return isNeighbour && fact.change !== 'first' ? fact.change : 'clinical';
}

function isFinal(status: ReportStatus): boolean {
  return status === 'final' || status === 'corrected';
}
