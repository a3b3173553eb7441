import { createCommonControl, createControlCaller } from '../shared/control.js';
import type { CommonControl } from '../shared/control.js';
import type { MergeSeed, ReplySeed, ResolveSeed, SpruceSeed, StaffSeed } from './seed.js';

export type {
  ContactSeed,
  EndpointSeed,
  MemberSeed,
  MergeSeed,
  ReplySeed,
  ResolveSeed,
  SpruceSeed,
  StaffSeed,
} from './seed.js';

/** A conversation as Spruce's API shows it. */
export interface SpruceConversation {
  readonly id: string;
  readonly type: 'secure' | 'note';
  readonly title: string;
  readonly createdAt: string;
  readonly lastMessageAt?: string;
  readonly archived: boolean;
  readonly assignedToMemberId?: string;
  readonly associatedContactIds: readonly string[];
  readonly tags: readonly { readonly id: string; readonly value: string }[];
  readonly externalParticipants: readonly { readonly contact: string; readonly displayName: string }[];
}

/** A conversation item as Spruce's webhooks show it, with its conversation. */
export interface SpruceItem {
  readonly id: string;
  readonly conversationId: string;
  readonly conversation: SpruceConversation;
  readonly direction: 'inbound' | 'outbound' | 'none';
  readonly isInternalNote: boolean;
  readonly author: { readonly displayName: string; readonly id?: string };
  readonly text: string;
  readonly requestId: string;
  readonly createdAt: string;
  readonly modifiedAt: string;
  readonly pages: readonly {
    readonly id: string;
    readonly memberId: string;
    readonly resolved: boolean;
    readonly resolvedAt?: string;
    readonly resolvedByMemberId?: string;
  }[];
}

/** The part of a contact that checkers need. */
export interface SpruceContact {
  readonly id: string;
  readonly displayName: string;
  readonly hasAccount: boolean;
  readonly hasPendingInvite: boolean;
  readonly integrationLinks: readonly { readonly type: string; readonly externalId: string }[];
}

/** Everything a test or a demo can do to one running Spruce sandbox. */
export interface SpruceControl extends CommonControl {
  /** Makes the organization, or changes what the seed names; conversations and journal stay. */
  seed(tenantId: string, seed: SpruceSeed): Promise<void>;
  /** Changes an organization that was seeded; members, contacts and endpoints are added or replaced by id. */
  change(tenantId: string, change: Partial<SpruceSeed>): Promise<void>;
  /** A patient replies in a secure conversation. @returns the inbound item. */
  reply(tenantId: string, reply: ReplySeed): Promise<SpruceItem>;
  /** A member resolves one page, or all open pages of an item. @returns the item afterwards. */
  resolvePage(tenantId: string, resolve: ResolveSeed): Promise<SpruceItem>;
  /** A member writes in the app, to the patient or a note. @returns the item. */
  staffWrites(tenantId: string, staff: StaffSeed): Promise<SpruceItem>;
  /** Two contacts become one. */
  mergeContacts(tenantId: string, merge: MergeSeed): Promise<void>;
  /** A patient with a pending invite gets an account. */
  acceptInvite(tenantId: string, contactId: string): Promise<void>;
  /** All items with conversation, text and pages, oldest first. */
  items(tenantId: string): Promise<readonly SpruceItem[]>;
  conversations(tenantId: string): Promise<readonly SpruceConversation[]>;
  contacts(tenantId: string): Promise<readonly SpruceContact[]>;
}

/** Client of a Spruce sandbox's control API. @throws Error with the sandbox's own words. */
export function createSpruceControl(url: string): SpruceControl {
  const call = createControlCaller(url);
  return {
    ...createCommonControl(url),
    seed: async (id, seed) => void (await call('PUT', `/tenants/${id}`, seed)),
    change: async (id, change) => void (await call('PUT', `/tenants/${id}`, change)),
    reply: async (id, reply) =>
      (await call<{ item: SpruceItem }>('POST', `/tenants/${id}/replies`, reply)).item,
    resolvePage: async (id, resolve) =>
      (await call<{ item: SpruceItem }>('POST', `/tenants/${id}/pages/resolve`, resolve)).item,
    staffWrites: async (id, staff) =>
      (await call<{ item: SpruceItem }>('POST', `/tenants/${id}/staff`, staff)).item,
    mergeContacts: async (id, merge) => void (await call('POST', `/tenants/${id}/contacts/merge`, merge)),
    acceptInvite: async (id, contactId) =>
      void (await call('POST', `/tenants/${id}/invites/accept`, { contactId })),
    items: async (id) => (await call<{ items: SpruceItem[] }>('GET', `/tenants/${id}/items`)).items,
    conversations: async (id) =>
      (await call<{ conversations: SpruceConversation[] }>('GET', `/tenants/${id}/conversations`))
        .conversations,
    contacts: async (id) =>
      (await call<{ contacts: SpruceContact[] }>('GET', `/tenants/${id}/contacts`)).contacts,
  };
}
