/** The tier of one version of a result: worst row, then what the report as a whole adds. */
import type {
  Classification,
  ClassifiablePatient,
  ClassifiableVersion,
  ClassifyContext,
} from './classification.js';
import { applyCombinations } from './combinations.js';
import { readComment } from './comments.js';
import { applyComputed, applyRatios } from './cross-rows.js';
import { findLaboratory, matchPanel } from './matching.js';
import { classifyObservation, type RowResult } from './observation.js';
import { Verdict, type JudgedReason, type Step } from './reason.js';
import { signatureOf } from './row-reading.js';
import { requireSigned, type PanelRule, type RuleSet, type SignedRuleSet, type Urgency } from './rule-set.js';
import { sensitiveCategoriesOf } from './sensitivity.js';

/**
 * Classifies a version in the order of clinical-rules §1: status, laboratory's own word, value, limits, flag,
 * interval sent, library interval, text lists, changes and combinations, proof of normality. No step lowers; only
 * limits signed for the patient (L46) stand in place of the practice's, and never of the laboratory's own word.
 *
 * Result tier: any critical row makes it `critical`; else `abnormal` beats `review` (both need a person, and
 * the reasons of both are kept); `normal` only if every row and the report prove it. Cancelled → `null`,
 * withdrawn → `void`. Urgency is the most urgent of all reasons; a normal result is `minor` (L9).
 *
 * The same inputs give the same answer: nothing is read from outside, also not the time.
 *
 * @throws RuleSetError `RULE_SET_UNSIGNED` (S000-25)
 */
export function classify(
  version: ClassifiableVersion,
  ruleSet: RuleSet,
  patient: ClassifiablePatient | null,
  context: ClassifyContext = {},
): Classification {
  const signed = requireSigned(ruleSet);
  const laboratory = findLaboratory(signed, context.laboratory ?? null);
  const panel = matchPanel(version.test, signed, laboratory);
  const now = context.now ?? null;
  const known = patient && withCertainAge(patient);
  const isOver = version.status === 'cancelled' || version.status === 'withdrawn';
  const rowContext = {
    ruleSet: signed,
    patient: known,
    panel,
    laboratory,
    reportStatus: version.status,
    previous: context.previous ?? [],
    patientLimits: context.patientLimits ?? [],
    takenAt: version.collectedAt ?? now,
    now,
  };
  const rows = isOver ? [] : version.observations.map((row) => classifyObservation(row, rowContext));

  const verdict = new Verdict();
  for (const row of rows) verdict.join(row.verdict);
  if (isOver) statusReason(verdict, version, signed);
  else {
    judgeReport(verdict, version, signed, panel, known, rows);
    applyCombinations(verdict, version, signed, rows);
    applyRatios(verdict, signed, rows);
    applyComputed(verdict, signed, known, rows);
  }
  const tier = version.status === 'withdrawn' ? 'void' : verdict.tier;
  return {
    tier,
    urgency: tier === null || tier === 'void' ? 'standard' : verdict.urgency,
    final: version.status === 'final' || version.status === 'corrected',
    reasons: verdict.reasons,
    decidedBy: verdict.decidedBy(),
    observations: isOver
      ? version.observations.map(({ key }) => withoutTier(key))
      : rows.map((row) => row.observation),
    sensitive: sensitiveCategoriesOf(version, signed, laboratory),
    panelId: panel?.id ?? null,
    contactByHours: panel?.contactByHours ?? signed.policy.contactByHours,
    ruleSet: { id: signed.id, version: signed.version, signedBy: signed.signedBy },
  };
}

/** An age that no living person has comes from a wrong birth date: not known. */
function withCertainAge(patient: ClassifiablePatient): ClassifiablePatient {
  const { ageYears } = patient;
  const isPossible = ageYears !== null && ageYears >= 0 && ageYears <= 130;
  return isPossible ? patient : { ...patient, ageYears: null };
}

function withoutTier(key: string): Classification['observations'][number] {
  return { key, analyteId: null, tier: null, canonicalValue: null, canonicalUnit: null, comparator: null };
}

function reasonOf(
  version: ClassifiableVersion,
  ruleSet: SignedRuleSet,
  step: Step,
  rule: string,
  text: string,
  tier: JudgedReason['tier'] = null,
  urgency: Urgency | null = null,
): JudgedReason {
  const inputs = { status: version.status, kind: version.kind, test: version.test.name, note: version.note };
  const signedBy = signatureOf(ruleSet);
  const about = { observationKey: null, inputs, converted: null, causes: [] };
  return { step, rule, ruleVersion: ruleSet.version, signedBy, tier, urgency, text, ...about };
}

function statusReason(verdict: Verdict, version: ClassifiableVersion, ruleSet: SignedRuleSet): void {
  const text =
    version.status === 'withdrawn'
      ? 'The laboratory withdrew this result'
      : 'The test was cancelled or not performed';
  verdict.add(reasonOf(version, ruleSet, 1, version.status, text));
}

/** What only the report as a whole can say; everything here blocks `normal`. */
function judgeReport(
  verdict: Verdict,
  version: ClassifiableVersion,
  ruleSet: SignedRuleSet,
  panel: PanelRule | null,
  patient: ClassifiablePatient | null,
  all: readonly RowResult[],
): void {
  const rows = all.filter((row) => row.outcome !== 'not-a-result');
  const review = (step: Step, rule: string, text: string) =>
    verdict.add(reasonOf(version, ruleSet, step, rule, text, 'review', 'standard'));
  const isNothingPerformed =
    rows.length > 0 && version.kind === 'lab' && rows.every((row) => row.outcome === 'not-performed');

  for (const comment of readComment(version.note, ruleSet.comments)) {
    const isCritical = comment.tier === 'critical';
    const [step, urgency] = isCritical ? ([2, 'critical'] as const) : ([5, 'standard'] as const);
    verdict.add(
      reasonOf(version, ruleSet, step, comment.rule, `Report: ${comment.why}`, comment.tier, urgency),
    );
  }
  if (isNothingPerformed && version.readable) return;

  if (version.status === 'preliminary') review(1, 'not-final', 'The report is preliminary');
  if (version.status === 'unknown') review(1, 'not-final', 'The report does not say that it is final');
  if (version.kind !== 'lab')
    review(10, 'never-normal', 'Imaging and pathology are never normal automatically');
  if (!version.readable)
    review(
      3,
      'not-readable',
      'The report holds something that no rule reads: a document, a conclusion, a missing part',
    );
  else if (rows.length === 0) review(3, 'no-values', 'The report holds no values');
  if (patient === null) review(10, 'patient-unknown', 'The patient is not known');
  for (const row of rows) {
    if (row.outcome !== 'classified')
      review(1, row.outcome, `Part of the report is ${row.outcome.replace('-', ' ')}`);
  }
  const present = new Set(rows.map((row) => row.observation.analyteId));
  const missing = (panel?.requiredAnalyteIds ?? []).filter((id) => !present.has(id));
  if (panel && rows.length > 0 && missing.length > 0) {
    review(10, 'panel-incomplete', `${panel.name} lacks ${missing.join(', ')}`);
  }
}
