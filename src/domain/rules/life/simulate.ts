/** A draft tried on stored results: what would fire, what would change, what a mapping would mend (S000-26). */
import { classify } from '../classify.js';
import type { Reason } from '../reason.js';
import type { RuleSet, SignedRuleSet, Tier } from '../rule-set.js';
import { rulesOf, type NamedRule } from './named-rules.js';
import { explainReviews, type ReviewGroup, type Unproved } from './reviews.js';
import type { StoredVersion } from './stored-version.js';

export interface Firing {
  readonly rule: string;
  readonly subject: string;
  readonly words: string;
  /** How many rows and reports it fired on. */
  readonly times: number;
  readonly results: number;
}

export interface TierChange {
  readonly ref: string;
  readonly from: Tier | null;
  readonly to: Tier | null;
  /** The reason that decides under the draft; it holds clinical values. */
  readonly because: string | null;
}

export interface Simulation {
  readonly versions: number;
  readonly tiers: Readonly<Record<Tier | 'none', number>>;
  /** Every rule of the draft that can fire, the silent ones too, most frequent first. */
  readonly fired: readonly Firing[];
  readonly changes: readonly TierChange[];
  /** Why results come out as `review`, per laboratory and test, most frequent first. */
  readonly reviews: readonly ReviewGroup[];
}

/**
 * Runs a rule set, signed or not, over stored versions. Nothing is stored and nobody is told: that is what makes it
 * possible to run an unsigned one here, and only here (S000-25).
 */
export function simulate(draft: RuleSet, stored: readonly StoredVersion[]): Simulation {
  const tried: SignedRuleSet = {
    ...draft,
    signedBy: draft.signedBy ?? { name: 'nobody: a draft', date: '' },
  };
  const tiers: Record<Tier | 'none', number> = {
    critical: 0,
    abnormal: 0,
    normal: 0,
    review: 0,
    void: 0,
    none: 0,
  };
  const times = new Map<string, number>();
  const results = new Map<string, number>();
  const changes: TierChange[] = [];
  const unproved: Unproved[] = [];
  for (const one of stored) {
    const outcome = classify(one.version, tried, one.patient, one.context);
    tiers[outcome.tier ?? 'none'] += 1;
    for (const { rule } of outcome.reasons) count(times, rule);
    for (const rule of new Set(outcome.reasons.map((reason) => reason.rule))) count(results, rule);
    if (outcome.tier !== one.tier)
      changes.push({
        ref: one.ref,
        from: one.tier,
        to: outcome.tier,
        because: outcome.decidedBy?.text ?? null,
      });
    if (outcome.tier === 'review')
      unproved.push({ stored: one, reasons: outcome.reasons.filter(asksForReview) });
  }
  const fired = rulesOf(draft)
    .map(({ rule, subject, words }: NamedRule) => {
      return { rule, subject, words, times: times.get(rule) ?? 0, results: results.get(rule) ?? 0 };
    })
    .sort((a, b) => b.results - a.results);
  return { versions: stored.length, tiers, fired, changes, reviews: explainReviews(tried, unproved) };
}

function asksForReview({ tier }: Reason): boolean {
  return tier === 'review';
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
