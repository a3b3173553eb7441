/** Limits that a provider signs for one patient, such as a creatinine limit in dialysis (L46). */
import { z } from 'zod';
import type { EpochMs } from '../result/report.js';
import { limitOfPatient, type AnalyteRule, type LimitRule } from './rule-schema.js';
import { acceptUnit } from './unit.js';

/** `id` is ours and holds no PHI; `reason` is clinical text. */
export const patientLimitSchema = z.strictObject({
  id: z.string().min(1),
  analyteId: z.string().min(1),
  /** Ids of the limits and delta rules of this analyte that do not apply to the patient. */
  replaces: z.array(z.string().min(1)),
  /** What applies in their place; `null` = nothing. */
  limit: limitOfPatient.nullable(),
  /** A credentialed provider; `date` is `YYYY-MM-DD`. */
  signedBy: z.strictObject({ name: z.string().min(1), date: z.iso.date() }),
  reason: z.string().min(1),
  /** Epoch milliseconds; from then on the practice's limits apply again. */
  expiresAt: z.int(),
});
export type PatientLimit = z.output<typeof patientLimitSchema>;

/** Why a patient's limit is not used; `null` when it is. Without a time nothing proves that it is still in force. */
function refusalOf(one: PatientLimit, analyte: AnalyteRule, now: EpochMs | null): string | null {
  if (one.signedBy.name.trim() === '' || one.reason.trim() === '') return 'is not signed with a reason';
  if (one.limit && !acceptUnit(analyte, one.limit.unit))
    return `has a unit that ${analyte.short} does not know`;
  if (now === null) return 'cannot be used without the time';
  return now < one.expiresAt ? null : `expired on ${dateOf(one.expiresAt)}`;
}

/** `YYYY-MM-DD` in UTC. */
function dateOf(at: EpochMs): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? 'an unknown date' : date.toISOString().slice(0, 10);
}

export interface PatientLimits {
  /** Limits of the patient's own, in force. */
  readonly own: readonly { readonly rule: PatientLimit; readonly limit: LimitRule; readonly words: string }[];
  /** Words about who replaced a rule, by rule id. */
  readonly replaced: ReadonlyMap<string, string>;
  /** Words about why a replacement is not in force, by rule id. */
  readonly refused: ReadonlyMap<string, string>;
}

/** Sorts a patient's limits for one analyte into those in force and those not. */
export function patientLimitsFor(
  analyte: AnalyteRule,
  all: readonly PatientLimit[],
  now: EpochMs | null,
): PatientLimits {
  const own: PatientLimits['own'][number][] = [];
  const replaced = new Map<string, string>();
  const refused = new Map<string, string>();
  for (const rule of all.filter((one) => one.analyteId === analyte.id)) {
    const refusal = refusalOf(rule, analyte, now);
    if (refusal !== null) {
      for (const id of rule.replaces) refused.set(id, `the limit signed for this patient ${refusal}`);
      continue;
    }
    const words = `signed for this patient by ${rule.signedBy.name} until ${dateOf(rule.expiresAt)}: ${rule.reason}`;
    for (const id of rule.replaces) replaced.set(id, words);
    if (rule.limit) {
      const limit = { ...rule.limit, id: `patient-limit-${rule.id}`, minAgeYears: 0, source: rule.reason };
      own.push({ rule, limit, words });
    }
  }
  return { own, replaced, refused };
}
