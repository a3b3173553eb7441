import { v5 as uuidV5 } from 'uuid';
import { resolvedPages, type SpruceItem } from '../clients/spruce/index.js';
import { CommandRefused, markDelivered, writeCommand, type NewCommand } from '../store/commands.js';
import { recordRefusedAnswer } from '../store/pages.js';
import type { Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';
import { openMembers } from '../store/tasks.js';
import type { Tell } from './tell.js';

const acceptanceNamespace = '6f1d8c1e-6f0b-5c7e-9b1a-3a1d5f2b7c40';

/** The command id of an answer to a page: the same answer, heard twice, is the same command. */
export function acceptanceId(...answer: readonly string[]): string {
  return uuidV5(answer.join('/'), acceptanceNamespace);
}

/** Who resolved a page of this item, with the id of the command that it is. Only the roster counts (architecture §5). */
export function acceptancesOf(
  { roster }: Practice,
  item: SpruceItem,
): readonly { readonly personId: string; readonly id: string }[] {
  return resolvedPages(item).flatMap(({ pageId, resolvedByMemberId }) => {
    const members = roster.people.filter((p) => p.spruceMemberId === resolvedByMemberId);
    // Whoever came back under another id is the one who is active.
    const person = members.find((p) => p.active) ?? members[0];
    return person ? [{ personId: person.id, id: acceptanceId(item.id, pageId) }] : [];
  });
}

/** An answer to the page of one task, given away from the desk. */
export interface PageAnswer extends Omit<NewCommand, 'id' | 'resultId' | 'seen'> {
  /** The same answer, heard twice, is the same command. */
  readonly id: string;
  /** The task that the page was about: it is answered for what is still to be done of it (L18a). */
  readonly taskId: string;
}

/**
 * Makes a command of what a person answered to a page: written first, then told to every member of the task. The answer
 * of somebody who has left the roster decides nothing: it is recorded once, and the ladder goes on (L10).
 * @returns why it does not count (`over`: the task of that page is no longer open); `null` when it does.
 */
export async function commandByPage(
  store: Store,
  tell: Tell,
  { taskId, ...answer }: PageAnswer,
): Promise<CommandRefused['code'] | 'over' | null> {
  const [resultId] = await openMembers(store.db, taskId);
  if (resultId === undefined) return 'over';
  const command = { ...answer, resultId };
  try {
    const { targets } = await writeCommand(store, command);
    for (const target of targets) await tell.command(command.practice, target.resultId, command.id);
    await markDelivered(store, command.id);
    return null;
  } catch (err) {
    if (!(err instanceof CommandRefused)) throw err;
    await recordRefusedAnswer(store, command, err.code);
    return err.code;
  }
}
