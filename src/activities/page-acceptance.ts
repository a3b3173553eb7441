import { v5 as uuidV5 } from 'uuid';
import { resolvedPages, type SpruceItem } from '../clients/spruce/index.js';
import { CommandRefused, markDelivered, writeCommand, type NewCommand } from '../store/commands.js';
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
    const person = roster.people.find((p) => p.spruceMemberId === resolvedByMemberId);
    return person ? [{ personId: person.id, id: acceptanceId(item.id, pageId) }] : [];
  });
}

/** An answer to the page of one task, given away from the desk. */
export interface PageAnswer extends Omit<NewCommand, 'id' | 'resultId' | 'seen'> {
  /** The same answer, heard twice, is the same command. */
  readonly id: string;
  /** The task that the page was about: it is answered for what is still to be done of it, and for nothing newer. */
  readonly taskId: string;
}

/**
 * Makes a command of what a person answered to a page: written first, then told to every member of the task.
 * @returns `over` when the task of that page is no longer open, `refused` when the person may not decide (any more):
 * then nobody has accepted, and the ladder goes on (L10).
 */
export async function commandByPage(
  store: Store,
  tell: Tell,
  { taskId, ...answer }: PageAnswer,
): Promise<'told' | 'over' | 'refused'> {
  const [resultId] = await openMembers(store.db, taskId);
  if (resultId === undefined) return 'over';
  try {
    const { targets } = await writeCommand(store, { ...answer, resultId });
    for (const target of targets) await tell.command(answer.practice, target.resultId, answer.id);
    await markDelivered(store, answer.id);
    return 'told';
  } catch (err) {
    if (err instanceof CommandRefused) return 'refused';
    throw err;
  }
}
