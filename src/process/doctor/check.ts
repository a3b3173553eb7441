/** How a check ended. `skipped`: not carried out, because it waits for one that did not pass, or does not apply here. */
export type CheckState = 'pass' | 'fail' | 'warn' | 'skipped';

export type Area =
  | 'database'
  | 'keys'
  | 'clock'
  | 'practice'
  | 'agreements'
  | 'athenahealth'
  | 'twilio'
  | 'spruce'
  | 'webhooks'
  | 'temporal';

/** What a check found. Holds no PHI and no secret: it is printed and kept. */
export interface Finding {
  readonly state: CheckState;
  readonly says: string;
  /** What to do about it, where the check's own advice is not exact enough. */
  readonly todo?: string;
}

/** One question to one part. A check that throws has failed, with the error's words as its reason. */
export interface Check<Ctx> {
  /** Stable: `area.what`. */
  readonly id: string;
  readonly area: Area;
  /** Checks that must have passed (or warned) before this one means anything; else it is skipped. */
  readonly needs?: readonly string[];
  /** What to do when it fails. */
  readonly todo: string;
  /** Real ms until it counts as failed; default {@link usualLimitMs}. */
  readonly limitMs?: number;
  readonly ask: (context: Ctx) => Promise<Finding>;
}

/** A line of the report. */
export interface CheckResult {
  readonly id: string;
  readonly area: Area;
  readonly state: CheckState;
  readonly says: string;
  /** `null` where there is nothing to do. */
  readonly todo: string | null;
}

/** Longer than any one vendor call may take, so that the call's own words are heard. */
export const usualLimitMs = 20_000;

export const pass = (says: string): Finding => ({ state: 'pass', says });
export const fail = (says: string, todo?: string): Finding => ({
  state: 'fail',
  says,
  ...(todo !== undefined && { todo }),
});
export const warn = (says: string, todo?: string): Finding => ({ ...fail(says, todo), state: 'warn' });
export const skipped = (says: string): Finding => ({ state: 'skipped', says });
