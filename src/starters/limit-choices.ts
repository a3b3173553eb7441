import type { LimitRule } from '../domain/rules/rule-set.js';

/** What a limit for one patient may say, at the command line. */
export const limitTiers = ['critical', 'abnormal'] as const satisfies readonly LimitRule['tier'][];
export const limitUrgencies = [
  'critical',
  'same-day',
  'standard',
  'minor',
] as const satisfies readonly LimitRule['urgency'][];
