import { badParameter } from './errors.js';
import { newId } from './ids.js';
import type { Conversation } from './records.js';
import { conversationJson, displayNameOf } from './render.js';
import type { SpruceTenant } from './tenant.js';
import { emit } from './webhooks.js';

export interface Opening {
  readonly subject?: string | undefined;
  /** Stays out of lists for this long, real ms. */
  readonly absentMs?: number;
}

/**
 * Opens a secure conversation.
 * @throws SpruceError 400 unless every contact is a patient with an account or a pending invite.
 */
export function openSecure(
  tenant: SpruceTenant,
  contactIds: readonly string[],
  endpointId: string,
  { subject, absentMs = 0 }: Opening = {},
): Conversation {
  if (contactIds.length === 0) throw badParameter('destinationContactIds is empty');
  checkEndpoint(tenant, endpointId);
  const contacts = contactIds.map((id) => checkReachable(tenant, id));
  return open(tenant, {
    type: 'secure',
    title: subject || contacts.map(displayNameOf).join(', '),
    contactIds,
    associatedContactIds: contactIds,
    internalMemberIds: [],
    endpointId,
    listedReal: Date.now() + absentMs,
  });
}

/** Opens an internal note. @throws SpruceError 400 for unknown members or contacts. */
export function openNote(
  tenant: SpruceTenant,
  note: { title?: string; memberIds?: readonly string[]; associatedContactIds?: readonly string[] },
  absentMs = 0,
): Conversation {
  const { title, memberIds = [], associatedContactIds = [] } = note;
  if (memberIds.some((id) => !tenant.members.has(id))) throw badParameter('Unknown member');
  if (associatedContactIds.some((id) => !tenant.contacts.has(id))) throw badParameter('Unknown contact');
  return open(tenant, {
    type: 'note',
    title: title || 'Note',
    contactIds: [],
    associatedContactIds,
    internalMemberIds: memberIds,
    endpointId: null,
    listedReal: Date.now() + absentMs,
  });
}

/** @throws SpruceError 400 when a contact cannot get secure messages. */
export function checkReachable(tenant: SpruceTenant, contactId: string) {
  const contact = tenant.contacts.get(contactId);
  if (!contact) throw badParameter('Invalid Contact ID');
  if (contact.category !== 'patient') throw badParameter('The contact is not a patient');
  if (!contact.hasAccount && !contact.hasPendingInvite)
    throw badParameter('The contact has neither a Spruce account nor a pending invite');
  return contact;
}

/** @throws SpruceError 400 for an endpoint that the organization does not have. */
export function checkEndpoint(tenant: SpruceTenant, endpointId: string): void {
  if (!tenant.endpoints.has(endpointId)) throw badParameter('Invalid internal endpoint');
}

/** The contact's latest secure conversation, through one endpoint or any; undefined when there is none. */
export function latestSecure(
  tenant: SpruceTenant,
  contactId: string,
  endpointId?: string,
): Conversation | undefined {
  return [...tenant.conversations.values()]
    .filter((c) => c.type === 'secure' && c.contactIds.includes(contactId))
    .filter((c) => endpointId === undefined || c.endpointId === endpointId)
    .at(-1);
}

type NewConversation = Pick<
  Conversation,
  'type' | 'title' | 'contactIds' | 'associatedContactIds' | 'internalMemberIds' | 'endpointId' | 'listedReal'
>;

function open(tenant: SpruceTenant, given: NewConversation): Conversation {
  const conversation: Conversation = {
    ...given,
    id: newId('t'),
    createdAt: tenant.practiceNow(),
    lastMessageAt: null,
    archived: false,
    assignedToMemberId: null,
    tags: [],
  };
  tenant.conversations.set(conversation.id, conversation);
  emit(tenant, 'conversation.created', conversationJson(tenant, conversation));
  return conversation;
}
