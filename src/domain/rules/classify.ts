/** The tier of one version of a result: worst row, then what the report as a whole adds. */
import type { Classification, ClassifiablePatient, ClassifiableVersion } from './classification.js';
import { applyCombinations } from './combinations.js';
import { readComment } from './comments.js';
import { matchPanel } from './matching.js';
import { classifyObservation, type RowResult } from './observation.js';
import { Verdict, type Step } from './reason.js';
import { requireSigned, type PanelRule, type RuleSet } from './rule-set.js';
import { sensitiveCategoriesOf } from './sensitivity.js';

/**
 * Classifies a version in the order of clinical-rules §1: status, laboratory's own word, value, limits, flag,
 * interval sent, library interval, text lists, combinations, proof of normality. No step lowers.
 *
 * Result tier: any critical row makes it `critical`; else `abnormal` beats `review` (both need a person, and
 * the reasons of both are kept); `normal` only if every row and the report prove it. Cancelled → `null`,
 * withdrawn → `void`. Urgency is the most urgent of all reasons; a normal result is `minor` (L9).
 *
 * @throws RuleSetError `RULE_SET_UNSIGNED` (S000-25)
 */
export function classify(
  version: ClassifiableVersion,
  ruleSet: RuleSet,
  patient: ClassifiablePatient | null,
): Classification {
  const signed = requireSigned(ruleSet);
  const panel = matchPanel(version.test, ruleSet);
  const isOver = version.status === 'cancelled' || version.status === 'withdrawn';
  const rows = isOver
    ? []
    : version.observations.map((row) =>
        classifyObservation(row, { ruleSet, patient, panel, reportStatus: version.status }),
      );

  const verdict = new Verdict();
  for (const row of rows) verdict.join(row.verdict);
  if (isOver) statusReason(verdict, version, ruleSet);
  else {
    judgeReport(verdict, version, ruleSet, panel, patient, rows);
    applyCombinations(verdict, version, ruleSet, rows);
  }
  const tier = version.status === 'withdrawn' ? 'void' : verdict.tier;
  return {
    tier,
    urgency: tier === null || tier === 'void' ? 'standard' : verdict.urgency,
    final: version.status === 'final' || version.status === 'corrected',
    reasons: verdict.reasons,
    observations: isOver
      ? version.observations.map(({ key }) => withoutTier(key))
      : rows.map((row) => row.observation),
    sensitive: sensitiveCategoriesOf(version, ruleSet),
    panelId: panel?.id ?? null,
    contactByHours: panel?.contactByHours ?? ruleSet.policy.contactByHours,
    ruleSet: { id: signed.id, version: signed.version, signedBy: signed.signedBy },
  };
}

function withoutTier(key: string): Classification['observations'][number] {
  return { key, analyteId: null, tier: null, canonicalValue: null, canonicalUnit: null, comparator: null };
}

function reasonOf(version: ClassifiableVersion, ruleSet: RuleSet, step: Step, rule: string, text: string) {
  const inputs = { status: version.status, kind: version.kind, test: version.test.name, note: version.note };
  return { step, rule, ruleVersion: ruleSet.version, observationKey: null, text, inputs };
}

function statusReason(verdict: Verdict, version: ClassifiableVersion, ruleSet: RuleSet): void {
  const text =
    version.status === 'withdrawn'
      ? 'The laboratory withdrew this result'
      : 'The test was cancelled or not performed';
  verdict.reasons.push(reasonOf(version, ruleSet, 1, version.status, text));
}

/** What only the report as a whole can say; everything here blocks `normal`. */
function judgeReport(
  verdict: Verdict,
  version: ClassifiableVersion,
  ruleSet: RuleSet,
  panel: PanelRule | null,
  patient: ClassifiablePatient | null,
  rows: readonly RowResult[],
): void {
  const review = (step: Step, rule: string, text: string) =>
    verdict.raise('review', 'standard', reasonOf(version, ruleSet, step, rule, text));
  const isNothingPerformed =
    rows.length > 0 && version.kind === 'lab' && rows.every((row) => row.outcome === 'not-performed');

  for (const comment of readComment(version.note, ruleSet.comments)) {
    const isCritical = comment.tier === 'critical';
    verdict.raise(
      comment.tier,
      isCritical ? 'critical' : 'standard',
      reasonOf(version, ruleSet, isCritical ? 2 : 5, comment.rule, `Report: ${comment.why}`),
    );
  }
  if (isNothingPerformed) return;

  if (version.status === 'preliminary') review(1, 'not-final', 'The report is preliminary');
  if (version.status === 'unknown') review(1, 'not-final', 'The report does not say that it is final');
  if (version.kind !== 'lab')
    review(10, 'never-normal', 'Imaging and pathology are never normal automatically');
  if (!version.readable)
    review(3, 'not-readable', 'The content is a scan or document that a person must read');
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
