/** Which rule a row or a test belongs to: by LOINC, by local code, by name only where the panel vouches for it. */
import type { Observation, Report } from '../result/report.js';
import { loincOk } from '../library/loinc.js';
import { plainWords } from './comments.js';
import type { AnalyteRule, LaboratoryRule, PanelRule, RuleSet } from './rule-set.js';
import { acceptedUnits, type AcceptedUnit } from './unit.js';

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

interface Named {
  readonly name: string;
  readonly names: readonly string[];
}

/** Rules never change once a rule set is read, and every row without a code is compared with all of them. */
const knownNames = new WeakMap<Named, ReadonlySet<string>>();

function isNamed(rule: Named, name: string): boolean {
  let names = knownNames.get(rule);
  if (!names) knownNames.set(rule, (names = new Set([rule.name, ...rule.names].map(plainName))));
  const wanted = plainName(name);
  return wanted !== '' && names.has(wanted);
}

/** The laboratory of a rule set by its id or a whole name; `null` when none is meant. */
export function findLaboratory(ruleSet: RuleSet, laboratory: string | null): LaboratoryRule | null {
  const wanted = plainName(laboratory ?? '');
  if (wanted === '') return null;
  return (
    ruleSet.laboratories.find((one) => one.id === laboratory) ??
    ruleSet.laboratories.find((one) => isNamed(one, wanted)) ??
    null
  );
}

/**
 * The panel of a report's test, or `null`. The performing laboratory's own table comes first; a LOINC code that no
 * panel lists outranks the name.
 */
export function matchPanel(
  test: Report['test'],
  ruleSet: RuleSet,
  laboratory: LaboratoryRule | null = null,
): PanelRule | null {
  const own = laboratory?.panels.find(({ code }) => code === test.code?.trim());
  if (own) return ruleSet.panels.find((panel) => panel.id === own.panelId) ?? null;
  const loinc = loincOf(test);
  if (loinc !== null) return ruleSet.panels.find((panel) => panel.loinc.includes(loinc)) ?? null;
  const byCode = ruleSet.panels.find((panel) => test.code !== null && panel.localCodes.includes(test.code));
  return byCode ?? ruleSet.panels.find((panel) => isNamed(panel, test.name)) ?? null;
}

/** The analyte rule of a row, or `null`: by the laboratory's own table, LOINC, local code, then name (§2.12). */
export function matchAnalyte(
  row: Observation,
  ruleSet: RuleSet,
  panel: PanelRule | null,
  laboratory: LaboratoryRule | null = null,
): AnalyteMatch | null {
  const loinc = loincOf(row);
  const own = laboratory?.codes.find(({ code }) => code === row.code?.trim());
  const byCode = ruleSet.analytes.find((one) => {
    if (own) return one.id === own.analyteId;
    if (loinc !== null) return one.loinc.includes(loinc) || one.molarLoinc.includes(loinc);
    return row.code !== null && one.localCodes.includes(row.code);
  });
  if (byCode) return { analyte: byCode, isCertain: true };
  if (loinc !== null) return null;
  const named = ruleSet.analytes.filter((one) => isNamed(one, row.name));
  const member = named.find((one) => panel?.analyteIds.includes(one.id));
  if (member) return { analyte: member, isCertain: true };
  return named[0] ? { analyte: named[0], isCertain: false } : null;
}

/**
 * True when mass and amount of substance contradict each other between code and unit (§2.11 rule 1). Where a rule
 * lists molar codes its other codes are for mass; else they have the property of the rule's own unit.
 */
export function contradictsProperty(row: Observation, analyte: AnalyteRule, unit: AcceptedUnit): boolean {
  const loinc = loincOf(row);
  const [own] = acceptedUnits(analyte);
  if (loinc === null || !own || unit.isEquivalent) return false;
  if (analyte.molarLoinc.includes(loinc)) return !unit.isMolar;
  const isMolarCode = analyte.molarLoinc.length === 0 && own.isMolar;
  return analyte.loinc.includes(loinc) && isMolarCode !== unit.isMolar;
}
