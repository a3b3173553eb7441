/** What goes into {@link classify} and what comes out. */
import type { Report } from '../result/report.js';
import type { LimitOperator } from './decimal.js';
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

export interface ClassifiedObservation {
  readonly key: string;
  /** `null` when no rule is sure to fit the row. */
  readonly analyteId: string | null;
  /** `null` when the row was not performed or withdrawn. */
  readonly tier: Tier | null;
  /** Exact decimal in `canonicalUnit`; `null` when the value or its unit could not be accepted. */
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
