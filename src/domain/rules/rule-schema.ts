/** What a practice's rule set holds, field by field. The gate that unsigned rules cannot pass is in rule-set.ts. */
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

/** What a limit says; a limit signed for one patient (L46) says no more. */
export const limitOfPatient = z.strictObject({
  tier: z.enum(['critical', 'abnormal']),
  urgency: z.enum(urgencies),
  operator,
  value: decimal,
  unit: text,
});

const limit = limitOfPatient.extend({
  id,
  /** From which age it may set a tier. Below it (a child) a crossed limit only calls a person, the same day. */
  minAgeYears: z.int().min(0).default(18),
  source: text,
});

const bound = z.strictObject({ value: decimal, inclusive: z.boolean() });

/** Completed years, both ends included; `maxYears: null` = no upper end. */
const ages = z.strictObject({ minYears: z.int().min(0), maxYears: z.int().min(0).nullable() });

const interval = z.strictObject({
  sex: z.enum(['F', 'M']).nullable(),
  /** `null` = adults. A band that fits outranks the interval for all adults (§3.4). */
  ages: ages.nullable().default(null),
  /** `true` = in pregnancy only. `false` and `null` = not in pregnancy; unknown pregnancy is no proof (§2.10). */
  pregnant: z.boolean().nullable().default(null),
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

/** What a flag means for this very test: troponin `A` is critical (S003-47). Raises only. */
const raise = z.strictObject({
  id,
  flags: z.array(text).min(1),
  tier: raisedTier,
  urgency: z.enum(urgencies),
  source: text,
});

/** A change since the patient's last final value of the same analyte (§5). Raises only. */
const delta = z.strictObject({
  id,
  direction: z.enum(['up', 'down', 'any']),
  /** Reached when the change is at least this much, or more than it where `inclusive` is false. */
  amount: z.strictObject({
    kind: z.enum(['absolute', 'percent']),
    value: decimal,
    /** A unit of the analyte for `absolute`; not read for `percent`. */
    unit: text.nullable().default(null),
    inclusive: z.boolean().default(true),
  }),
  /** How old the earlier value may be: 2 = 48 hours. */
  withinDays: z.int().positive(),
  /** The new value must also hold this ("drop of 3 and below 10"). */
  andValue: z.strictObject({ operator, value: decimal, unit: text }).nullable().default(null),
  tier: raisedTier,
  urgency: z.enum(urgencies),
  /** What a clinician reads: "creatinine rising". */
  text,
  source: text,
});

/** A performing laboratory's own codes; the same code means other things elsewhere (§2.12). */
const laboratory = z.strictObject({
  id,
  name: text,
  /** Other whole names under which it reports: sites, former names. */
  names: z.array(text).default([]),
  codes: z.array(z.strictObject({ code: text, analyteId: id })).default([]),
  panels: z.array(z.strictObject({ code: text, panelId: id })).default([]),
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
  raises: z.array(raise).default([]),
  deltas: z.array(delta).default([]),
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

/** Two values of one report that belong together: outside the span one of them is wrong, perhaps a swapped tube. */
const ratio = z.strictObject({
  id,
  analyteId: id,
  toAnalyteId: id,
  low: decimal,
  high: decimal,
  tier: raisedTier,
  urgency: z.enum(urgencies),
  text,
  source: text,
});

/**
 * A count that the laboratory left to be computed: `of` × the sum of `percents` / 100 (neutrophils of the white
 * cells, §2.1). Only the limits of `analyteId` are applied to it, and only when the report has no value of its own.
 */
const computed = z.strictObject({
  id,
  analyteId: id,
  of: id,
  /** The first is needed, the others are added where they were sent. */
  percents: z.array(id).min(1),
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

/** Every field; whether they fit together is checked by `parseRuleSet`. */
export const ruleSetFields = z.strictObject({
  id,
  version: z.int().positive(),
  /** `YYYY-MM-DD`. */
  signedBy: z.strictObject({ name: text, date: z.iso.date() }).nullable(),
  analytes: z.array(analyte),
  panels: z.array(panel),
  qualitative: qualitativeLists,
  comments: z.array(commentRule),
  combinations: z.array(combination),
  ratios: z.array(ratio).default([]),
  computed: z.array(computed).default([]),
  exemptions: z.array(exemption),
  sensitivity: z.array(sensitivity),
  laboratories: z.array(laboratory).default([]),
  policy,
});

export type RuleSet = z.output<typeof ruleSetFields>;
export type RuleSetInput = z.input<typeof ruleSetFields>;
export type AnalyteRule = RuleSet['analytes'][number];
export type AnalyteInput = RuleSetInput['analytes'][number];
export type PanelRule = RuleSet['panels'][number];
export type PanelInput = RuleSetInput['panels'][number];
export type LimitRule = AnalyteRule['limits'][number];
export type IntervalRule = AnalyteRule['intervals'][number];
export type DeltaRule = AnalyteRule['deltas'][number];
export type RaiseRule = AnalyteRule['raises'][number];
export type LaboratoryRule = RuleSet['laboratories'][number];
export type CommentRule = RuleSet['comments'][number];
export type QualitativeLists = RuleSet['qualitative'];
