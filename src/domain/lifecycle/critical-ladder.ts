import type { EpochMs } from '../result/report.js';
import type { PageOrder } from './decisions.js';
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

/** @param startedAt Practice time from which the 30 min, 60 min, 2 h and 24 h run. */
export function startCriticalLadder(turn: Turn, startedAt: EpochMs): void {
  if (turn.state.ladder) return;
  turn.set({ ladder: { startedAt, ticks: 0, ahead: 0, nextTickAt: turn.now, without: [], failed: [] } });
  const minutes = minutesOnTheWay(turn);
  if (minutes !== null) turn.event('arrived-late', { minutes });
}

/**
 * L12: whole minutes from the laboratory's verification to us, when they are more than the policy bears; else `null`.
 * A tier that a provider raised later has nothing to do with the way here.
 */
function minutesOnTheWay({ state: { ladder, version, policy } }: Turn): number | null {
  if (!ladder || !version?.verifiedAt || ladder.startedAt !== version.detectedAt) return null;
  const ms = version.detectedAt - version.verifiedAt;
  return ms > policy.lateArrivalMs ? Math.floor(ms / 60_000) : null;
}

/** True while the ladder rings: nobody holds the callback. */
export function isRinging(turn: Pick<Turn, 'state'>): boolean {
  const { ladder, tasks, ending } = turn.state;
  const callback = tasks.find((t) => t.kind === 'callback');
  return ending.kind === 'open' && ladder !== null && callback !== undefined && callback.acceptedBy === null;
}

/** One tick: everybody rung so far, and the next rung when its time has come. What arrived late rings on-call from the first (L12). */
export function tickCriticalLadder(turn: Turn): void {
  const { ladder, policy, version } = turn.state;
  if (!ladder || !version) return;
  const rungs = criticalRungs.slice(0, rungNow(turn) + 1);
  const isLate = minutesOnTheWay(turn) !== null;
  turn.page({
    step: `v${version.number}/critical/${ladder.ticks}`,
    task: 'callback',
    roles: isLate && !rungs.includes('on-call') ? [...rungs, 'on-call'] : rungs,
    without: ladder.without,
    critical: true,
    ...(isLate && { asks: 'lab-phoned' }),
  });
  turn.set({
    ladder: {
      ...ladder,
      ticks: ladder.ticks + 1,
      nextTickAt: turn.now + Math.max(1_000, policy.criticalRepeatMs),
    },
  });
  if (rungs.length > 2) turn.escalate(rungs.length > 3 ? 2 : 1);
}

/** Index of the highest rung that rings at this moment. */
function rungNow(turn: Turn): number {
  const { ladder, policy } = turn.state;
  if (!ladder) return 0;
  const elapsed = Math.max(0, turn.now - ladder.startedAt);
  return Math.min(Math.floor(elapsed / policy.criticalNextRungMs) + ladder.ahead, criticalRungs.length - 1);
}

/**
 * Decline, send error, open circuit: the next rung at once (L10). When all rungs ring already the repeat goes on
 * as it is: a vendor that is down must not be called without pause.
 */
export function skipAhead(turn: Turn, without: readonly string[]): void {
  const { ladder } = turn.state;
  if (!ladder) return;
  const isNext = rungNow(turn) < criticalRungs.length - 1;
  turn.set({
    ladder: {
      ...ladder,
      ahead: ladder.ahead + (isNext ? 1 : 0),
      nextTickAt: isNext ? turn.now : ladder.nextTickAt,
      without: [...new Set([...ladder.without, ...without])],
    },
  });
}

/** What became of a page of the ladder: whoever cannot be reached is made up for by the next rung at once (L10). */
export function onLadderPaged(turn: Turn, sentTo: readonly string[], failedFor: readonly string[]): void {
  const { ladder } = turn.state;
  if (!ladder) return;
  const isNew = failedFor.some((person) => !ladder.failed.includes(person));
  const failed = [...ladder.failed.filter((person) => !sentTo.includes(person)), ...failedFor];
  turn.set({ ladder: { ...ladder, failed: [...new Set(failed)] } });
  if (sentTo.length === 0 && failedFor.length === 0) {
    // Everybody declined or was left out: the list ends, and begins again.
    turn.set({ ladder: { ...ladder, without: [] } });
    turn.event('page-reached-nobody', { without: ladder.without });
    turn.alarm('critical-page-reached-nobody', `critical/${ladder.ticks}`);
    skipAhead(turn, []);
  } else if (isNew) skipAhead(turn, []);
}

/** L10: no answer or a voicemail rings the next person at once, as an error of sending does. */
export function onUnanswered(turn: Turn, people: readonly string[]): void {
  const { ladder } = turn.state;
  if (!ladder || !isRinging(turn)) return;
  const known = ladder.unanswered ?? [];
  const news = people.filter((person) => !known.includes(person));
  if (news.length === 0) return;
  turn.set({ ladder: { ...ladder, unanswered: [...known, ...news] } });
  turn.event('page-unanswered', { for: news });
  skipAhead(turn, []);
}

/** True for the repeating page of the ladder, false for the single pages of L6. */
export function isLadderPage(page: PageOrder): boolean {
  return page.critical && /\/critical\/\d+$/.test(page.step);
}
