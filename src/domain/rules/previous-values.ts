/** The patient's earlier values that change rules compare with (clinical-rules §5). */
import type { EpochMs } from '../result/report.js';
import type { ClassifiableVersion, PreviousValue } from './classification.js';
import { classify } from './classify.js';
import { findLaboratory, matchAnalyte, matchPanel } from './matching.js';
import type { SignedRuleSet } from './rule-set.js';
import { readRowStatus } from './status.js';

const dayMs = 86_400_000;

/** The newest final version of another result of the same patient. */
export interface EarlierVersion {
  readonly version: ClassifiableVersion;
  readonly laboratory: string | null;
  /** When its specimen was collected, or when it was first seen where that is not known. */
  readonly at: EpochMs;
}

/**
 * How far back, in days, each analyte of a version is compared: as far as its longest change rule. An analyte without
 * a change rule asks for nothing.
 */
export function daysAskedFor(
  version: ClassifiableVersion,
  ruleSet: SignedRuleSet,
  laboratory: string | null,
): ReadonlyMap<string, number> {
  const ours = findLaboratory(ruleSet, laboratory);
  const panel = matchPanel(version.test, ruleSet, ours);
  const days = new Map<string, number>();
  for (const row of version.observations) {
    const match = matchAnalyte(row, ruleSet, panel, ours);
    if (!match?.isCertain || match.analyte.deltas.length === 0) continue;
    days.set(match.analyte.id, Math.max(...match.analyte.deltas.map((rule) => rule.withinDays)));
  }
  return days;
}

/**
 * The last value before `takenAt` of each analyte that is asked for, as the rules of today read it. What was not
 * accepted, not performed or not final compares with nothing, and hides nothing older either.
 */
export function previousValues(
  days: ReadonlyMap<string, number>,
  takenAt: EpochMs,
  ruleSet: SignedRuleSet,
  earlier: readonly EarlierVersion[],
): readonly PreviousValue[] {
  const last = new Map<string, PreviousValue>();
  for (const one of [...earlier].sort((a, b) => b.at - a.at)) {
    if (one.at >= takenAt) continue;
    for (const value of valuesOf(one, ruleSet)) {
      const reach = days.get(value.analyteId);
      if (reach === undefined || takenAt - value.at > reach * dayMs || last.has(value.analyteId)) continue;
      last.set(value.analyteId, value);
    }
  }
  return [...last.values()];
}

function valuesOf({ version, laboratory, at }: EarlierVersion, ruleSet: SignedRuleSet): PreviousValue[] {
  return classify(version, ruleSet, null, { laboratory }).observations.flatMap((row, index) => {
    const { analyteId, canonicalValue: value, canonicalUnit: unit, comparator, tier } = row;
    const status = readRowStatus(version.observations[index]?.status ?? null) ?? version.status;
    const isFinal = status === 'final' || status === 'corrected';
    if (analyteId === null || value === null || unit === null || tier === null || !isFinal) return [];
    return [{ analyteId, value, unit, comparator, at }];
  });
}
