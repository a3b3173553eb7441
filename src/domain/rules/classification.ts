/** What goes into {@link classify} and what comes out. */
import type { EpochMs, Report } from '../result/report.js';
import type { LimitOperator } from './decimal.js';
import type { PatientLimit } from './patient-limit.js';
import type { Reason } from './reason.js';
import type { SensitiveCategory, SignedRuleSet, Tier, Urgency } from './rule-set.js';

/** The clinical content of one version of a result. */
export type ClassifiableVersion = Pick<
  Report,
  'status' | 'kind' | 'test' | 'observations' | 'note' | 'readable' | 'collectedAt'
>;

/** `null` fields are unknown; unknown is never a proof. */
export interface ClassifiablePatient {
  readonly sex: 'F' | 'M' | null;
  readonly ageYears: number | null;
  readonly pregnant: boolean | null;
}

/**
 * A final value of the same patient from another result (never from an earlier version of this one), as
 * {@link ClassifiedObservation} had it.
 */
export interface PreviousValue {
  readonly analyteId: string;
  /** Exact decimal in `unit`; with a comparator the bound that it was reported by. */
  readonly value: string;
  readonly unit: string;
  readonly comparator?: LimitOperator | null;
  /** When it was collected. */
  readonly at: EpochMs;
}

/** What is known beside the version and the patient. Everything here can only raise, but for L46. */
export interface ClassifyContext {
  /** Id or name of a laboratory in the rule set, for its own codes. */
  readonly laboratory?: string | null;
  readonly previous?: readonly PreviousValue[];
  /** Limits signed for this patient (L46). Not used without `now`. */
  readonly patientLimits?: readonly PatientLimit[];
  /** Practice time of the classification. */
  readonly now?: EpochMs | null;
}

export interface ClassifiedObservation {
  readonly key: string;
  /** `null` when no rule is sure to fit the row. */
  readonly analyteId: string | null;
  /** `null` when the row was not performed, withdrawn, or is no result at all. */
  readonly tier: Tier | null;
  /** Exact decimal in `canonicalUnit`; `null` when the value or its unit could not be accepted, or for a span. */
  readonly canonicalValue: string | null;
  readonly canonicalUnit: string | null;
  readonly comparator: LimitOperator | null;
}

export interface Classification {
  /** Worst of all rows: critical > abnormal > review > normal. `null` = cancelled or not performed. */
  readonly tier: Tier | null;
  readonly urgency: Urgency;
  /** False for preliminary and unknown status: classified, but never closes a loop. */
  readonly final: boolean;
  readonly reasons: readonly Reason[];
  /** The reason that set the tier; `null` where there is no tier to set. */
  readonly decidedBy: Reason | null;
  readonly observations: readonly ClassifiedObservation[];
  readonly sensitive: readonly SensitiveCategory[];
  readonly panelId: string | null;
  readonly contactByHours: number;
  readonly ruleSet: {
    readonly id: string;
    readonly version: number;
    readonly signedBy: SignedRuleSet['signedBy'];
  };
}
