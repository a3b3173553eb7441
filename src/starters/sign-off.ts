import type { CommandBody } from '../domain/lifecycle/facts.js';
import { signOffBatch } from './batch.js';
import { decideAtDesk, type DeskOptions } from './desk.js';
import { WrongUsage } from './outcome.js';

export const signOffDecisions = ['release', 'call-instead', 'not-mine', 'change-tier'] as const;
export const signOffTiers = ['critical', 'abnormal', 'normal'] as const;

type Decision = (typeof signOffDecisions)[number];
type ChosenTier = (typeof signOffTiers)[number];

/** The decision that the options spell. @throws WrongUsage when tier and decision do not fit. */
export function signOffBody(options: { decision?: Decision; tier?: ChosenTier }): CommandBody {
  const decision = options.decision ?? (options.tier ? 'change-tier' : 'release');
  if (decision !== 'change-tier') {
    if (options.tier) throw new WrongUsage('--tier goes with --decision change-tier only.');
    return { kind: 'sign-off', decision };
  }
  if (!options.tier) throw new WrongUsage(`--decision change-tier needs --tier ${signOffTiers.join(' | ')}.`);
  return { kind: 'sign-off', decision, tier: options.tier };
}

/** `resultloop sign-off RESULT… --as PERSON`. */
export async function signOffCommand(
  wanted: readonly string[],
  options: DeskOptions & { decision?: Decision; tier?: ChosenTier },
): Promise<void> {
  const body = signOffBody(options);
  const [only, ...others] = wanted;
  if (only !== undefined && others.length === 0) return decideAtDesk(only, options, body);
  return signOffBatch(wanted, options, body);
}
