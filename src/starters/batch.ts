import type { CommandBody } from '../domain/lifecycle/facts.js';
import { CommandRefused } from '../store/commands.js';
import type { Practice } from '../store/practices.js';
import { awaitingSignOff, type AwaitingSignOff } from '../store/signing.js';
import type { Store } from '../store/store.js';
import { atDesk, decide, type DeskOptions } from './desk.js';
import { findResult, shortId } from './find-result.js';
import { CommandFailed, tell, WrongUsage } from './outcome.js';

/** Results that are signed together at most: what a person can have looked at in one sitting. */
const atMost = 200;

/** `resultloop sign-off A B C --as PERSON`: minor results in one go (L9), each by its own command. */
export function signOffBatch(
  wanted: readonly string[],
  options: DeskOptions,
  body: CommandBody,
): Promise<void> {
  if (options.seen !== undefined) throw new WrongUsage('--seen goes with one result only.');
  if (body.kind === 'sign-off' && body.decision === 'change-tier')
    throw new WrongUsage('--tier goes with one result only.');
  if (wanted.length > atMost) throw new WrongUsage(`At most ${atMost} results are signed in one go.`);
  return atDesk(options, body.kind, async (deps, practice) => {
    const ids: string[] = [];
    for (const one of wanted) ids.push(await findResult(deps.store, practice.id, one));
    const chosen = [...new Set(ids)];
    const awaiting = await requireMinor(deps.store, practice, chosen);
    // What was minor a moment ago: a newer version, or a new member of the draw, is looked at first (L20).
    const seen = Object.fromEntries(awaiting.map((one) => [one.resultId, one.version]));
    await signEach(chosen, (resultId) => decide(deps, practice, { ...options, resultId, body, seen }));
  });
}

/**
 * L9: only minor results are signed in one go. Nothing is when one of them, or one that its decision would take along,
 * is more than that.
 * @throws CommandFailed `not-minor`.
 */
export async function requireMinor(
  store: Store,
  practice: Practice,
  resultIds: readonly string[],
): Promise<AwaitingSignOff[]> {
  const awaiting = await awaitingSignOff(store, practice, resultIds);
  const others = awaiting.filter((one) => one.urgency !== 'minor').map((one) => shortId(one.resultId));
  if (others.length > 0)
    throw new CommandFailed(
      'not-minor',
      `Only minor results are signed in one go, and a decision counts for the draw. More than minor: ${others.join(', ')}. Sign these one by one. Nothing was signed.`,
    );
  return awaiting;
}

/**
 * Decides one after the other; a member of the draw of one before was decided with it.
 * @param decideOne returns the results that the decision reached, or throws why it was refused.
 * @throws CommandFailed `some-refused`, after all were tried.
 */
export async function signEach(
  ids: readonly string[],
  decideOne: (resultId: string) => Promise<readonly string[]>,
): Promise<void> {
  const decided = new Set<string>();
  const failed: string[] = [];
  for (const id of ids) {
    if (decided.has(id)) continue;
    try {
      for (const one of await decideOne(id)) decided.add(one);
    } catch (err) {
      if (!(err instanceof CommandFailed || err instanceof CommandRefused)) throw err;
      tell(`${shortId(id)}: ${err.message}`);
      failed.push(shortId(id));
    }
  }
  if (failed.length > 0)
    throw new CommandFailed(
      'some-refused',
      `${failed.length} of ${ids.length} results were not signed: ${failed.join(', ')}. The others were.`,
    );
}
