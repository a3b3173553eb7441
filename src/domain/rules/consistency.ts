/** Faults that only the whole rule set shows: ids used twice, names of nothing, units no table knows. */
import type { AnalyteRule, LaboratoryRule, PanelRule, RuleSet } from './rule-schema.js';

type Checked = Pick<RuleSet, 'analytes' | 'panels' | 'laboratories' | 'combinations' | 'ratios' | 'computed'>;

/** Every inconsistency, in words that say what to change. Empty when there is none. */
export function inconsistencies(set: Checked): string[] {
  const analyteIds = new Set(set.analytes.map((one) => one.id));
  const panelIds = new Set(set.panels.map((one) => one.id));
  const unknown = (rule: string, members: readonly string[]) =>
    members
      .filter((member) => !analyteIds.has(member))
      .map((member) => `${rule} names the unknown analyte ${member}`);
  return [
    ...usedTwice(
      'analyte id',
      set.analytes.map((one) => one.id),
    ),
    ...usedTwice(
      'panel id',
      set.panels.map((one) => one.id),
    ),
    ...usedTwice(
      'laboratory id',
      set.laboratories.map((one) => one.id),
    ),
    ...usedTwice(
      'laboratory name',
      set.laboratories.flatMap((one) => [one.name, ...one.names]),
    ),
    ...usedTwice(
      'limit id',
      set.analytes.flatMap((one) => [...one.limits, ...one.raises, ...one.deltas].map((rule) => rule.id)),
    ),
    ...repeated(set.analytes.flatMap((one) => [...one.loinc, ...one.molarLoinc])).map(
      (code) => `LOINC ${code} belongs to two analytes: keep it in one`,
    ),
    ...set.analytes.flatMap(faultsOfAnalyte),
    ...set.panels.flatMap((one) => faultsOfPanel(one, analyteIds)),
    ...set.combinations.flatMap((one) =>
      unknown(
        `combination ${one.id}`,
        one.all.map((condition) => condition.analyteId),
      ),
    ),
    ...set.ratios.flatMap((one) => unknown(`ratio ${one.id}`, [one.analyteId, one.toAnalyteId])),
    ...set.computed.flatMap((one) =>
      unknown(`computed value ${one.id}`, [one.analyteId, one.of, ...one.percents]),
    ),
    ...set.laboratories.flatMap((one) => faultsOfLaboratory(one, analyteIds, panelIds)),
  ];
}

function repeated(values: readonly string[]): string[] {
  return values.filter((value, at) => values.indexOf(value) !== at);
}

function usedTwice(what: string, values: readonly string[]): string[] {
  return repeated(values).map((value) => `${what} ${value} is used twice`);
}

function faultsOfAnalyte(one: AnalyteRule): string[] {
  const units = [one.unit, ...one.otherUnits.map((unit) => unit.text)];
  const unknownUnit = (rule: string, unit: string | null) =>
    units.includes(unit) && unit !== null
      ? []
      : [`limit ${rule} uses unit ${unit ?? '(none)'}, which ${one.id} does not know`];
  return [
    ...one.limits.flatMap((rule) => unknownUnit(rule.id, rule.unit)),
    ...one.deltas.flatMap((rule) => [
      ...(rule.amount.kind === 'absolute' ? unknownUnit(rule.id, rule.amount.unit) : []),
      ...(rule.andValue ? unknownUnit(rule.id, rule.andValue.unit) : []),
      ...(Number(rule.amount.value) > 0 ? [] : [`delta ${rule.id} needs an amount above 0`]),
    ]),
    ...one.intervals.flatMap(({ ages }) =>
      ages !== null && ages.maxYears !== null && ages.maxYears < ages.minYears
        ? [`an age band of ${one.id} ends before it begins`]
        : [],
    ),
  ];
}

function faultsOfPanel(one: PanelRule, analyteIds: ReadonlySet<string>): string[] {
  return [...one.analyteIds, ...one.requiredAnalyteIds]
    .filter((member) => !analyteIds.has(member))
    .map((member) => `panel ${one.id} names the unknown analyte ${member}`);
}

function faultsOfLaboratory(
  one: LaboratoryRule,
  analyteIds: ReadonlySet<string>,
  panelIds: ReadonlySet<string>,
): string[] {
  return [
    ...usedTwice(
      `code of laboratory ${one.id}`,
      one.codes.map(({ code }) => code),
    ),
    ...usedTwice(
      `panel code of laboratory ${one.id}`,
      one.panels.map(({ code }) => code),
    ),
    ...one.codes
      .filter(({ analyteId }) => !analyteIds.has(analyteId))
      .map(({ analyteId }) => `laboratory ${one.id} names the unknown analyte ${analyteId}`),
    ...one.panels
      .filter(({ panelId }) => !panelIds.has(panelId))
      .map(({ panelId }) => `laboratory ${one.id} names the unknown panel ${panelId}`),
  ];
}
