import { afterStaffed, closing, isOpen, nextOpening } from '../calendar/open-hours.js';
import type { EpochMs } from '../result/report.js';
import type { Turn } from './turn.js';
import { isSameDay } from './urgency.js';

/** Opens a callback of the coordinator, due in staffed hours; of a same-day result by closing, after it on-call's (L7). */
export function openCallback(turn: Turn, dueAt: EpochMs): void {
  const { hours, policy } = turn.state;
  if (isSameDay(turn.state))
    return isOpen(hours, turn.now)
      ? turn.openTask('callback', 'coordinator', closing(hours, turn.now))
      : turn.openTask('callback', 'on-call', nextOpening(hours, turn.now));
  const earliest = afterStaffed(hours, turn.now, policy.replyStaffedMs);
  turn.openTask('callback', 'coordinator', nextOpening(hours, Math.max(earliest, dueAt)));
}
