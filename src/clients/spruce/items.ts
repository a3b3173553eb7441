import type { EpochMs } from '../../domain/result/report.js';
import type { SpruceItem } from './shapes.js';

/**
 * What an item in a conversation means:
 * - `ours-posted` a message of ours is in the conversation now (posted, which is not read).
 * - `patient-reply` our patient wrote after our message; whether that acknowledges is decided elsewhere (L35).
 * - `other-inbound` somebody wrote whom we cannot hold for our patient: staff read it, nothing closes.
 * - `internal` a note among staff, never an acknowledgement.
 * - `teammate` staff wrote to the patient in Spruce itself.
 * - `call` a call; see the item's event for whether it was answered.
 */
export type ItemKind = 'ours-posted' | 'patient-reply' | 'other-inbound' | 'internal' | 'teammate' | 'call';

/** What our record knows around an item. */
export interface KnownConversation {
  /** True when the item's request id is one of ours. */
  readonly isOurRequest: (requestId: string) => boolean;
  /** The item's conversation, or null when it is none of ours. */
  readonly conversation: {
    readonly contactId: string;
    /** `createdAt` of our message's item (Spruce's clock, never ours); null while it is not known to be posted. */
    readonly postedAt: EpochMs | null;
  } | null;
}

const callEvents: ReadonlySet<string> = new Set([
  'inboundCall',
  'outboundCall',
  'inboundVideoCall',
  'outboundVideoCall',
]);

/**
 * Says what one item means. Only a message from outside that carries the patient's own contact id, not earlier
 * than our message, is the patient's; everything doubtful is `other-inbound`, which a person reads.
 */
export function classifyItem(item: SpruceItem, known: KnownConversation): ItemKind {
  if (item.requestId !== null && known.isOurRequest(item.requestId)) return 'ours-posted';
  if (item.event !== null && callEvents.has(item.event.type)) return 'call';
  if (item.isInternalNote === true || item.direction === 'none') return 'internal';
  if (item.direction === 'outbound') return 'teammate';
  return isFromPatient(item, known) ? 'patient-reply' : 'other-inbound';
}

function isFromPatient(item: SpruceItem, { conversation }: KnownConversation): boolean {
  return (
    item.direction === 'inbound' &&
    item.isInternalNote === false &&
    conversation !== null &&
    conversation.postedAt !== null &&
    item.createdAt >= conversation.postedAt &&
    item.authorId === conversation.contactId
  );
}

export interface ResolvedPage {
  readonly pageId: string;
  /** Who was paged. */
  readonly memberId: string;
  /** Who resolved it, which may be somebody else; null when Spruce does not say. */
  readonly resolvedByMemberId: string | null;
  /** Spruce's clock; null when Spruce does not say. */
  readonly resolvedAt: EpochMs | null;
}

/** The pages of an item that somebody has resolved in Spruce: the one real sign that staff took a page. */
export function resolvedPages(item: SpruceItem): readonly ResolvedPage[] {
  return item.pages
    .filter((page) => page.resolved)
    .map(({ id, memberId, resolvedByMemberId, resolvedAt }) => ({
      pageId: id,
      memberId,
      resolvedByMemberId,
      resolvedAt,
    }));
}
