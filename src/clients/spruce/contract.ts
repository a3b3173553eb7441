import type { EpochMs } from '../../domain/result/report.js';
import type { CallRecord } from '../http/index.js';
import type {
  SpruceContact,
  SpruceConversation,
  SpruceEndpoint,
  SpruceItem,
  SpruceMember,
  SpruceWebhook,
} from './shapes.js';

export interface SpruceOptions {
  /** With the version, e.g. `https://api.sprucehealth.com/v1`. */
  readonly baseUrl: string;
  /** The organisation's credential as one opaque string, sent as Bearer. */
  readonly token: string;
  /** Limit of one whole call, real ms; default 10 000. Must stay below the lease of the effect. */
  readonly timeoutMs?: number;
  readonly onCall?: (record: CallRecord) => void;
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
  readonly idempotencyKey: string;
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
}

/**
 * Every method throws VendorError. 422, the answer to a repeated idempotency key, means that an earlier attempt
 * was accepted: `postMessage` returns it, the others throw code `conflict` with outcome `unknown`. Keys hold for
 * 24 h per path. Accepted is not posted: that comes as a webhook, or with {@link SpruceClient.items}.
 */
export interface SpruceClient {
  /** The contact we linked under this id (link type `custom`), or null. Two are a `conflict`: never guess. */
  findContactByExternalId(externalId: string): Promise<SpruceContact | null>;
  /** Everybody with this number (E.164); families share numbers, so compare name and birth date too. */
  findContactsByPhone(e164: string): Promise<readonly SpruceContact[]>;
  createContact(contact: NewContact): Promise<SpruceContact>;
  linkContact(contactId: string, externalId: string): Promise<void>;
  contact(contactId: string): Promise<SpruceContact>;
  internalEndpoints(): Promise<readonly SpruceEndpoint[]>;
  /** Teammates, teams and the organisation; tell them apart by `type`. */
  members(): Promise<readonly SpruceMember[]>;
  createSecureConversation(
    conversation: NewSecureConversation,
  ): Promise<{ readonly conversationId: string; readonly requestId: string | null }>;
  createNoteConversation(conversation: NewNoteConversation): Promise<{ readonly conversationId: string }>;
  postMessage(message: NewMessage): Promise<{ readonly requestId: string } | { readonly duplicate: true }>;
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
  deleteWebhook(endpointId: string): Promise<void>;
}
