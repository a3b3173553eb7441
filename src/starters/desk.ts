import type { CommandBody } from '../domain/lifecycle/facts.js';
import { openDeps, type ProcessDeps } from '../process/deps.js';
import { localTime } from '../store/calendar.js';
import type { Practice } from '../store/practices.js';
import { act, requireDemoPolicy, type Act } from './act.js';
import { choosePractice } from './choose-practice.js';
import { findResult, shortId } from './find-result.js';
import { CommandFailed, say, tell } from './outcome.js';
import { refusalWords } from './refusals.js';
import { nameOf } from './roster-names.js';
import { commandWords } from './timeline-text.js';

export interface DeskOptions {
  readonly practice?: string;
  readonly as: string;
  readonly note?: string;
  /** The version that the person looked at: the decision is about this alone. Without it, about the draw as it is now. */
  readonly seen?: number;
}

/** One decision of a person at this command line, from the id they typed to the answer in plain words. */
export function decideAtDesk(wanted: string, options: DeskOptions, body: CommandBody): Promise<void> {
  return atDesk(options, body.kind, async (deps, practice) => {
    const resultId = await findResult(deps.store, practice.id, wanted);
    const { seen: version, ...person } = options;
    const seen = version === undefined ? {} : { seen: { [resultId]: version } };
    await decide(deps, practice, { ...person, resultId, body, ...seen });
  });
}

/** Does what a person at this command line asked for, under the demo policy (L20). */
export async function atDesk(
  options: DeskOptions,
  name: string,
  work: (deps: ProcessDeps, practice: Practice) => Promise<void>,
): Promise<void> {
  const deps = await openDeps(process.env, name);
  try {
    const practice = await choosePractice(deps.store, options.practice);
    requireDemoPolicy(practice);
    const who = nameOf(practice, options.as);
    tell(`"--as ${options.as}" stands for a login of ${who} under the demo policy of ${practice.id}.`);
    await work(deps, practice);
  } finally {
    await deps.close();
  }
}

/**
 * One decision on one result, and its answer in plain words.
 * @returns the results that it was given to.
 * @throws CommandFailed with the code of the refusal.
 */
export async function decide(
  deps: Pick<ProcessDeps, 'store' | 'temporal'>,
  practice: Practice,
  decision: Pick<DeskOptions, 'as' | 'note'> & Pick<Act, 'resultId' | 'body' | 'seen'>,
): Promise<readonly string[]> {
  const { resultId, body, as, seen } = decision;
  const { refusal, view, resultIds } = await act(deps, {
    practice,
    resultId,
    personId: as,
    body,
    note: decision.note?.trim() || null,
    via: 'cli',
    ...(seen && { seen }),
  });
  if (refusal !== null)
    throw new CommandFailed(refusal, await refusalWords(deps.store, practice, resultId, refusal));
  const others = resultIds.filter((id) => id !== resultId);
  const also = others.length > 0 ? ` Also for its draw: ${others.map((id) => shortId(id)).join(', ')}.` : '';
  const due = view.due ? ` Next step at ${localTime(practice.settings, view.due.at)}.` : '';
  say(
    `${commandWords(body)}, by ${nameOf(practice, as)}, for version ${view.version} of ${shortId(resultId)}.${also} ${view.waitsFor}${due}`,
  );
  return resultIds;
}

/**
 * S003-45: what closes work or records a call says what was done.
 * @throws CommandFailed `note-needed`.
 */
export function requireNote(note: string | undefined, what: string): string {
  const text = note?.trim();
  if (!text)
    throw new CommandFailed(
      'note-needed',
      `${what} needs a note that says what was done or said. Add it: --note "…"`,
    );
  return text;
}
