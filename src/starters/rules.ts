import { readFile } from 'node:fs/promises';
import { signedStarterRules, starterRules } from '../domain/library/starter-rules.js';
import { defaultPolicy } from '../domain/lifecycle/policy.js';
import { showChanges, titleOf } from '../domain/rules/life/diff.js';
import { printPolicy } from '../domain/rules/life/print-policy.js';
import { draftFrom, reviewDueOn, signRuleSet } from '../domain/rules/life/signing.js';
import { parseRuleSet, requireSigned, type RuleSet } from '../domain/rules/rule-set.js';
import { CommandFailed, say, tell } from './outcome.js';

/** `resultloop rules export`: the starter rule set, for a medical director to read, correct and sign. */
export function rulesExportCommand(options: { signedBy?: string; date?: string }): void {
  const { signedBy } = options;
  if (signedBy === undefined) {
    tell('Unsigned: it does not run until a medical director has read and signed it (--signed-by NAME).');
    return say(JSON.stringify(starterRules, null, 2));
  }
  say(JSON.stringify(signedStarterRules(signedBy, options.date ?? today()), null, 2));
}

/** `resultloop rules check FILE`: names every fault, or says what the set is and when it is to be reviewed. */
export async function rulesCheckCommand(file: string): Promise<void> {
  const rules = await readRules(file);
  const { analytes, panels } = rules;
  say(`${titleOf(rules)}: ${panels.length} panels, ${analytes.length} analytes, no faults.`);
  if (rules.signedBy) say(`Review it by ${reviewDueOn(requireSigned(rules))} (S000-96).`);
  else say('It does not run until a medical director has signed it: resultloop rules sign');
}

/** `resultloop rules diff BEFORE AFTER`, in words a clinician reads. */
export async function rulesDiffCommand(before: string, after: string): Promise<void> {
  say(showChanges(await readRules(before), await readRules(after)));
}

/** `resultloop rules draft FILE`: the next version, unsigned, to be edited. */
export async function rulesDraftCommand(file: string): Promise<void> {
  say(JSON.stringify(draftFrom(await readRules(file)), null, 2));
}

/**
 * `resultloop rules sign FILE --director NAME`: until there is a login, whoever runs it vouches that this medical
 * director has read the draft; the practice's import compares the name with the roster.
 */
export async function rulesSignCommand(
  file: string,
  options: { director: string; date?: string },
): Promise<void> {
  const signer = { name: options.director, roles: ['medical-director'] };
  const signed = signRuleSet(await readRules(file), signer, options.date ?? today());
  tell(`${titleOf(signed)}. Put it into the practice's folder as rules.json and import it.`);
  say(JSON.stringify(signed, null, 2));
}

/** `resultloop rules print FILE`: the policy page (Markdown). */
export async function rulesPrintCommand(file: string, options: { practiceName: string }): Promise<void> {
  say(printPolicy(await readRules(file), defaultPolicy, { practiceName: options.practiceName }));
}

async function readRules(file: string): Promise<RuleSet> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (err) {
    const reason = (err as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CommandFailed('file-unreadable', `${file} cannot be read (${reason}).`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CommandFailed(
      'not-json',
      `${file} is not valid JSON. Export one to compare: resultloop rules export`,
    );
  }
  return parseRuleSet(value);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
