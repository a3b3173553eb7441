/** The codes of a result's life: the words that state, facts and decisions share. */

export type Tier = 'critical' | 'abnormal' | 'normal' | 'review' | 'void';

export type Urgency = 'critical' | 'same-day' | 'standard' | 'minor';

/** `unmatched`: only the second feed speaks of it (L4), or its patient is in doubt (L42). */
export type Lane = 'notify' | 'told-at-visit' | 'copy' | 'historic' | 'review' | 'unmatched';

/** Pieces of staff work (architecture §2). */
export type TaskKind =
  | 'sign-off'
  | 'review'
  | 'callback'
  | 'reply'
  | 'contact-fix'
  | 'letter'
  | 'match'
  | 'release'
  | 'tell-patient'
  | 'retraction'
  | 'follow-up';

/** Roles resolve to persons when a step fires; both are stored (L14). */
export type Role =
  | 'owner'
  | 'cover'
  | 'coordinator'
  | 'on-call'
  | 'supervising-physician'
  | 'medical-director'
  | 'keeper'
  | 'administrator';

/** Documented ends of a result's life (L45). */
export type Closure =
  | 'acknowledged'
  | 'notified-opened'
  | 'notified-unopened'
  | 'notified-by-letter'
  | 'notified-by-resultscall'
  | 'reached'
  | 'handed-over'
  | 'providers-choice'
  | 'told-at-visit'
  | 'copy'
  | 'historic'
  | 'not-performed'
  | 'superseded'
  | 'non-production'
  | 'void';

/** L34. */
export type AttemptOutcome =
  | 'reached'
  | 'authorised-person'
  | 'third-party'
  | 'family-disclosed'
  | 'voicemail'
  | 'no-answer'
  | 'wrong-number'
  | 'refused'
  | 'emergency-care';

/** A person is refused with a code the door turns into words. */
export type Refusal =
  | 'stale-version'
  | 'not-credentialed'
  | 'nothing-to-sign'
  | 'not-final'
  | 'no-such-task'
  | 'two-identifiers-needed'
  | 'sign-off-first'
  /** A critical that still rings: a credentialed person's acceptance permits the call (lifecycle §2). */
  | 'accept-first'
  /** A critical ends by documented contact, not by choice or letter (L6). */
  | 'contact-first'
  | 'closed'
  | 'unknown-command';
