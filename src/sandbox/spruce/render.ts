import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type {
  Contact,
  Conversation,
  Item,
  ScheduledMessage,
  WebhookEndpoint,
  WebhookEvent,
} from './records.js';
import type { InternalEndpoint, Member } from './seed.js';
import type { SpruceTenant } from './tenant.js';

type Json = Record<string, unknown>;

export function contactJson(tenant: SpruceTenant, contact: Contact): Json {
  return {
    object: 'contact',
    id: contact.id,
    displayName: displayNameOf(contact),
    givenName: contact.givenName,
    middleName: contact.middleName,
    familyName: contact.familyName,
    companyName: contact.companyName,
    category: contact.category,
    ...(contact.dateOfBirth && { dateOfBirth: contact.dateOfBirth }),
    gender: contact.gender,
    phoneNumbers: contact.phoneNumbers.map((phone) => ({
      ...phone,
      displayValue: parsePhoneNumberFromString(phone.value)?.formatNational() ?? phone.value,
    })),
    emailAddresses: contact.emailAddresses.map((email) => ({ ...email, displayValue: email.value })),
    faxNumbers: [],
    tags: [],
    customContactFields: [],
    organizationContactFields: [],
    integrationLinks: integrationLinksJson(contact),
    internalMemberIds: [],
    hasAccount: contact.hasAccount,
    hasPendingInvite: contact.hasPendingInvite,
    canEdit: true,
    canDelete: false,
    created: tenant.timestamp(contact.createdAt),
    ...urls(tenant, 'contact', contact.id),
  };
}

export function integrationLinksJson(contact: Contact): readonly Json[] {
  return contact.integrationLinks.map((link) => ({ contactId: contact.id, ...link }));
}

export function displayNameOf(contact: Contact): string {
  const name = [contact.givenName, contact.middleName, contact.familyName].filter(Boolean).join(' ');
  return name || contact.companyName || contact.phoneNumbers[0]?.value || 'Unknown';
}

export function conversationJson(tenant: SpruceTenant, conversation: Conversation): Json {
  const endpoint = tenant.endpoints.get(conversation.endpointId ?? '');
  return {
    object: 'conversation',
    id: conversation.id,
    type: conversation.type,
    title: conversation.title,
    createdAt: tenant.timestamp(conversation.createdAt),
    ...(conversation.lastMessageAt !== null && {
      lastMessageAt: tenant.timestamp(conversation.lastMessageAt),
    }),
    archived: conversation.archived,
    isReadOnly: false,
    ...(conversation.assignedToMemberId && { assignedToMemberId: conversation.assignedToMemberId }),
    internalMemberIds: conversation.internalMemberIds,
    associatedContactIds: conversation.associatedContactIds,
    externalParticipants: conversation.contactIds.flatMap((id) => {
      const contact = tenant.contacts.get(id);
      return contact ? [{ contact: id, displayName: displayNameOf(contact) }] : [];
    }),
    // A conversation shows a derived id: only rawValue matches the list of internal endpoints.
    ...(endpoint && {
      internalEndpoint: { ...endpointJson(endpoint), id: `secure_${conversation.id}` },
    }),
    tags: conversation.tags.map((tag) => ({ ...tag, object: 'tag' })),
    ...urls(tenant, 'conversations', conversation.id),
  };
}

/** @param withConversation webhooks carry the conversation, answers do not. */
export function itemJson(tenant: SpruceTenant, item: Item, withConversation = false): Json {
  const conversation = tenant.conversations.get(item.conversationId);
  return {
    object: 'conversationItem',
    id: item.id,
    conversationId: item.conversationId,
    direction: item.direction,
    isInternalNote: item.isInternalNote,
    author: item.author,
    text: item.text,
    pages: item.pages.map((page) => ({
      id: page.id,
      memberId: page.memberId,
      resolved: page.resolvedAt !== null,
      ...(page.resolvedAt !== null && { resolvedAt: tenant.timestamp(page.resolvedAt) }),
      ...(page.resolvedByMemberId && { resolvedByMemberId: page.resolvedByMemberId }),
    })),
    buttons: [],
    attachments: [],
    createdAt: tenant.timestamp(item.createdAt),
    modifiedAt: tenant.timestamp(item.modifiedAt),
    requestId: item.requestId,
    canDelete: true,
    ...urls(tenant, 'conversationItems', item.id),
    ...(withConversation && conversation && { conversation: conversationJson(tenant, conversation) }),
  };
}

export function scheduledMessageJson(tenant: SpruceTenant, scheduled: ScheduledMessage): Json {
  return {
    object: 'scheduledMessage',
    id: scheduled.id,
    conversationId: scheduled.conversationId,
    createdAt: tenant.timestamp(scheduled.createdAt),
    modifiedAt: tenant.timestamp(scheduled.modifiedAt),
    scheduledToSendAt: tenant.timestamp(scheduled.sendAt),
    isInternalNote: scheduled.isInternalNote,
    sendAsInternalMemberId: scheduled.authorId,
    message: { text: scheduled.text, pagedInternalMemberIds: scheduled.pagedMemberIds, attachments: [] },
    ...(scheduled.sentItemId && { sentConversationItemId: scheduled.sentItemId }),
  };
}

export function organizationJson(tenant: SpruceTenant): Json {
  return {
    object: 'organization',
    type: 'organization',
    id: tenant.organizationId,
    name: tenant.settings.name,
  };
}

export function memberJson(member: Member): Json {
  const { id, displayName, type, email, isAdmin, isSuspended } = member;
  if (type === 'team') return { object: 'team', type, id, name: displayName };
  return { object: 'teammate', type, id, displayName, ...(email && { email }), isAdmin, isSuspended };
}

export function endpointJson(endpoint: InternalEndpoint): Json {
  return {
    object: 'endpoint',
    id: endpoint.id,
    channel: 'secure',
    isInternal: true,
    displayValue: `spruce.care/${endpoint.code}`,
    rawValue: `https://spruce.care/${endpoint.code}`,
    ...(endpoint.label && { label: endpoint.label }),
  };
}

/** @param secret shown only in the answer that creates the endpoint. */
export function webhookEndpointJson(tenant: SpruceTenant, endpoint: WebhookEndpoint, secret = ''): Json {
  return {
    object: 'webhookDestinationEndpoint',
    id: endpoint.id,
    name: endpoint.name,
    url: endpoint.url,
    status: endpoint.isPaused ? 'paused' : 'active',
    createdAt: tenant.timestamp(endpoint.createdAt),
    signingSecrets: [{ id: endpoint.secretId, value: secret }],
  };
}

export function webhookEventJson(tenant: SpruceTenant, event: WebhookEvent): Json {
  return {
    object: 'webhookDestinationEndpointEvent',
    id: event.id,
    eventTime: tenant.timestamp(event.eventTime),
    data: event.body,
    delivery: {
      status: event.status === 'waiting' ? 'pending' : event.status,
      attempts: event.attempts,
      attemptLimit: tenant.settings.webhooks.attemptLimit,
      ...(event.deliveredAt !== null && { deliveryTime: tenant.timestamp(event.deliveredAt) }),
    },
  };
}

function urls(tenant: SpruceTenant, kind: string, id: string): { apiURL: string; appURL: string } {
  return {
    apiURL: `https://api.sprucehealth.com/${kind}/${id}`,
    appURL: `https://app.sprucehealth.com/org/${tenant.organizationId}/${kind}/${id}`,
  };
}
