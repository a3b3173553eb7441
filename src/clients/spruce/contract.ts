import type { EpochMs } from '../../domain/result/report.js';
import type { CallRecord } from '../http/index.js';
import type {
  SpruceContact,
  SpruceConversation,
  SpruceEndpoint,
  SpruceItem,
  SpruceMember,
  SpruceScheduledMessage,
  SpruceTag,
  SpruceWebhook,
  SpruceWebhookEvent,
} from './shapes.js';

export interface SpruceOptions {
  /** With the version, e.g. `https://api.sprucehealth.com/v1`. */
  readonly baseUrl: string;
  /** The organisation's credential as one opaque string, sent as Bearer. */
  readonly token: string;
  /** Limit of one whole call, real ms; default 10 000. Must stay below the lease of the effect. */
  readonly timeoutMs?: number;
  readonly onCall?: (record: CallRecord) => void;
  /** Real ms, by which keys age and limits refill; default the system's. */
  readonly now?: () => number;
}

export interface NewContact {
  readonly givenName: string;
  readonly familyName: string;
  /** YYYY-MM-DD. */
  readonly dateOfBirth?: string;
  /** E.164. */
  readonly phone?: string;
  readonly idempotencyKey: string;
}

export interface NewSecureConversation {
  readonly contactId: string;
  readonly internalEndpointId: string;
  readonly subject?: string;
  /** First message; posted after the conversation exists. */
  readonly message?: string;
  /** Member the first message is from; default the organisation. */
  readonly authorId?: string;
  readonly idempotencyKey: string;
}

export interface NewNoteConversation {
  readonly title: string;
  readonly memberIds: readonly string[];
  /** Whom it is about; that contact cannot read it. */
  readonly contactId?: string;
  readonly idempotencyKey: string;
  /** Goes even when the organization's limit is nearly used up. */
  readonly isUrgent?: boolean;
}

export interface NewMessage {
  readonly conversationId: string;
  readonly text: string;
  /** Member the message is from; default the organisation. */
  readonly authorId?: string;
  /** Note conversations take nothing else. A message with pages is always internal, whatever stands here. */
  readonly internal?: boolean;
  /** Members to page. */
  readonly pageMemberIds?: readonly string[];
  readonly idempotencyKey: string;
  /** Goes even when the organization's limit is nearly used up. Default: when it pages somebody. */
  readonly isUrgent?: boolean;
}

export interface NewScheduledMessage {
  readonly conversationId: string;
  readonly text: string;
  readonly authorId?: string;
  readonly internal?: boolean;
  /** Spruce's clock. */
  readonly sendAt: EpochMs;
  readonly idempotencyKey: string;
}

export interface ConversationChange {
  readonly conversationId: string;
  /** A team or teammate; `null` takes the assignment away. */
  readonly assignToMemberId?: string | null;
  readonly archived?: boolean;
  /** Replaces all tags: read the conversation's first. */
  readonly tagIds?: readonly string[];
}

/**
 * Every method throws VendorError. 422, the answer to a repeated idempotency key, means that an earlier attempt
 * was accepted: `postMessage` returns it, the others throw code `conflict` with outcome `unknown`. Keys hold for
 * 24 h per path; make them with `keyFor`, and one that has become too old is refused. Accepted is not posted: that comes as a webhook, or with {@link SpruceClient.items}.
 */
export interface SpruceClient {
  /** The contact we linked under this id (link type `custom`), or null. Two are a `conflict`: never guess. */
  findContactByExternalId(externalId: string): Promise<SpruceContact | null>;
  /** Everybody with this number (E.164); families share numbers, so compare name and birth date too. */
  findContactsByPhone(e164: string): Promise<readonly SpruceContact[]>;
  createContact(contact: NewContact): Promise<SpruceContact>;
  linkContact(contactId: string, externalId: string): Promise<void>;
  contact(contactId: string): Promise<SpruceContact>;
  /**
   * Invites a patient to secure messages, by one of the contact's phone points. Spruce takes no idempotency key here:
   * a repeat sends the invitation again. For somebody with an account it is refused.
   */
  invite(invitation: {
    readonly contactId: string;
    readonly destinationId: string;
    readonly internalEndpointId: string;
  }): Promise<{ readonly conversationId: string }>;
  organization(): Promise<{ readonly id: string; readonly name: string | null }>;
  internalEndpoints(): Promise<readonly SpruceEndpoint[]>;
  /** Teammates, teams and the organisation; tell them apart by `type`. */
  members(): Promise<readonly SpruceMember[]>;
  createSecureConversation(
    conversation: NewSecureConversation,
  ): Promise<{ readonly conversationId: string; readonly requestId: string | null }>;
  createNoteConversation(conversation: NewNoteConversation): Promise<{ readonly conversationId: string }>;
  postMessage(message: NewMessage): Promise<{ readonly requestId: string } | { readonly duplicate: true }>;
  /** A message that Spruce sends by itself at a time. */
  scheduleMessage(message: NewScheduledMessage): Promise<SpruceScheduledMessage>;
  scheduledMessages(conversationId: string): Promise<readonly SpruceScheduledMessage[]>;
  /** @throws VendorError `not-found` when it is sent or gone already. */
  cancelScheduledMessage(scheduledMessageId: string): Promise<void>;
  conversation(conversationId: string): Promise<SpruceConversation>;
  changeConversation(change: ConversationChange): Promise<SpruceConversation>;
  /** The organization's tag with this text; made when it is new. */
  conversationTag(value: string): Promise<SpruceTag>;
  /** Conversations with anything new since a time on Spruce's clock, the oldest news first. The view lags a little. */
  conversationsSince(startFrom: EpochMs): Promise<readonly SpruceConversation[]>;
  conversationsOfContact(contactId: string): Promise<readonly SpruceConversation[]>;
  /**
   * All items, all pages. The view lags behind a little. `startFrom` is a creation time on Spruce's clock; whether
   * it includes its own instant is not documented, so ask from a second before.
   */
  items(
    conversationId: string,
    query?: { readonly startFrom?: EpochMs; readonly order?: 'newest_first' | 'oldest_first' },
  ): Promise<readonly SpruceItem[]>;
  item(itemId: string): Promise<SpruceItem>;
  /** The secret is shown this once. */
  registerWebhook(webhook: {
    readonly name: string;
    readonly url: string;
  }): Promise<{ readonly endpointId: string; readonly secret: string }>;
  webhookEndpoints(): Promise<readonly SpruceWebhook[]>;
  /** Pauses an endpoint, or has it go on with what waited. */
  pauseWebhook(endpointId: string, paused: boolean): Promise<void>;
  /** What was to be delivered to an endpoint between two times on Spruce's clock (kept 30 days). */
  webhookEvents(
    endpointId: string,
    between: { readonly from: EpochMs; readonly to?: EpochMs },
  ): Promise<readonly SpruceWebhookEvent[]>;
  deleteWebhook(endpointId: string): Promise<void>;
}
