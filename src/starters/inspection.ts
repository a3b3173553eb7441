/** What resultloop would make of one delivery, in the words that `inspect` prints. Nothing is stored. */
import type { Observation, Report } from '../domain/result/report.js';
import type { Classification } from '../domain/rules/classification.js';
import { classify } from '../domain/rules/classify.js';
import { compareTiers } from '../domain/rules/reason.js';
import type { RuleSet, SensitiveCategory, Tier, Urgency } from '../domain/rules/rule-set.js';
import { parseValue } from '../domain/rules/value.js';
import { readDelivery } from '../intake/read-delivery.js';
import type { IntakeWarning, PatientAsSent, ReceivedResult, SentTime } from '../intake/received.js';
import { ageYears } from '../store/classifying.js';

export type Sensitivity =
  Exclude<SensitiveCategory, 'substance-use' | 'mental-health'> | 'substance' | 'mental' | 'minor';

export interface FileInspection {
  readonly file: string;
  readonly kind: Report['source'] | null;
  readonly accepted: boolean;
  readonly rejection: string | null;
  /** Worst of the results; `none` = nothing to classify; `reject` = no message that can be used. */
  readonly tier: Tier | 'none' | 'reject' | null;
  readonly results: readonly ResultInspection[];
}

export interface ResultInspection {
  readonly kind: Report['kind'];
  /** `null` = cancelled or not performed. */
  readonly tier: Tier | null;
  readonly urgency: Urgency;
  readonly status: Report['status'];
  readonly sensitive: readonly Sensitivity[];
  readonly patient: Pick<PatientAsSent, 'id' | 'authority' | 'family' | 'given' | 'birthDate' | 'sex'>;
  readonly orderingProvider: ReceivedResult['orderingProvider'];
  readonly placer: string | null;
  readonly filler: string | null;
  readonly test: Report['test'];
  /** In the precision and offset of the sender; what cannot be read as it was written. */
  readonly orderedAt: string | null;
  readonly collectedAt: string | null;
  readonly reportedAt: string | null;
  readonly receivedAt: string | null;
  readonly specimen: string | null;
  readonly performingLab: ReceivedResult['performingLab'];
  readonly observations: readonly ObservationInspection[];
  /** About the message, and what the report as a whole adds to its tier. */
  readonly warnings: readonly string[];
}

export interface ObservationInspection {
  readonly code: string | null;
  readonly system: Observation['system'];
  readonly name: string;
  /** As sent, without its comparator. */
  readonly value: string | null;
  readonly comparator: string | null;
  readonly unit: string | null;
  readonly canonicalValue: string | null;
  readonly canonicalUnit: string | null;
  readonly range: string | null;
  readonly flag: string | null;
  readonly status: string | null;
  readonly tier: Tier | null;
  readonly reasons: readonly { readonly step: number; readonly rule: string; readonly text: string }[];
}

export interface InspectionRules {
  /** IANA zone of times without an offset. */
  readonly zone: string;
  /** Signed; an unsigned one is refused (S000-25). */
  readonly ruleSet: RuleSet;
}

/** Reads and classifies one file. Never throws on its content. */
export function inspectBytes(file: string, bytes: Uint8Array, rules: InspectionRules): FileInspection {
  const delivery = readDelivery(bytes, { zone: rules.zone });
  const kind = delivery.format;
  if (delivery.verdict === 'reject')
    return { file, kind, accepted: false, rejection: delivery.why, tier: 'reject', results: [] };
  if (delivery.verdict === 'none')
    return { file, kind, accepted: true, rejection: null, tier: 'none', results: [] };
  const results = delivery.results.map((one) => inspectResult(one, delivery.warnings, rules));
  const tier = results
    .map((one) => one.tier)
    .reduce((worst, one) => (compareTiers(one, worst) > 0 ? one : worst), null);
  return { file, kind, accepted: true, rejection: null, tier, results };
}

/** A file that could not be read at all: there is no verdict on its content. */
export function unreadFile(file: string, why: string): FileInspection {
  return { file, kind: null, accepted: false, rejection: why, tier: 'reject', results: [] };
}

function inspectResult(
  received: ReceivedResult,
  aroundIt: readonly IntakeWarning[],
  { ruleSet }: InspectionRules,
): ResultInspection {
  const { report, patient } = received;
  const at = received.collectedAt?.at ?? received.reportedAt?.at ?? null;
  const age = at === null ? null : ageYears(patient.birthDate, at);
  const isKnown = patient.id !== null || (patient.family !== null && patient.birthDate !== null);
  const classification = classify(
    report,
    ruleSet,
    isKnown ? { sex: patient.sex, ageYears: age, pregnant: null } : null,
    { laboratory: report.laboratory ?? null },
  );
  const { id, authority, family, given, birthDate, sex } = patient;
  return {
    kind: report.kind,
    tier: classification.tier,
    urgency: classification.urgency,
    status: report.status,
    sensitive: [
      ...classification.sensitive.map(shortName),
      ...(age !== null && age < 18 ? ['minor' as const] : []),
    ],
    patient: { id, authority, family, given, birthDate, sex },
    orderingProvider: received.orderingProvider,
    placer: received.placer,
    filler: received.filler,
    test: report.test,
    orderedAt: timeText(received.orderedAt),
    collectedAt: timeText(received.collectedAt),
    reportedAt: timeText(received.reportedAt),
    receivedAt: timeText(received.receivedAt),
    specimen: received.specimen,
    performingLab: received.performingLab,
    observations: report.observations.map((row) => inspectObservation(row, report, classification)),
    warnings: [
      ...[...aroundIt, ...received.warnings].map((one) => one.text),
      ...classification.reasons.filter((one) => one.observationKey === null).map((one) => one.text),
    ],
  };
}

function inspectObservation(
  row: Observation,
  report: Report,
  classification: Classification,
): ObservationInspection {
  const found = classification.observations.find((one) => one.key === row.key);
  const { value, comparator } = withoutComparator(row.value);
  return {
    code: row.code,
    system: row.system,
    name: row.name,
    value,
    comparator,
    unit: row.unit,
    canonicalValue: found?.canonicalValue ?? null,
    canonicalUnit: found?.canonicalUnit ?? null,
    range: row.range,
    flag: row.flag,
    status: row.status ?? report.status,
    tier: found?.tier ?? null,
    reasons: classification.reasons
      .filter((one) => one.observationKey === row.key)
      .map(({ step, rule, text }) => ({ step, rule, text })),
  };
}

function withoutComparator(raw: string | null): { value: string | null; comparator: string | null } {
  const parsed = parseValue(raw);
  if (raw === null || parsed.kind !== 'number' || parsed.quantity.comparator === null)
    return { value: raw, comparator: null };
  const { comparator } = parsed.quantity;
  const number = /[+-]?(?:\d|\.\d).*$/s.exec(raw)?.[0].trim();
  return { value: number ?? raw, comparator };
}

function shortName(category: SensitiveCategory): Sensitivity {
  return category === 'substance-use' ? 'substance' : category === 'mental-health' ? 'mental' : category;
}

function timeText(time: SentTime | null): string | null {
  return time ? (time.iso ?? time.raw) : null;
}
