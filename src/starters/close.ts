import type { CloseReason } from '../domain/lifecycle/facts.js';
import type { TaskKind } from '../domain/lifecycle/state.js';
import { decideAtDesk, requireNote, type DeskOptions } from './desk.js';

export const closeReasons = [
  'handled',
  'mailed',
  'told',
  'corrected',
  'providers-choice',
] as const satisfies readonly CloseReason[];

/** `resultloop close RESULT --as PERSON --reason …`: ends a piece of work that is no call and no sign-off. */
export async function closeCommand(
  wanted: string,
  options: DeskOptions & { reason: CloseReason; task?: TaskKind },
): Promise<void> {
  const note = requireNote(options.note, 'Closing work');
  const task = options.task === undefined ? {} : { task: options.task };
  await decideAtDesk(wanted, { ...options, note }, { kind: 'close', reason: options.reason, ...task });
}
