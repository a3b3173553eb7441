import type { EpochMs } from '../../domain/result/report.js';

/** A patient or other person outside the organization. Times in these records are practice time. */
export interface Contact {
  readonly id: string;
  readonly createdAt: EpochMs;
  givenName: string;
  middleName: string;
  familyName: string;
  companyName: string;
  category: 'patient' | 'professional';
  dateOfBirth: string | null;
  gender: 'unknown' | 'male' | 'female' | 'other';
  phoneNumbers: readonly ContactPoint[];
  emailAddresses: readonly ContactPoint[];
  integrationLinks: IntegrationLink[];
  hasAccount: boolean;
  hasPendingInvite: boolean;
}

export interface ContactPoint {
  readonly id: string;
  readonly value: string;
  readonly label?: string;
}

export interface IntegrationLink {
  readonly type: 'elation' | 'hint' | 'athena' | 'custom';
  readonly externalId: string;
  readonly url?: string;
}

export interface Conversation {
  readonly id: string;
  readonly type: 'secure' | 'note';
  readonly title: string;
  readonly createdAt: EpochMs;
  /** Real time from which lists may show it; they lag besides. */
  readonly listedReal: EpochMs;
  /** Contacts who read and write here; none in a note. */
  contactIds: readonly string[];
  associatedContactIds: readonly string[];
  readonly internalMemberIds: readonly string[];
  /** The secure endpoint it runs through; null in a note. */
  readonly endpointId: string | null;
  lastMessageAt: EpochMs | null;
  archived: boolean;
  assignedToMemberId: string | null;
  tags: readonly Tag[];
}

export interface Tag {
  readonly id: string;
  readonly value: string;
}

export interface Item {
  readonly id: string;
  readonly conversationId: string;
  readonly direction: 'inbound' | 'outbound' | 'none';
  readonly isInternalNote: boolean;
  readonly author: { readonly displayName: string; readonly id?: string };
  readonly text: string;
  readonly requestId: string;
  readonly createdAt: EpochMs;
  /** Real time from which lists may show it; they lag besides. */
  readonly listedReal: EpochMs;
  modifiedAt: EpochMs;
  readonly pages: Page[];
}

export interface ScheduledMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly createdAt: EpochMs;
  readonly sendAt: EpochMs;
  readonly isInternalNote: boolean;
  readonly text: string;
  readonly pagedMemberIds: readonly string[];
  /** Who sends it: a member, or the organization. */
  readonly authorId: string;
  modifiedAt: EpochMs;
  sentItemId: string | null;
}

export interface Page {
  readonly id: string;
  readonly memberId: string;
  resolvedAt: EpochMs | null;
  resolvedByMemberId: string | null;
}

export interface WebhookEndpoint {
  readonly id: string;
  readonly name: string;
  readonly createdAt: EpochMs;
  readonly secretId: string;
  url: string;
  secret: string;
  isPaused: boolean;
  readonly events: WebhookEvent[];
  /** Lets the event go that waits to be overtaken. */
  release: (() => void) | null;
}

export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  readonly objectId: string;
  readonly eventTime: EpochMs;
  /** The exact bytes that are posted and signed. */
  readonly body: string;
  status: 'waiting' | 'pending' | 'delivered' | 'failed';
  attempts: number;
  deliveredAt: EpochMs | null;
}
