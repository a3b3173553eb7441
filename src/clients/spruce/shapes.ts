import { z } from 'zod';

/*
 * What resultloop reads of Spruce's resources. Lenient on purpose: Spruce adds fields and enum values, sends
 * `buttons: null`, and leaves out fields its own schema requires. Only what an item, contact or page cannot be
 * without is required; a flag that is missing is never read as the harmless value.
 */

const text = z
  .string()
  .nullish()
  .transform((value) => (value ? value : null));
/** True only when Spruce says true. */
const yes = z
  .unknown()
  .optional()
  .transform((value) => value === true);
/** True or false when Spruce says so, null when it does not. */
const flag = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'boolean' ? value : null));
const listOf = <T extends z.ZodType>(one: T) =>
  z
    .array(one)
    .nullish()
    .transform((list) => list ?? []);

const time = z.string().transform((value, ctx) => {
  const at = Date.parse(value);
  if (!Number.isNaN(at)) return at;
  ctx.addIssue({ code: 'custom', message: 'not a time' });
  return z.NEVER;
});
const maybeTime = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? Date.parse(value) || null : null));

const id = z.string().min(1);

export const contactShape = z
  .object({
    id,
    displayName: text,
    givenName: text,
    familyName: text,
    dateOfBirth: text,
    category: text,
    phoneNumbers: listOf(z.object({ id: text, value: z.string() })),
    integrationLinks: listOf(z.object({ type: z.string(), externalId: z.string() })),
    hasAccount: yes,
    hasPendingInvite: yes,
    deletedContactIds: listOf(z.string()),
  })
  .transform((contact) => ({
    id: contact.id,
    displayName: contact.displayName,
    givenName: contact.givenName,
    familyName: contact.familyName,
    /** YYYY-MM-DD. */
    dateOfBirth: contact.dateOfBirth,
    category: contact.category,
    phones: contact.phoneNumbers.map((phone) => phone.value),
    /** Where an invitation can go. */
    phonePoints: contact.phoneNumbers.flatMap(({ id, value }) => (id === null ? [] : [{ id, value }])),
    links: contact.integrationLinks.map(({ type, externalId }) => ({ type, externalId })),
    /** Only an account makes a patient reachable by secure message (L28). */
    hasAccount: contact.hasAccount,
    hasPendingInvite: contact.hasPendingInvite,
    /** Contacts merged into this one, where a `contact.merged` event lists them. */
    mergedContactIds: contact.deletedContactIds,
  }));

export const conversationShape = z
  .object({
    id,
    type: text,
    title: text,
    archived: flag,
    isReadOnly: flag,
    assignedToMemberId: text,
    lastMessageAt: maybeTime,
    tags: listOf(z.object({ id, value: text })),
    externalParticipants: listOf(z.object({ contact: text })),
    internalEndpoint: z.object({ rawValue: text }).nullish(),
  })
  .transform((conversation) => ({
    id: conversation.id,
    /** `secure`, `phone`, `note` … or a value Spruce has added since. */
    type: conversation.type,
    title: conversation.title,
    archived: conversation.archived,
    isReadOnly: conversation.isReadOnly,
    assignedToMemberId: conversation.assignedToMemberId,
    lastMessageAt: conversation.lastMessageAt,
    tagIds: conversation.tags.map((tag) => tag.id),
    tags: conversation.tags.flatMap((tag) => tag.value ?? []),
    contactIds: conversation.externalParticipants.flatMap((one) => one.contact ?? []),
    /** Compare this, not the id, with {@link SpruceEndpoint.rawValue}: secure endpoint ids differ here. */
    endpointRawValue: conversation.internalEndpoint?.rawValue ?? null,
  }));

export const pageShape = z.object({
  id,
  memberId: id,
  resolved: yes,
  resolvedAt: maybeTime,
  resolvedByMemberId: text,
});

const callData = z.object({ answered: flag, failed: flag, duration: z.number().nullish().catch(null) });

