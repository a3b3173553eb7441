import { afterStaffed } from '../calendar/open-hours.js';
import type { Tier } from './codes.js';
import type { Fact } from './facts.js';
import { reopen } from './telling.js';
import type { Turn } from './turn.js';

type Staged = Extract<Fact, { kind: 'staged' }>;

const order: readonly (Tier | null)[] = [null, 'void', 'normal', 'review', 'abnormal', 'critical'];

/**
 * A version that was kept and not taken over: older than what is current, a preliminary after the final, or what only
 * the second feed says (L4, L40, L41). It reopens nothing, but a critical value in it is heard at once and somebody looks
 * which of the two holds; so is anything worse that the second feed says.
 */
export function onLate(turn: Turn, fact: Staged): void {
  const { number, tier } = fact.version;
  const { version: current, policy, hours, ending, ladder } = turn.state;
  const marks = fact.marks ?? [];
  turn.event('classified-late', { version: number, tier, marks });
  if (!current) return;
  const isWorse = order.indexOf(tier) > order.indexOf(current.tier);
  const isCritical = tier === 'critical' && isWorse && !(ladder && ending.kind === 'open');
  if (!isCritical && !(isWorse && marks.includes('second-feed'))) return;
  if (ending.kind !== 'open') reopen(turn, 'late-version', ending.closure);
  // A sign-off that waits already is the look that is needed; a second decision beside it would end the wrong one.
  const task = turn.task('sign-off') ? 'follow-up' : 'review';
  if (!isCritical) return turn.openTask(task, 'owner', afterStaffed(hours, turn.now, policy.replyStaffedMs));
  turn.openTask(task, 'owner', turn.now + policy.criticalAttemptMs);
  turn.escalate(1);
  turn.page({ step: `v${number}/late-critical`, task, roles: ['owner', 'on-call'], critical: true });
}
