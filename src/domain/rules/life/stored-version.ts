import type { ClassifiablePatient, ClassifiableVersion, ClassifyContext } from '../classification.js';
import type { Tier } from '../rule-set.js';

/** One version as it was classified when it came. */
export interface StoredVersion {
  /** Opaque id, to find the result again. */
  readonly ref: string;
  readonly version: ClassifiableVersion;
  readonly patient: ClassifiablePatient | null;
  readonly context?: ClassifyContext;
  /** As stored. */
  readonly tier: Tier | null;
}
