/** Why results need a person, counted per laboratory and test, with the mapping that would mend each. */
import type { Observation } from '../../result/report.js';
import type { Cause } from '../doubt.js';
import { findLaboratory, matchAnalyte, matchPanel } from '../matching.js';
import type { Reason } from '../reason.js';
import type { AnalyteRule, SignedRuleSet } from '../rule-set.js';
import { mend, type Mapping } from './mending.js';
import type { StoredVersion } from './stored-version.js';

export interface Unproved {
  readonly stored: StoredVersion;
  /** The reasons that ask for a review. */
  readonly reasons: readonly Reason[];
}

export interface ReviewGroup {
  /** As the source was named when the result came; `null` = not known. */
  readonly laboratory: string | null;
  /** The analyte where a rule knows it, else the name as sent. */
  readonly test: string;
  readonly code: string | null;
  /** A cause of a row, or the name of the step that asks for a person about the whole report. */
  readonly cause: Cause | string;
  readonly results: number;
  /** What would mend it, in words. */
  readonly mend: string;
  /** The same as data, where a mapping in the rule set would do. */
  readonly mapping: Mapping | null;
}

/** Counts reviews one by one, so that nothing of a result has to be kept. */
export class ReviewCount {
  private readonly groups = new Map<string, { group: Omit<ReviewGroup, 'results'>; refs: Set<string> }>();

  constructor(private readonly rules: SignedRuleSet) {}

  add({ stored, reasons }: Unproved): void {
    for (const group of reasons.flatMap((reason) => groupsOf(this.rules, stored, reason))) {
      const key = JSON.stringify(group);
      const known = this.groups.get(key) ?? { group, refs: new Set() };
      known.refs.add(stored.ref);
      this.groups.set(key, known);
    }
  }

  /** Most frequent first. */
  list(): readonly ReviewGroup[] {
    return [...this.groups.values()]
      .map(({ group, refs }) => ({ ...group, results: refs.size }))
      .sort((a, b) => b.results - a.results);
  }
}

function groupsOf(
  rules: SignedRuleSet,
  { version, context }: StoredVersion,
  reason: Reason,
): readonly Omit<ReviewGroup, 'results'>[] {
  const name = context?.laboratory ?? null;
  const laboratory = findLaboratory(rules, name);
  const row = version.observations.find((one) => one.key === reason.observationKey);
  const panel = matchPanel(version.test, rules, laboratory);
  if (!row) {
    const test = panel?.name ?? version.test.name;
    const about = { rules, laboratory: name, analyte: null, row: null, test };
    const { words, mapping } = mend(reason.rule, about);
    return [{ laboratory: name, test, code: version.test.code, cause: reason.rule, mend: words, mapping }];
  }
  const analyte = matchAnalyte(row, rules, panel, laboratory)?.analyte ?? guess(rules, row);
  const causes: readonly string[] = reason.causes?.length ? reason.causes : [reason.rule];
  return causes.map((cause) => {
    const test = analyte && cause !== 'unknown-test' ? analyte.name : row.name;
    const { words, mapping } = mend(cause, { rules, laboratory: name, analyte, row, test });
    return { laboratory: name, test, code: row.code, cause, mend: words, mapping };
  });
}

/** What the name alone suggests for a code that nobody knows. */
function guess(rules: SignedRuleSet, row: Observation): AnalyteRule | null {
  return matchAnalyte({ ...row, code: null, system: null }, rules, null)?.analyte ?? null;
}
