/** A practice's signed, versioned rule set: how one is read, and the gate that keeps unsigned rules from running. */
import { z } from 'zod';
import { inconsistencies } from './consistency.js';
import { ruleSetFields, type RuleSet } from './rule-schema.js';

export * from './rule-schema.js';

const ruleSetSchema = ruleSetFields.check((context) => {
  for (const message of inconsistencies(context.value)) {
    context.issues.push({ code: 'custom', message, input: context.value.id, path: [] });
  }
});

/** Refused rules. `code` is stable; the message says what to change. */
export class RuleSetError extends Error {
  override readonly name = 'RuleSetError';
  constructor(
    readonly code:
      | 'RULE_SET_UNSIGNED'
      | 'RULE_SET_INVALID'
      | 'RULE_SET_SIGNER'
      | 'RULE_SET_ALREADY_SIGNED'
      | 'RULE_SET_VERSION',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Parses a rule set from a file or the database. Throws {@link RuleSetError} naming every fault. */
export function parseRuleSet(input: unknown): RuleSet {
  const parsed = ruleSetSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new RuleSetError(
    'RULE_SET_INVALID',
    `The rule set cannot be used. ${z.prettifyError(parsed.error)}`,
    {
      cause: parsed.error,
    },
  );
}

export type SignedRuleSet = RuleSet & { readonly signedBy: NonNullable<RuleSet['signedBy']> };

/** S000-25: an unsigned rule set never runs. Throws {@link RuleSetError} `RULE_SET_UNSIGNED`. */
export function requireSigned(ruleSet: RuleSet): SignedRuleSet {
  const { signedBy } = ruleSet;
  if (signedBy === null || signedBy.name.trim() === '') {
    throw new RuleSetError(
      'RULE_SET_UNSIGNED',
      `Rule set ${ruleSet.id} version ${ruleSet.version} is not signed. The medical director must review and sign it before it may run.`,
    );
  }
  // The same object, so that what is remembered of a rule set is remembered of the signed one.
  return ruleSet as SignedRuleSet;
}
