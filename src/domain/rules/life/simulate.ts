/** A draft tried on stored results: what would fire, what would change, what a mapping would mend (S000-26). */
import { withDoubts } from '../../result/doubts.js';
import { classify } from '../classify.js';
import type { Reason } from '../reason.js';
import type { RuleSet, SignedRuleSet, Tier } from '../rule-set.js';
import { rulesOf, type NamedRule } from './named-rules.js';
import { ReviewCount, type ReviewGroup } from './reviews.js';
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
  /** The rule that decides under the draft, or the name of the built-in step. */
  readonly rule: string | null;
  /** The reason in words; it holds clinical values. */
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
  const trial = new Trial(draft);
  for (const one of stored) trial.add(one);
  return trial.outcome();
}

/** {@link simulate} for more versions than fit into memory. */
export class Trial {
  /** The draft as it would run once signed. */
  readonly rules: SignedRuleSet;
  private readonly tiers: Record<Tier | 'none', number> = {
    critical: 0,
    abnormal: 0,
    normal: 0,
    review: 0,
    void: 0,
    none: 0,
  };
  private readonly times = new Map<string, number>();
  private readonly results = new Map<string, number>();
  private readonly changes: TierChange[] = [];
  private readonly reviews: ReviewCount;
  private versions = 0;

  constructor(private readonly draft: RuleSet) {
    this.rules = { ...draft, signedBy: draft.signedBy ?? { name: 'nobody: a draft', date: '' } };
    this.reviews = new ReviewCount(this.rules);
  }

  add(one: StoredVersion): void {
    const classified = classify(one.version, this.rules, one.patient, one.context);
    const { tier, reasons, decidedBy } = withDoubts(classified, one.marks ?? []);
    this.versions += 1;
    this.tiers[tier ?? 'none'] += 1;
    for (const { rule } of reasons) count(this.times, rule);
    for (const rule of new Set(reasons.map((reason) => reason.rule))) count(this.results, rule);
    if (tier !== one.tier)
      this.changes.push({
        ref: one.ref,
        from: one.tier,
        to: tier,
        rule: decidedBy?.rule ?? null,
        because: decidedBy?.text ?? null,
      });
    if (tier === 'review') this.reviews.add({ stored: one, reasons: reasons.filter(asksForReview) });
  }

  outcome(): Simulation {
    const fired = rulesOf(this.draft)
      .map(({ rule, subject, words }: NamedRule) => {
        const [times, results] = [this.times.get(rule) ?? 0, this.results.get(rule) ?? 0];
        return { rule, subject, words, times, results };
      })
      .sort((a, b) => b.results - a.results);
    const { versions, tiers, changes } = this;
    return { versions, tiers, fired, changes, reviews: this.reviews.list() };
  }
}

function asksForReview({ tier }: Reason): boolean {
  return tier === 'review';
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
