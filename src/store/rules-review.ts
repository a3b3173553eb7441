import { DateTime } from 'luxon';
import { reviewsDue } from '../domain/rules/life/signing.js';
import { clearEarlierAlarms, raiseAlarm } from './inbound.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

/** The alarm that the rules in force were not reviewed for another quarter. */
export const rulesReviewDue = 'rules-review-due';

/**
 * S000-96: an alarm once for every quarter in which nobody signed the rules anew; ended by the next signature, and by
 * the alarm of the next quarter. @returns how many reviews are due.
 */
export async function watchRulesReview(store: Store, practice: Practice): Promise<number> {
  const { ruleSet } = practice;
  const now = practiceNow(store, practice);
  const due = reviewsDue(ruleSet, todayOf(practice, now));
  const prefix = `rules-review/${practice.id}/`;
  const key = `${prefix}${ruleSet.id}/${ruleSet.version}/${ruleSet.signedBy.date}/${due}`;
  await clearEarlierAlarms(store, practice, prefix, key);
  if (due > 0) await raiseAlarm(store, practice, key, rulesReviewDue);
  return due;
}

/** The day in the practice, `YYYY-MM-DD`. */
export function todayOf({ settings }: Practice, now: number): string {
  return DateTime.fromMillis(now, { zone: settings.zone }).toISODate() ?? '';
}
