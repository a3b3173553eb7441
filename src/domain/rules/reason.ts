/** Why a result got its tier, in a sentence a clinician reads and with the inputs as received. */
import type { Tier, Urgency } from './rule-set.js';

/** Steps of clinical-rules §1. */
export type Step = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

export interface Reason {
  readonly step: Step;
  /** Rule id from the rule set, or the name of a built-in step. */
  readonly rule: string;
  readonly ruleVersion: number;
  /** `null` when the reason is about the whole report. */
  readonly observationKey: string | null;
  readonly text: string;
  /** As received, never converted. */
  readonly inputs: Readonly<Record<string, string | null>>;
}

const tierOrder: readonly (Tier | null)[] = [null, 'void', 'normal', 'review', 'abnormal', 'critical'];
const urgencyOrder: readonly Urgency[] = ['minor', 'standard', 'same-day', 'critical'];

/** critical > abnormal > review > normal > none: the order in which nothing is ever lowered. */
export function compareTiers(a: Tier | null, b: Tier | null): number {
  return tierOrder.indexOf(a) - tierOrder.indexOf(b);
}

export function compareUrgencies(a: Urgency, b: Urgency): number {
  return urgencyOrder.indexOf(a) - urgencyOrder.indexOf(b);
}

/** Collects reasons; tier and urgency only rise. */
export class Verdict {
  tier: Tier | null = null;
  urgency: Urgency = 'minor';
  readonly reasons: Reason[] = [];

  raise(tier: Exclude<Tier, 'void'>, urgency: Urgency, reason: Reason): void {
    if (compareTiers(tier, this.tier) > 0) this.tier = tier;
    if (compareUrgencies(urgency, this.urgency) > 0) this.urgency = urgency;
    this.reasons.push(reason);
  }

  /** Takes over another verdict, reasons included. */
  join(other: Verdict): void {
    if (compareTiers(other.tier, this.tier) > 0) this.tier = other.tier;
    if (compareUrgencies(other.urgency, this.urgency) > 0) this.urgency = other.urgency;
    this.reasons.push(...other.reasons);
  }
}