export const itemShape = z
  .object({
    id,
    conversationId: id,
    direction: text,
    isInternalNote: flag,
    author: z.object({ id: text, displayName: text }).nullish(),
    text: z.string().nullish(),
    pages: listOf(pageShape),
    attachments: listOf(z.unknown()),
    createdAt: time,
    modifiedAt: maybeTime,
    requestId: text,
    // The prose spells the field differently from the schemas.
    requestID: text,
    event: z.object({ type: z.string(), data: callData.nullish().catch(null) }).nullish(),
    conversation: conversationShape.nullish().catch(null),
  })
  .transform((item) => ({
    id: item.id,
    conversationId: item.conversationId,
    /** `inbound`, `outbound`, `none`; null or another word when Spruce sends one. */
    direction: item.direction,
    isInternalNote: item.isInternalNote,
    /** The contact's id on a secure message; null on texts, calls and system items. */
    authorId: item.author?.id ?? null,
    authorName: item.author?.displayName ?? null,
    text: item.text ?? '',
    pages: item.pages,
    attachmentCount: item.attachments.length,
    /** Spruce's clock. */
    createdAt: item.createdAt,
    modifiedAt: item.modifiedAt ?? item.createdAt,
    requestId: item.requestId ?? item.requestID,
    /** Set on calls. */
    event: item.event
      ? {
          type: item.event.type,
          answered: item.event.data?.answered ?? null,
          failed: item.event.data?.failed ?? null,
          durationSeconds: item.event.data?.duration ?? null,
        }
      : null,
    /** Only in webhooks. */
    conversation: item.conversation ?? null,
  }));

export const endpointShape = z
  .object({
    endpoint: z.object({ id, channel: z.string(), rawValue: text, label: text }),
    owner: z.object({ id: text, type: text }).nullish(),
  })
  .transform(({ endpoint, owner }) => ({
    id: endpoint.id,
    /** Only `secure` endpoints send secure messages. */
    channel: endpoint.channel,
    rawValue: endpoint.rawValue,
    label: endpoint.label,
    ownerId: owner?.id ?? null,
    /** `teammate`, `team`, `organization`. */
    ownerType: owner?.type ?? null,
  }));

export const memberShape = z
  .object({ id, type: z.string(), displayName: text, name: text, isSuspended: flag })
  .transform((member) => ({
    id: member.id,
    /** `teammate`, `team`, `organization`, or a value Spruce has added since. */
    type: member.type,
    name: member.displayName ?? member.name,
    /** A suspended teammate receives nothing; null when Spruce does not say: do not rely on that person. */
    isSuspended: member.isSuspended,
  }));

export const webhookShape = z
  .object({
    id,
    name: text,
    url: z.string(),
    status: text,
    signingSecrets: listOf(z.object({ id: text, value: text })),
  })
  .transform((endpoint) => ({
    endpointId: endpoint.id,
    name: endpoint.name,
    url: endpoint.url,
    status: endpoint.status,
    /** Shown once, at registration; empty ever after. */
    secrets: endpoint.signingSecrets.flatMap((secret) => secret.value ?? []),
  }));

export const tagShape = z.object({ id, value: z.string() });

export const organizationShape = z.object({ id, name: text });

export const scheduledMessageShape = z
  .object({
    id,
    conversationId: id,
    scheduledToSendAt: time,
    sentConversationItemId: text,
    message: z.object({ text: z.string().nullish() }).nullish(),
  })
  .transform((scheduled) => ({
    id: scheduled.id,
    conversationId: scheduled.conversationId,
    /** Spruce's clock. */
    sendAt: scheduled.scheduledToSendAt,
    text: scheduled.message?.text ?? '',
    /** Set once it is sent. */
    sentItemId: scheduled.sentConversationItemId,
  }));

/** An attempt to deliver an event, from the log that Spruce keeps for 30 days. */
export const webhookEventShape = z
  .object({
    id,
    eventTime: time,
    data: z.string(),
    delivery: z.object({ status: text, attempts: z.number().nullish() }).nullish(),
  })
  .transform((event) => ({
    id: event.id,
    eventTime: event.eventTime,
    /** What a webhook carries; typed as text by Spruce and to be read as carefully. */
    data: event.data,
    status: event.delivery?.status ?? null,
    attempts: event.delivery?.attempts ?? null,
  }));

export type SpruceTag = z.output<typeof tagShape>;
export type SpruceScheduledMessage = z.output<typeof scheduledMessageShape>;
export type SpruceWebhookEvent = z.output<typeof webhookEventShape>;
export type SpruceContact = z.output<typeof contactShape>;
export type SpruceConversation = z.output<typeof conversationShape>;
export type SprucePage = z.output<typeof pageShape>;
export type SpruceItem = z.output<typeof itemShape>;
export type SpruceEndpoint = z.output<typeof endpointShape>;
export type SpruceMember = z.output<typeof memberShape>;
export type SpruceWebhook = z.output<typeof webhookShape>;
