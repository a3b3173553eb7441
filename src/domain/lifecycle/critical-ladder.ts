import type { Role } from './state.js';
import type { Turn } from './turn.js';

/** L10, L14: who is rung in turn. When the list ends it keeps ringing all of them; it never stops until someone accepts. */
export const criticalRungs: readonly Role[] = [
  'owner',
  'cover',
  'on-call',
  'supervising-physician',
  'medical-director',
];

export function startCriticalLadder(turn: Turn): void {
  if (turn.state.ladder) return;
  turn.set({ ladder: { ticks: 0, ahead: 0, nextTickAt: turn.now, without: [] } });
}

/** True while the ladder rings: nobody holds the callback. */
export function isRinging(turn: Pick<Turn, 'state'>): boolean {
  const { ladder, tasks, ending } = turn.state;
  const callback = tasks.find((t) => t.kind === 'callback');
  return ending.kind === 'open' && ladder !== null && callback !== undefined && callback.acceptedBy === null;
}

/** One tick: everybody rung so far, and the next rung when its time has come. */
export function tickCriticalLadder(turn: Turn): void {
  const { ladder, policy, version } = turn.state;
  if (!ladder || !version) return;
  const elapsed = Math.max(0, turn.now - version.detectedAt);
  const rung = Math.floor(elapsed / policy.criticalNextRungMs) + ladder.ahead;
  const roles = criticalRungs.slice(0, Math.min(rung, criticalRungs.length - 1) + 1);
  turn.page({
    step: `v${version.number}/critical/${ladder.ticks}`,
    task: 'callback',
    roles,
    without: ladder.without,
    critical: true,
  });
  turn.set({
    ladder: { ...ladder, ticks: ladder.ticks + 1, nextTickAt: turn.now + policy.criticalRepeatMs },
  });
  if (roles.length > 2) turn.escalate(roles.length > 3 ? 2 : 1);
}

/** Decline, send error, open circuit: the next rung at once (L10). */
export function skipAhead(turn: Turn, without: readonly string[]): void {
  const { ladder } = turn.state;
  if (!ladder) return;
  turn.set({
    ladder: {
      ...ladder,
      ahead: ladder.ahead + 1,
      nextTickAt: turn.now,
      without: [...new Set([...ladder.without, ...without])],
    },
  });
}
