import type { Answer, CommandBody, Refusal, View } from '../domain/lifecycle/facts.js';
import { deliverCommand } from '../process/deliver-command.js';
import type { ProcessDeps } from '../process/deps.js';
import { CommandRefused, markDelivered, writeCommand, type NewCommand } from '../store/commands.js';
import type { Practice } from '../store/practices.js';
import { ask } from './ask.js';
import { CommandFailed } from './outcome.js';

export interface Act {
  readonly practice: Practice;
  readonly resultId: string;
  readonly personId: string;
  readonly body: CommandBody;
  readonly note?: string | null;
  /** `cli` counts as a login only under the demo policy (L20). */
  readonly via: NewCommand['via'];
  /** Repeating with the same id is harmless. */
  readonly id?: string;
  /** What the person saw, as {@link NewCommand} has it: refused when another version is current. */
  readonly seen?: NewCommand['seen'];
  /** Real milliseconds for the workflow to answer; default 15 s. */
  readonly deadlineMs?: number;
}

export interface ActAnswer extends Answer {
  readonly commandId: string;
  /** Results that the decision was given to: the members of the draw that it covers (L18a). */
  readonly resultIds: readonly string[];
  readonly refusal: Refusal | null;
  readonly view: View;
}

/**
 * A person decides: the command is written first, then judged by the workflow of the result that the person acted on,
 * then given to the other members of the draw. A refused decision goes to nobody else: who is told "no" has done
 * nothing. (Should no answer come within seconds, the web process hands it to all of them; each judges for itself.)
 * @throws CommandRefused when no command may be written, so also when what was `seen` is not current; CommandFailed
 * `no-answer-yet` when the command is written and handed over, and nobody judged it in time.
 */
export async function act(deps: Pick<ProcessDeps, 'store' | 'temporal'>, input: Act): Promise<ActAnswer> {
  const { practice, resultId, personId, body, note, via, seen } = input;
  if (via === 'cli') requireDemoPolicy(practice);
  const command = await writeCommand(deps.store, {
    practice,
    personId,
    body,
    note: note ?? null,
    via,
    resultId,
    ...(seen && { seen }),
    ...(input.id !== undefined && { id: input.id }),
  });
  const resultIds = command.targets.map((t) => t.resultId);
  const hasOthers = resultIds.some((id) => id !== resultId);
  try {
    const answer = await ask(deps.temporal, deps.store, resultId, command.id, {
      ...(input.deadlineMs !== undefined && { deadlineMs: input.deadlineMs }),
    });
    if (answer.refusal === null && hasOthers) await deliverCommand(deps, command.id);
    else await markDelivered(deps.store, command.id);
    return { ...answer, commandId: command.id, resultIds };
  } catch (err) {
    // Nobody answered: everybody is told by signal, so that the decision counts as soon as a worker runs.
    if (err instanceof CommandFailed && err.code === 'no-answer-yet') await deliverCommand(deps, command.id);
    throw err;
  }
}

/**
 * L20: until there is a login, `--as PERSON` stands for one only where the practice says so.
 * @throws CommandRefused `no-login`.
 */
export function requireDemoPolicy(practice: Pick<Practice, 'id' | 'settings'>): void {
  if (!practice.settings.demoPolicy)
    throw new CommandRefused(
      'no-login',
      `Practice ${practice.id} does not take decisions from the command line: "--as" stands for a login only under the demo policy ("demoPolicy": true in settings.json). Decide in the staff app.`,
    );
}
