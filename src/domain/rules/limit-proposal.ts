/** A limit that a provider wants for one patient (L46): what must hold before it may be signed. */
import type { EpochMs } from '../result/report.js';
import type { PatientLimit } from './patient-limit.js';
import type { RuleSet } from './rule-set.js';
import { acceptUnit } from './unit.js';

const dayMs = 86_400_000;
/** Whoever needs one for longer signs it again: a limit that nobody looks at any more is a danger. */
export const longestDays = 366;

export type LimitProposal = Pick<PatientLimit, 'analyteId' | 'replaces' | 'limit' | 'reason' | 'expiresAt'>;

/** One sentence per fault, with what to change; empty = it may be signed. `now` is practice time. */
export function faultsOfProposal(proposal: LimitProposal, ruleSet: RuleSet, now: EpochMs): readonly string[] {
  const { analyteId, replaces, limit, reason, expiresAt } = proposal;
  const faults: string[] = [];
  const analyte = ruleSet.analytes.find((one) => one.id === analyteId);
  if (!analyte) faults.push(`The rule set knows no analyte "${analyteId}". Its ids are in: rules export.`);
  else {
    const known = [...analyte.limits, ...analyte.deltas].map((rule) => rule.id);
    for (const id of replaces)
      if (!known.includes(id))
        faults.push(`"${id}" is no limit of ${analyte.name}. It has: ${known.join(', ') || 'none'}.`);
    if (analyte.unit === null) faults.push(`${analyte.name} has no numbers, so it has no limits.`);
    else if (limit && !acceptUnit(analyte, limit.unit))
      faults.push(`${analyte.name} is not measured in ${limit.unit}. Its unit is ${analyte.unit}.`);
  }
  if (limit?.tier === 'critical' && limit.urgency !== 'critical')
    faults.push('A critical limit is urgent as one: leave the urgency out.');
  if (replaces.length === 0 && limit === null)
    faults.push('It changes nothing: name a limit, or the ones that do not apply.');
  if (reason.trim() === '') faults.push('A reason is needed, such as the treatment that calls for it.');
  if (!(expiresAt > now)) faults.push('It ends in the past: give a day to come.');
  else if (expiresAt > now + longestDays * dayMs)
    faults.push(`It may run for ${longestDays} days at most; sign it again then.`);
  return faults;
}
