/** Why a person must look: the cause in one word for counting, and the sentence that is read. */

/** Stable: rule-set simulation counts them and says what would mend each. */
export const causes = [
  /** No rule has the code or the name. */
  'unknown-test',
  /** Only the name fits, and no panel vouches for it. */
  'name-only',
  'unit-missing',
  'unit-unknown',
  /** Text behind the number that is neither unit nor flag. */
  'number-unclear',
  'implausible',
  'unit-against-range',
  'unit-against-code',
  'unit-against-last-value',
  'range-inverted',
  /** An interval was sent in words that are not understood: the library's may be another one. */
  'range-unread',
  /** A comparator or span leaves open on which side of the interval the value lies. */
  'range-undecided',
  'flag-against-range',
  /** None sent, and none of the library is for this patient. */
  'no-interval',
  'patient-unknown',
  'sex-unknown',
  'age-unknown',
  'pregnancy-unknown',
  /** On no signed list of this test. */
  'text-unlisted',
  /** A test none of whose answers is normal by itself (blood group, hCG). */
  'answer-never-normal',
  /** Text where a number is expected. */
  'text-unexpected',
  'text-against-range',
  'no-value',
  'not-final',
  'status-unknown',
] as const;
export type Cause = (typeof causes)[number];

export interface Doubt {
  readonly cause: Cause;
  readonly text: string;
}
