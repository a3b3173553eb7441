import { readFile } from 'node:fs/promises';
import { signedStarterRules, starterRules } from '../domain/library/starter-rules.js';
import { defaultPolicy } from '../domain/lifecycle/policy.js';
import { showChanges, titleOf } from '../domain/rules/life/diff.js';
import { printPolicy } from '../domain/rules/life/print-policy.js';
import { draftFrom, reviewDueOn, reviewsDue, signRuleSet } from '../domain/rules/life/signing.js';
import { parseRuleSet, requireSigned, type RuleSet } from '../domain/rules/rule-set.js';
import { practiceNow, type Practice } from '../store/practices.js';
import { keepDraft, readDraft } from '../store/rule-drafts.js';
import { todayOf } from '../store/rules-review.js';
import type { Store } from '../store/store.js';
import { openStore } from '../process/deps.js';
import { choosePractice } from './choose-practice.js';
import { useWhatRunsHere } from './here.js';
import { CommandFailed, say, tell, WrongUsage } from './outcome.js';

/**
 * `resultloop rules export`: the starter rule set, for a medical director to read, correct and sign; with `--practice`
 * the rules in force there, or its draft.
 */
export async function rulesExportCommand(options: {
  signedBy?: string;
  date?: string;
  practice?: string;
  draft?: boolean;
}): Promise<void> {
  const { signedBy } = options;
  if (options.practice !== undefined || options.draft) {
    if (signedBy !== undefined)
      throw new WrongUsage(
        'Rules of a practice are exported as they are. Sign a draft: resultloop rules sign',
      );
    return withPractice(options, async (store, practice) => {
      const rules = options.draft ? await requireDraft(store, practice) : practice.ruleSet;
      tell(`${titleOf(rules)}, of ${practice.id}.`);
      say(JSON.stringify(rules, null, 2));
    });
  }
  if (signedBy === undefined) {
    tell('Unsigned: it does not run until a medical director has read and signed it (--signed-by NAME).');
    return say(JSON.stringify(starterRules, null, 2));
  }
  say(JSON.stringify(signedStarterRules(signedBy, options.date ?? today()), null, 2));
}

/**
 * `resultloop rules import FILE`: rules of another practice, or edited ones, as this practice's draft (S000-45). Whoever
 * had signed them, here they are unsigned.
 */
export async function rulesImportCommand(file: string, options: { practice?: string }): Promise<void> {
  const rules = await readRules(file);
  await withPractice(options, async (store, practice) => {
    const draft = await keepDraft(store, practice, rules);
    say(showChanges(practice.ruleSet, draft));
    tell(
      `Kept as the draft of ${practice.id}; it does not run. Try it: resultloop rules simulate --practice ${practice.id}. Sign it: resultloop rules export --draft --practice ${practice.id} > rules.json, then resultloop rules sign rules.json --director NAME`,
    );
  });
}

/**
 * `resultloop rules check [FILE]`: names every fault, or says what the set is and when it is to be reviewed; without a
 * file the rules in force.
 */
export async function rulesCheckCommand(
  file: string | undefined,
  options: { practice?: string } = {},
): Promise<void> {
  if (file === undefined)
    return withPractice(options, async (store, practice) => {
      sayChecked(practice.ruleSet, todayOf(practice, practiceNow(store, practice)));
      const draft = await readDraft(store, practice);
      if (draft) say(`A draft waits: ${titleOf(draft)}. See it: resultloop rules export --draft`);
    });
  if (options.practice !== undefined)
    throw new WrongUsage('Name a file, or a practice whose rules in force are checked; not both.');
  sayChecked(await readRules(file), today());
}

function sayChecked(rules: RuleSet, on: string): void {
  const { analytes, panels } = rules;
  say(`${titleOf(rules)}: ${panels.length} panels, ${analytes.length} analytes, no faults.`);
  if (!rules.signedBy)
    return say('It does not run until a medical director has signed it: resultloop rules sign');
  const signed = requireSigned(rules);
  const due = reviewDueOn(signed);
  say(
    reviewsDue(signed, on) > 0
      ? `REVIEW OVERDUE: its quarterly review was due on ${due} (S000-96). Make a draft of the next version, look through it, sign it: resultloop rules draft`
      : `Review it by ${due} (S000-96).`,
  );
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

/** Reads a rule set from a file. @throws CommandFailed, RuleSetError naming every fault. */
export async function readRules(file: string): Promise<RuleSet> {
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

/** The draft that was imported for a practice. @throws CommandFailed `no-draft`. */
export async function requireDraft(store: Store, practice: Practice): Promise<RuleSet> {
  const draft = await readDraft(store, practice);
  if (draft) return draft;
  throw new CommandFailed(
    'no-draft',
    `${practice.id} has no draft. Keep one: resultloop rules import FILE --practice ${practice.id}`,
  );
}

/** For the commands that look at a practice: only they need the record. */
export async function withPractice(
  options: { practice?: string },
  act: (store: Store, practice: Practice) => Promise<void>,
): Promise<void> {
  useWhatRunsHere(process.env);
  const { store, close } = await openStore(process.env);
  try {
    await act(store, await choosePractice(store, options.practice));
  } finally {
    await close();
  }
}
