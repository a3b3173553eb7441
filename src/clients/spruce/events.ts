import { z } from 'zod';
import type { EpochMs } from '../../domain/result/report.js';
import type { SpruceContact, SpruceConversation, SpruceItem } from './shapes.js';
import { contactShape, conversationShape, itemShape } from './shapes.js';

const envelope = z.looseObject({
  type: z.string().min(1),
  eventTime: z.string().nullish(),
  data: z.looseObject({ object: z.looseObject({ id: z.string().nullish() }) }),
});

interface EventHead {
  /** E.g. `conversationItem.created`. */
  readonly type: string;
  /** Spruce's clock; events arrive out of order, so this and `modifiedAt` decide what is newer. */
  readonly eventTime: EpochMs | null;
  readonly objectId: string | null;
}

/** One webhook delivery. `data.object` is the whole current resource, never a change. */
export type SpruceEvent =
  | (EventHead & { readonly kind: 'item'; readonly item: SpruceItem })
  | (EventHead & { readonly kind: 'conversation'; readonly conversation: SpruceConversation })
  | (EventHead & { readonly kind: 'contact'; readonly contact: SpruceContact })
  /** A type resultloop does not act on; answer 2xx all the same. */
  | (EventHead & { readonly kind: 'other' })
  /** A type it does act on, with content it cannot read: record it, and read the resource by its id. */
  | (EventHead & { readonly kind: 'unreadable'; readonly fields: readonly string[] });

/**
 * Reads a webhook body whose signature was verified.
 * @returns the event, or null when the body is no Spruce event at all.
 */
export function parseSpruceEvent(rawBody: Buffer | string): SpruceEvent | null {
  let body: unknown;
  try {
    body = JSON.parse(rawBody.toString());
  } catch {
    return null;
  }
  const parsed = envelope.safeParse(body).data;
  if (!parsed) return null;
  const { object } = parsed.data;
  const at = Date.parse(parsed.eventTime ?? '');
  const head = {
    type: parsed.type,
    eventTime: Number.isNaN(at) ? null : at,
    objectId: object.id ?? null,
  };

  switch (parsed.type.split('.')[0]) {
    case 'conversationItem':
      return read(head, itemShape, object, (item) => ({ ...head, kind: 'item', item }));
    case 'conversation':
      return read(head, conversationShape, object, (conversation) => ({
        ...head,
        kind: 'conversation',
        conversation,
      }));
    case 'contact':
      return read(head, contactShape, object, (contact) => ({ ...head, kind: 'contact', contact }));
    default:
      return { ...head, kind: 'other' };
  }
}

/**
 * Under this key a delivery is known: the body carries no event id. Null when the event lacks a part of it;
 * then a hash of the raw body has to serve.
 */
export function spruceEventKey(event: SpruceEvent): string | null {
  if (event.objectId === null || event.eventTime === null) return null;
  return `${event.type}/${event.objectId}/${event.eventTime}`;
}

function read<T>(
  head: EventHead,
  shape: z.ZodType<T>,
  object: unknown,
  found: (value: T) => SpruceEvent,
): SpruceEvent {
  const parsed = shape.safeParse(object);
  if (parsed.success) return found(parsed.data);
  return { ...head, kind: 'unreadable', fields: parsed.error.issues.map((issue) => issue.path.join('.')) };
}

/** The event that would have told of an item, for one that was read: {@link parseSpruceEvent} reads it back. */
export function eventOfItem(item: SpruceItem): string {
  const time = (at: EpochMs) => new Date(at).toISOString();
  const object = {
    object: 'conversationItem',
    id: item.id,
    conversationId: item.conversationId,
    direction: item.direction,
    isInternalNote: item.isInternalNote,
    author: { id: item.authorId, displayName: item.authorName },
    text: item.text,
    pages: item.pages.map((page) => ({
      ...page,
      resolvedAt: page.resolvedAt === null ? null : time(page.resolvedAt),
    })),
    attachments: Array.from({ length: item.attachmentCount }, () => null),
    createdAt: time(item.createdAt),
    modifiedAt: time(item.modifiedAt),
    requestId: item.requestId,
    event: item.event && {
      type: item.event.type,
      data: {
        answered: item.event.answered,
        failed: item.event.failed,
        duration: item.event.durationSeconds,
      },
    },
  };
  return JSON.stringify({
    object: 'event',
    type: item.modifiedAt > item.createdAt ? 'conversationItem.updated' : 'conversationItem.created',
    eventTime: time(item.modifiedAt),
    data: { object },
  });
}
