import { v5 as uuidV5 } from 'uuid';
import { resolvedPages, type SpruceItem } from '../clients/spruce/index.js';
import { markDelivered, writeCommand, type NewCommand } from '../store/commands.js';
import type { Practice } from '../store/practices.js';
import type { Store } from '../store/store.js';
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

/**
 * What a person answered to a page, away from the desk: written first, then told to every result of the draw.
 * @throws CommandRefused as {@link writeCommand} does.
 */
export async function commandByPage(
  store: Store,
  tell: Tell,
  command: NewCommand & { readonly id: string },
): Promise<void> {
  const { targets } = await writeCommand(store, command);
  for (const { resultId } of targets) await tell.command(command.practice, resultId, command.id);
  await markDelivered(store, command.id);
}
