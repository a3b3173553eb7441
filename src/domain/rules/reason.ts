/** Why a result got its tier, in a sentence a clinician reads and with the inputs as received. */
import type { Cause } from './doubt.js';
import type { Tier, Urgency } from './rule-schema.js';

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
  /** Name and date of the signature under the rule set. */
  readonly signedBy?: string;
  /** The tier that this reason alone asks for; `null` = a mark that asks for none. */
  readonly tier?: Exclude<Tier, 'void'> | null;
  readonly urgency?: Urgency | null;
  /** The value that was compared, in the rule's unit; `null` when there was none to convert. */
  readonly converted?: string | null;
  /** Why a person must look, where that is what the reason says. */
  readonly causes?: readonly Cause[];
}

/** A reason as the classification gives it: complete. Reasons added elsewhere may know less. */
export type JudgedReason = Required<Reason>;

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
  readonly reasons: JudgedReason[] = [];

  add(reason: JudgedReason): void {
    if (compareTiers(reason.tier, this.tier) > 0) this.tier = reason.tier;
    if (reason.urgency !== null && compareUrgencies(reason.urgency, this.urgency) > 0)
      this.urgency = reason.urgency;
    this.reasons.push(reason);
  }

  /** Takes over another verdict, reasons included. */
  join(other: Verdict): void {
    if (compareTiers(other.tier, this.tier) > 0) this.tier = other.tier;
    if (compareUrgencies(other.urgency, this.urgency) > 0) this.urgency = other.urgency;
    this.reasons.push(...other.reasons);
  }

  /** The first reason that asks for the tier that came out; `null` when none was needed. */
  decidedBy(): JudgedReason | null {
    return this.reasons.find((reason) => reason.tier !== null && reason.tier === this.tier) ?? null;
  }
}
