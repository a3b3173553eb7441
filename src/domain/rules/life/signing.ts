/** Draft → signed by a named medical director → active (S000-25, S000-96). Pure: who and when come from outside. */
import { RuleSetError, parseRuleSet, requireSigned, type RuleSet, type SignedRuleSet } from '../rule-set.js';

/** The person who signs, as the practice's roster has them. */
export interface Signer {
  readonly name: string;
  readonly roles: readonly string[];
}

/** A new draft from a rule set in force: the next version, without a signature. */
export function draftFrom(active: RuleSet): RuleSet {
  return { ...active, version: active.version + 1, signedBy: null };
}

/**
 * Signs a draft. `date` is `YYYY-MM-DD`; the draft is checked whole once more, since nobody can sign what cannot run.
 * @throws RuleSetError `RULE_SET_SIGNER`, `RULE_SET_ALREADY_SIGNED`, `RULE_SET_INVALID`
 */
export function signRuleSet(draft: RuleSet, signer: Signer, date: string): SignedRuleSet {
  if (draft.signedBy !== null)
    throw new RuleSetError(
      'RULE_SET_ALREADY_SIGNED',
      `Rule set ${draft.id} version ${draft.version} is signed already. Make a draft of the next version to change it.`,
    );
  if (signer.name.trim() === '' || !signer.roles.includes('medical-director'))
    throw new RuleSetError(
      'RULE_SET_SIGNER',
      'Only a named medical director signs rules. Name one who has that role in the roster.',
    );
  const signedBy = { name: signer.name.trim(), date };
  return requireSigned(parseRuleSet({ ...draft, signedBy }));
}

/**
 * Lets a signed rule set take the place of the active one.
 * @throws RuleSetError `RULE_SET_UNSIGNED`, or `RULE_SET_VERSION` when it is not newer than what it replaces
 */
export function activate(signed: RuleSet, active: RuleSet | null): SignedRuleSet {
  const next = requireSigned(signed);
  if (active && next.version <= active.version)
    throw new RuleSetError(
      'RULE_SET_VERSION',
      `Version ${active.version} is active; version ${next.version} cannot replace it. Draft a version after ${active.version}.`,
    );
  return next;
}

const dayMs = 86_400_000;
/** S000-96: quarterly. */
const daysBetweenReviews = 90;

/** The day on which the next quarterly review is due (S000-96), `YYYY-MM-DD`. */
export function reviewDueOn({ signedBy }: SignedRuleSet): string {
  return new Date(Date.parse(signedBy.date) + daysBetweenReviews * dayMs).toISOString().slice(0, 10);
}

/**
 * How many quarterly reviews have come due since the signature; 0 = none. Signing the next version begins anew.
 * @param today `YYYY-MM-DD`, in the practice.
 */
export function reviewsDue({ signedBy }: SignedRuleSet, today: string): number {
  const days = (Date.parse(today) - Date.parse(signedBy.date)) / dayMs;
  return Math.max(0, Math.floor(days / daysBetweenReviews));
}
