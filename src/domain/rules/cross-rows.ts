/** Rules over two rows of one report: values that must fit each other, and counts to be computed. They only raise. */
import { exactOf, show, type Exact } from './decimal.js';
import { appliesTo, reaches } from './limits.js';
import type { RowResult } from './observation.js';
import type { JudgedReason, Verdict } from './reason.js';
import { signatureOf } from './row-reading.js';
import type { ClassifiablePatient } from './classification.js';
import type { SignedRuleSet } from './rule-set.js';

/** The plain number of an analyte; `null` when it was not sent, was sent twice, or is no plain number. */
function numberOf(rows: readonly RowResult[], analyteId: string): Exact | null {
  const [row, ...others] = rows.filter((one) => one.observation.analyteId === analyteId && one.canonical);
  const canonical = row?.canonical;
  return canonical && others.length === 0 && canonical.comparator === null && !canonical.to
    ? canonical.number
    : null;
}

function reasonOf(
  ruleSet: SignedRuleSet,
  more: Pick<JudgedReason, 'rule' | 'tier' | 'urgency' | 'text' | 'inputs' | 'converted'>,
): JudgedReason {
  const { version: ruleVersion } = ruleSet;
  return { step: 9, ruleVersion, signedBy: signatureOf(ruleSet), observationKey: null, causes: [], ...more };
}

/** Step 9: two values that do not fit each other (hemoglobin and hematocrit: a swapped specimen?). */
export function applyRatios(verdict: Verdict, ruleSet: SignedRuleSet, rows: readonly RowResult[]): void {
  for (const rule of ruleSet.ratios) {
    const [above, below] = [numberOf(rows, rule.analyteId), numberOf(rows, rule.toAnalyteId)];
    if (!above || !below?.gt(0)) continue;
    // Multiplied out, since a quotient may not be exact.
    const fits = above.gte(below.times(exactOf(rule.low))) && above.lte(below.times(exactOf(rule.high)));
    if (fits) continue;
    const text = `${rule.text}, rule ${rule.id} v${ruleSet.version}`;
    const inputs = { [rule.analyteId]: show(above), [rule.toAnalyteId]: show(below) };
    const { tier, urgency, id } = rule;
    verdict.add(reasonOf(ruleSet, { rule: id, tier, urgency, text, inputs, converted: null }));
  }
}

/** Limits of a count that was not sent but follows from a total and its percentages (§2.1). */
export function applyComputed(
  verdict: Verdict,
  ruleSet: SignedRuleSet,
  patient: ClassifiablePatient | null,
  rows: readonly RowResult[],
): void {
  for (const rule of ruleSet.computed) {
    const analyte = ruleSet.analytes.find((one) => one.id === rule.analyteId);
    const total = numberOf(rows, rule.of);
    const shares = rule.percents.map((id) => numberOf(rows, id));
    const wasSent = rows.some((row) => row.observation.analyteId === rule.analyteId && row.canonical);
    if (!analyte || !total || !shares[0] || wasSent) continue;
    const percent = shares.reduce<Exact>((sum, one) => (one ? sum.plus(one) : sum), total.times(0));
    const number = total.times(percent).div(100);
    const converted = `${show(number)} ${analyte.unit ?? ''}`.trim();
    for (const limit of analyte.limits) {
      if (!reaches({ comparator: null, number }, limit, analyte)) continue;
      const sentence =
        `${analyte.short} computed as ${show(total)} × ${show(percent)} % = ${converted} ` +
        `${limit.operator} ${limit.value} ${limit.unit}, rule ${limit.id} v${ruleSet.version}`;
      const inputs = { [rule.of]: show(total), percent: show(percent) };
      const [tier, urgency] = appliesTo(limit, patient)
        ? [limit.tier, limit.urgency]
        : (['review', 'same-day'] as const);
      verdict.add(reasonOf(ruleSet, { rule: limit.id, tier, urgency, text: sentence, inputs, converted }));
    }
  }
}
