/** A practice's signed, versioned rule set: schema, types, and the gate that keeps unsigned rules from running. */
import { z } from 'zod';
import { loincOk } from '../library/loinc.js';

export const tiers = ['critical', 'abnormal', 'normal', 'review', 'void'] as const;
export type Tier = (typeof tiers)[number];
export const urgencies = ['critical', 'same-day', 'standard', 'minor'] as const;
export type Urgency = (typeof urgencies)[number];

/** Sensitive is a property of the test, not of its value (clinical-rules §6.1). */
export const sensitiveCategories = [
  'hiv',
  'sti',
  'hepatitis',
  'pregnancy',
  'genetic',
  'oncology',
  'substance-use',
  'mental-health',
] as const;
export type SensitiveCategory = (typeof sensitiveCategories)[number];

const id = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'ids are lower case words joined by hyphens');
const text = z.string().min(1);
const decimal = z
  .string()
  .regex(/^-?\d{1,12}(\.\d{1,10})?$/, 'numbers are plain decimals written as text, such as "6.0"');
const loinc = z.string().refine(loincOk, {
  error: (issue) => `LOINC code ${String(issue.input)} fails its check digit: correct the code`,
});
const operator = z.enum(['<', '<=', '>', '>=']);
const raisedTier = z.enum(['critical', 'abnormal', 'review']);

const limit = z.strictObject({
  id,
  tier: z.enum(['critical', 'abnormal']),
  urgency: z.enum(urgencies),
  operator,
  value: decimal,
  unit: text,
  /** From which age it may set a tier. Below it (a child) a crossed limit only calls a person, the same day. */
  minAgeYears: z.int().min(0).default(18),
  source: text,
});

const bound = z.strictObject({ value: decimal, inclusive: z.boolean() });

const interval = z.strictObject({
  sex: z.enum(['F', 'M']).nullable(),
  low: bound.nullable(),
  high: bound.nullable(),
  source: text,
});

const qualitativeRule = z.strictObject({
  negative: z.array(text),
  positive: z.array(text),
  positiveTier: raisedTier,
  positiveUrgency: z.enum(urgencies),
  /** False where neither answer is normal by itself (hCG). */
  negativeIsNormal: z.boolean(),
  source: text,
});

const analyte = z.strictObject({
  id,
  /** How clinicians know it, full and short. */
  name: text,
  short: text,
  loinc: z.array(loinc),
  /** Codes whose property is amount of substance; a mass unit under one of them is a contradiction, and the reverse. */
  molarLoinc: z.array(loinc).default([]),
  localCodes: z.array(text).default([]),
  /** Whole names that identify it inside a known panel, where the row has no code. */
  names: z.array(text).default([]),
  /** UCUM unit the rule is written in; `null` for text results. */
  unit: text.nullable(),
  /** True where a missing unit says nothing wrong (ratios, INR). */
  unitOptional: z.boolean().default(false),
  /** Closed table: value × factor + offset = value in `unit`. */
  otherUnits: z.array(z.strictObject({ text, factor: decimal, offset: decimal.default('0') })).default([]),
  /** Outside it, the number is taken for a unit or transcription error. */
  gate: z.strictObject({ low: decimal, high: decimal }).nullable().default(null),
  /** Adults only; used only when the laboratory sent no interval. */
  intervals: z.array(interval).default([]),
  limits: z.array(limit).default([]),
  /** Abnormal by flag or interval but inside this band: urgency `minor`. */
  minor: z.strictObject({ low: decimal.nullable(), high: decimal.nullable() }).nullable().default(null),
  qualitative: qualitativeRule.nullable().default(null),
  sensitive: z.enum(sensitiveCategories).nullable().default(null),
});

const panel = z.strictObject({
  id,
  name: text,
  loinc: z.array(loinc),
  localCodes: z.array(text).default([]),
  names: z.array(text).default([]),
  analyteIds: z.array(id),
  /** Members without which the panel is not complete and never `normal`. */
  requiredAnalyteIds: z.array(id).default([]),
  /** Hours to patient contact for a standard result (L8: 48, none over 7 days). */
  contactByHours: z.int().positive().max(168),
  sensitive: z.enum(sensitiveCategories).nullable().default(null),
});

const commentRule = z.strictObject({ id, phrases: z.array(text).min(1), tier: raisedTier });

const combination = z.strictObject({
  id,
  all: z.array(z.strictObject({ analyteId: id, operator, value: decimal })).min(1),
  /** Also needs one of these phrases in a comment or in a specimen-quality row, when given. */
  phrases: z.array(text).default([]),
  tier: raisedTier,
  urgency: z.enum(urgencies),
  text,
  source: text,
});

/** A named test whose laboratory-critical flag counts as abnormal; never a wildcard. */
const exemption = z.strictObject({ id, loinc, flags: z.array(text).min(1), source: text });

