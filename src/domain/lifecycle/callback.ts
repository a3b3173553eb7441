import { afterStaffed, nextOpening } from '../calendar/open-hours.js';
import type { EpochMs } from '../result/report.js';
import type { Turn } from './turn.js';

/** Opens a callback of the coordinator, due in staffed hours. */
export function openCallback(turn: Turn, dueAt: EpochMs): void {
  const { hours, policy } = turn.state;
  const earliest = afterStaffed(hours, turn.now, policy.replyStaffedMs);
  turn.openTask('callback', 'coordinator', nextOpening(hours, Math.max(earliest, dueAt)));
}
