/** What is found out about one row while it goes through the steps of clinical-rules §1. */
import type { EpochMs, Observation, Report } from '../result/report.js';
import type { ClassifiablePatient, PreviousValue } from './classification.js';
import type { Cause, Doubt } from './doubt.js';
import { readFlag, type FlagReading } from './flags.js';
import { matchAnalyte, type AnalyteMatch } from './matching.js';
import type { PatientLimit } from './patient-limit.js';
import { Verdict, type JudgedReason, type Step } from './reason.js';
import type { AnalyteRule, LaboratoryRule, PanelRule, SignedRuleSet, Urgency } from './rule-set.js';
import { showQuantity, type Quantity } from './value.js';

export interface RowContext {
  readonly ruleSet: SignedRuleSet;
  readonly patient: ClassifiablePatient | null;
  readonly panel: PanelRule | null;
  readonly laboratory: LaboratoryRule | null;
  readonly reportStatus: Report['status'];
  readonly previous: readonly PreviousValue[];
  readonly patientLimits: readonly PatientLimit[];
  /** When the specimen was taken, else the time of classification. */
  readonly takenAt: EpochMs | null;
  readonly now: EpochMs | null;
}

/** Tiers that a row may be raised to. */
export type RaisedTier = 'critical' | 'abnormal' | 'review' | 'normal';

export class RowReading {
  readonly verdict = new Verdict();
  readonly match: AnalyteMatch | null;
  readonly flag: FlagReading | null;
  /** Why the row cannot be proved normal, whatever its value. */
  readonly doubts: Doubt[] = [];
  /** Why it is normal, if nothing speaks against it. */
  proof: string | null = null;
  /** In the rule's unit; `null` until value and unit are accepted. */
  canonical: Quantity | null = null;

  constructor(
    readonly row: Observation,
    readonly context: RowContext,
  ) {
    this.match = matchAnalyte(row, context.ruleSet, context.panel, context.laboratory);
    this.flag = readFlag(row.flag);
  }

  /** The analyte, where a code or a known panel vouches for it. */
  get analyte(): AnalyteRule | null {
    return this.match?.isCertain ? this.match.analyte : null;
  }

  get label(): string {
    return this.analyte?.short ?? this.row.name;
  }

  /** Value and unit as received. */
  get shown(): string {
    return [this.row.value?.trim() || '(no value)', this.row.unit?.trim()].filter(Boolean).join(' ');
  }

  /** "rule potassium-high v3", the end of every sentence about a signed rule. */
  ruleWords(rule: string): string {
    return `rule ${rule} v${this.context.ruleSet.version}`;
  }

  raise(
    tier: RaisedTier,
    urgency: Urgency,
    step: Step,
    rule: string,
    text: string,
    causes: readonly Cause[] = [],
  ): void {
    this.verdict.add({ ...this.reason(step, rule, text), tier, urgency, causes });
  }

  /** Something that blocks the proof of normality without raising the tier by itself. */
  doubt(cause: Cause, text: string): void {
    this.doubts.push({ cause, text });
  }

  /** A reason that asks for no tier: a contradiction, a limit that was replaced. */
  mark(step: Step, rule: string, text: string): void {
    this.verdict.add(this.reason(step, rule, text));
  }

  private reason(step: Step, rule: string, text: string): JudgedReason {
    const { key, value, unit, range, flag, status, note } = this.row;
    const { ruleSet } = this.context;
    return {
      step,
      rule,
      ruleVersion: ruleSet.version,
      signedBy: signatureOf(ruleSet),
      tier: null,
      urgency: null,
      observationKey: key,
      text,
      inputs: { value, unit, range, flag, status, note },
      causes: [],
      converted: this.canonical && `${showQuantity(this.canonical)} ${this.analyte?.unit ?? ''}`.trim(),
    };
  }
}

/** "Dr. Ada Winter, 2026-01-05". */
export function signatureOf({ signedBy }: SignedRuleSet): string {
  return `${signedBy.name}, ${signedBy.date}`;
}