const sensitivity = z.strictObject({
  category: z.enum(sensitiveCategories),
  loinc: z.array(loinc),
  localCodes: z.array(text).default([]),
  /** Whole words in the name of the test or of a row. */
  names: z.array(text),
  /** Whole words in comments. */
  inComments: z.array(text).default([]),
});

const qualitativeLists = z.strictObject({
  negative: z.array(text),
  positive: z.array(text),
  unclear: z.array(text),
  notPerformed: z.array(text),
});

const channel = z.enum(['neutral', 'person']);

const policy = z.strictObject({
  contactByHours: z.int().positive().max(168),
  /** Ages at which a woman of unknown pregnancy cannot be proved normal by an adult interval (§2.10). */
  pregnancyPossible: z.strictObject({ minAgeYears: z.int(), maxAgeYears: z.int() }),
  /** L29: what may reach an adult patient, per category, when the result is normal and when it is not. */
  sensitiveChannels: z.record(
    z.enum(sensitiveCategories),
    z.strictObject({ normal: channel, other: channel }),
  ),
});

const ruleSetSchema = z
  .strictObject({
    id,
    version: z.int().positive(),
    /** `YYYY-MM-DD`. */
    signedBy: z.strictObject({ name: text, date: z.iso.date() }).nullable(),
    analytes: z.array(analyte),
    panels: z.array(panel),
    qualitative: qualitativeLists,
    comments: z.array(commentRule),
    combinations: z.array(combination),
    exemptions: z.array(exemption),
    sensitivity: z.array(sensitivity),
    policy,
  })
  .check((context) => {
    for (const message of inconsistencies(context.value)) {
      context.issues.push({ code: 'custom', message, input: context.value.id, path: [] });
    }
  });

export type RuleSet = z.output<typeof ruleSetSchema>;
export type RuleSetInput = z.input<typeof ruleSetSchema>;
export type AnalyteRule = RuleSet['analytes'][number];
export type AnalyteInput = RuleSetInput['analytes'][number];
export type PanelRule = RuleSet['panels'][number];
export type PanelInput = RuleSetInput['panels'][number];
export type LimitRule = AnalyteRule['limits'][number];
export type CommentRule = RuleSet['comments'][number];
export type QualitativeLists = RuleSet['qualitative'];

function inconsistencies(set: RuleSet): string[] {
  const found: string[] = [];
  const analyteIds = new Set(set.analytes.map((one) => one.id));
  const repeated = (values: readonly string[]) => values.filter((value, at) => values.indexOf(value) !== at);
  for (const value of repeated(set.analytes.map((one) => one.id)))
    found.push(`analyte id ${value} is used twice`);
  for (const value of repeated(set.panels.map((one) => one.id)))
    found.push(`panel id ${value} is used twice`);
  const limitIds = set.analytes.flatMap((one) => one.limits.map((rule) => rule.id));
  for (const value of repeated(limitIds)) found.push(`limit id ${value} is used twice`);
  for (const code of repeated(set.analytes.flatMap((one) => [...one.loinc, ...one.molarLoinc]))) {
    found.push(`LOINC ${code} belongs to two analytes: keep it in one`);
  }
  for (const one of set.analytes) {
    const units = [one.unit, ...one.otherUnits.map((unit) => unit.text)];
    for (const rule of one.limits) {
      if (!units.includes(rule.unit))
        found.push(`limit ${rule.id} uses unit ${rule.unit}, which ${one.id} does not know`);
    }
  }
  for (const one of set.panels) {
    for (const member of [...one.analyteIds, ...one.requiredAnalyteIds]) {
      if (!analyteIds.has(member)) found.push(`panel ${one.id} names the unknown analyte ${member}`);
    }
  }
  return found;
}

/** Refused rules. `code` is stable; the message says what to change. */
export class RuleSetError extends Error {
  override readonly name = 'RuleSetError';
  constructor(
    readonly code: 'RULE_SET_UNSIGNED' | 'RULE_SET_INVALID',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Parses a rule set from a file or the database. Throws {@link RuleSetError} naming every fault. */
export function parseRuleSet(input: unknown): RuleSet {
  const parsed = ruleSetSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new RuleSetError(
    'RULE_SET_INVALID',
    `The rule set cannot be used. ${z.prettifyError(parsed.error)}`,
    {
      cause: parsed.error,
    },
  );
}

export type SignedRuleSet = RuleSet & { readonly signedBy: NonNullable<RuleSet['signedBy']> };

/** S000-25: an unsigned rule set never runs. Throws {@link RuleSetError} `RULE_SET_UNSIGNED`. */
export function requireSigned(ruleSet: RuleSet): SignedRuleSet {
  const { signedBy } = ruleSet;
  if (signedBy === null || signedBy.name.trim() === '') {
    throw new RuleSetError(
      'RULE_SET_UNSIGNED',
      `Rule set ${ruleSet.id} version ${ruleSet.version} is not signed. The medical director must review and sign it before it may run.`,
    );
  }
  return { ...ruleSet, signedBy };
}
