/** Which rule a row or a test belongs to: by LOINC, by local code, by name only where the panel vouches for it. */
import type { Observation, Report } from '../result/report.js';
import { loincOk } from '../library/loinc.js';
import { plainWords } from './comments.js';
import type { AnalyteRule, PanelRule, RuleSet } from './rule-set.js';

export interface AnalyteMatch {
  readonly analyte: AnalyteRule;
  /** False when only the name fits: good enough to raise an alarm, never to prove anything. */
  readonly isCertain: boolean;
}

interface Coded {
  readonly code: string | null;
  readonly system: 'LOINC' | 'local' | null;
  readonly name: string;
}

function loincOf({ code, system }: Coded): string | null {
  if (code === null || system === 'local') return null;
  return system === 'LOINC' || loincOk(code) ? code.trim() : null;
}

function plainName(name: string): string {
  return plainWords(name.replace(/[-,/()'+]/g, ' ')).replace(/\s+/g, ' ');
}

function isNamed(names: readonly string[], name: string): boolean {
  const wanted = plainName(name);
  return wanted !== '' && names.some((one) => plainName(one) === wanted);
}

/** The panel of a report's test, or `null`. A LOINC code that no panel lists outranks the name. */
export function matchPanel(test: Report['test'], ruleSet: RuleSet): PanelRule | null {
  const loinc = loincOf(test);
  if (loinc !== null) return ruleSet.panels.find((panel) => panel.loinc.includes(loinc)) ?? null;
  const byCode = ruleSet.panels.find((panel) => test.code !== null && panel.localCodes.includes(test.code));
  return byCode ?? ruleSet.panels.find((panel) => isNamed([panel.name, ...panel.names], test.name)) ?? null;
}

/** The analyte rule of a row, or `null`. */
export function matchAnalyte(
  row: Observation,
  ruleSet: RuleSet,
  panel: PanelRule | null,
): AnalyteMatch | null {
  const loinc = loincOf(row);
  const byCode = ruleSet.analytes.find((one) =>
    loinc !== null
      ? one.loinc.includes(loinc) || one.molarLoinc.includes(loinc)
      : row.code !== null && one.localCodes.includes(row.code),
  );
  if (byCode) return { analyte: byCode, isCertain: true };
  if (loinc !== null) return null;
  const named = ruleSet.analytes.filter((one) => isNamed([one.name, ...one.names], row.name));
  const member = named.find((one) => panel?.analyteIds.includes(one.id));
  if (member) return { analyte: member, isCertain: true };
  return named[0] ? { analyte: named[0], isCertain: false } : null;
}

/** True when mass and amount of substance contradict each other between code and unit (§2.11 rule 1). */
export function contradictsProperty(row: Observation, analyte: AnalyteRule, unitIsMolar: boolean): boolean {
  const loinc = loincOf(row);
  if (loinc === null || analyte.molarLoinc.length === 0) return false;
  return analyte.molarLoinc.includes(loinc) !== unitIsMolar;
}
