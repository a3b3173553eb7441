import { closing, nextOpening, type OpenHours } from '../calendar/open-hours.js';
import type { EpochMs } from '../result/report.js';
import type { LifecyclePolicy } from './policy.js';
import type { ResultState, StagedVersion } from './state.js';

type Judged = Pick<StagedVersion, 'tier' | 'urgency'>;

/** Urgency has clocks of its own only below critical, and where a person decides or calls (lifecycle §2). */
function isDecided({ tier }: Judged): boolean {
  return tier === 'abnormal' || tier === 'review';
}

/**
 * L7: the clocks of same-day run. Not for a historic result (L2), nor under a policy of 0.1.0: a run that was staged
 * with one keeps the clocks it had until its next version, so that its history replays.
 */
export function isSameDay({
  version,
  policy,
  lane,
}: Pick<ResultState, 'version' | 'policy' | 'lane'>): boolean {
  if (!version || !policy.sameDay || lane === 'historic') return false;
  return version.urgency === 'same-day' && isDecided(version);
}

/** L9. */
export function isMinor(policy: LifecyclePolicy, version: Judged): boolean {
  return policy.minor !== undefined && version.urgency === 'minor' && isDecided(version);
}

/** When a sign-off is missed, and who hears of it (L8, L9), counted from the detection. */
export function signOffClocks(
  policy: LifecyclePolicy,
  version: Judged,
): { readonly coverMs: number; readonly ownerMs: number; readonly supervisorMs: number } {
  if (policy.minor && isMinor(policy, version)) return policy.minor;
  return {
    coverMs: policy.signOffCoverMs,
    ownerMs: policy.signOffOwnerMs,
    supervisorMs: policy.signOffSupervisorMs,
  };
}

/**
 * When contact with the patient is due. Same-day: by closing of the business day of its detection, of the next one for
 * what came after closing (L7). Minor: never before its sign-off is due (L9). Else as the panel says (L8).
 * @param panelMs What the panel, or the rule set for panels that say nothing, allows.
 */
export function contactBy(
  policy: LifecyclePolicy,
  hours: OpenHours,
  version: Judged & Pick<StagedVersion, 'detectedAt'>,
  panelMs: number,
): EpochMs {
  const { detectedAt, urgency } = version;
  if (policy.minor && isMinor(policy, version)) return detectedAt + Math.max(panelMs, policy.minor.contactMs);
  if (!policy.sameDay || urgency !== 'same-day' || !isDecided(version)) return detectedAt + panelMs;
  return Math.min(detectedAt + panelMs, closing(hours, nextOpening(hours, detectedAt)));
}
