import type { ClassifiablePatient, ClassifiableVersion, ClassifyContext } from '../classification.js';
import type { Tier } from '../rule-set.js';

/** One version as it was classified when it came. */
export interface StoredVersion {
  /** Opaque id, to find the result again. */
  readonly ref: string;
  readonly version: ClassifiableVersion;
  readonly patient: ClassifiablePatient | null;
  readonly context?: ClassifyContext;
  /** Why a person has to look whatever the rules say: codes of `domain/result/placement`. */
  readonly marks?: readonly string[];
  /** As stored. */
  readonly tier: Tier | null;
}
