import { VendorError } from '../clients/http/index.js';
import type { SpruceClient, SpruceConversation } from '../clients/spruce/index.js';
import type { Practice } from '../store/practices.js';
import type { ActivityDeps } from './deps.js';

const defaultTag = 'lab follow-up';
/** Tags keep their ids, so each is asked for once per organization. */
const tagIds = new Map<string, string>();

/** What a conversation has already; a new one has nothing. */
type Routed = Pick<SpruceConversation, 'id' | 'tagIds' | 'assignedToMemberId'>;

/**
 * Puts a conversation into the shared "lab follow-up" inbox (S000-32): its endpoint belongs to the lab team, the tag
 * finds it there, and where the practice says so it is assigned. Tags of others stay. Doing it twice changes nothing.
 * @throws VendorError
 */
export async function routeToInbox(
  spruce: SpruceClient,
  practice: Practice,
  conversation: Routed,
): Promise<void> {
  const { inboxTag = defaultTag, assignToMemberId } = practice.connections.spruce;
  const tagId = inboxTag === '' ? null : await tagIdOf(spruce, practice, inboxTag);
  const lacksTag = tagId !== null && !conversation.tagIds.includes(tagId);
  const isUnassigned = assignToMemberId !== undefined && conversation.assignedToMemberId === null;
  if (!lacksTag && !isUnassigned) return;
  await spruce.changeConversation({
    conversationId: conversation.id,
    ...(lacksTag && { tagIds: [...conversation.tagIds, tagId] }),
    ...(isUnassigned && { assignToMemberId }),
  });
}

/** As {@link routeToInbox} for a new conversation; a message that has left is no worse for a missing tag. */
export async function tryRouteToInbox(
  { log }: Pick<ActivityDeps, 'log'>,
  spruce: SpruceClient,
  practice: Practice,
  conversationId: string,
): Promise<void> {
  try {
    await routeToInbox(spruce, practice, { id: conversationId, tagIds: [], assignedToMemberId: null });
  } catch (err) {
    if (!(err instanceof VendorError)) throw err;
    log.warn(
      { code: err.code },
      'a conversation is not in its inbox yet; the next round of Spruce puts it there',
    );
  }
}

async function tagIdOf(spruce: SpruceClient, practice: Practice, value: string): Promise<string> {
  const key = `${practice.id}/${practice.connections.spruce.baseUrl}/${value}`;
  const held = tagIds.get(key);
  if (held !== undefined) return held;
  const { id } = await spruce.conversationTag(value);
  tagIds.set(key, id);
  return id;
}
