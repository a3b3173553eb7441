import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { toReal } from '../../domain/calendar/clock-map.js';
import { checkMessage, messageSchema, pagedIn, textOf } from './posting.js';
import { badParameter, notFound } from './errors.js';
import { newId } from './ids.js';
import { addItem } from './items.js';
import type { Conversation, ScheduledMessage } from './records.js';
import { scheduledMessageJson } from './render.js';
import type { SpruceTenant } from './tenant.js';
import { emit } from './webhooks.js';

/** Body of ScheduleConversationMessage. */
export const scheduleSchema = z.object({
  message: messageSchema.omit({ attachments: true, stayArchived: true }),
  sendAt: z.iso.datetime({ offset: true }),
});

/** A changed clock is seen after this long at the latest (real ms). */
const lookAgainMs = 1_000;

/** Keeps a message for later; it is sent when practice time has come. @throws SpruceError 400. */
export function schedule(
  tenant: SpruceTenant,
  conversation: Conversation,
  { message, sendAt }: z.output<typeof scheduleSchema>,
): ScheduledMessage {
  checkMessage(tenant, message, conversation.type);
  const at = Date.parse(sendAt);
  const now = tenant.practiceNow();
  if (at <= now) throw badParameter('sendAt must be in the future');
  const scheduled: ScheduledMessage = {
    id: newId('scm'),
    conversationId: conversation.id,
    createdAt: now,
    modifiedAt: now,
    sendAt: at,
    isInternalNote: message.internal ?? false,
    text: textOf(tenant, message),
    pagedMemberIds: pagedIn(message),
    authorId: message.author ?? tenant.organizationId,
    sentItemId: null,
  };
  tenant.scheduled.set(scheduled.id, scheduled);
  tenant.record('message-scheduled', {
    scheduledMessageId: scheduled.id,
    conversationId: conversation.id,
    sendAt: at,
    text: scheduled.text,
  });
  emit(tenant, 'scheduledMessage.created', scheduledMessageJson(tenant, scheduled));
  void sendWhenDue(tenant, conversation, scheduled);
  return scheduled;
}

/** @throws SpruceError 404 for one that is unknown, sent or deleted. */
export function unschedule(tenant: SpruceTenant, id: string): void {
  const scheduled = tenant.scheduled.get(id);
  if (!scheduled || scheduled.sentItemId !== null) throw notFound('Scheduled message');
  tenant.scheduled.delete(id);
  tenant.record('message-unscheduled', { scheduledMessageId: id });
  emit(tenant, 'scheduledMessage.deleted', scheduledMessageJson(tenant, scheduled));
}

async function sendWhenDue(
  tenant: SpruceTenant,
  conversation: Conversation,
  scheduled: ScheduledMessage,
): Promise<void> {
  while (tenant.practiceNow() < scheduled.sendAt) {
    const left = toReal(tenant.clock, scheduled.sendAt) - Date.now();
    const ms = Math.min(lookAgainMs, Math.max(1, left));
    await pause(ms, undefined, { signal: tenant.closing, ref: false }).catch(() => undefined);
    if (tenant.closing.aborted || !tenant.scheduled.has(scheduled.id)) return;
  }
  const member = tenant.members.get(scheduled.authorId);
  const item = addItem(tenant, conversation, {
    direction: scheduled.isInternalNote ? 'none' : 'outbound',
    isInternalNote: scheduled.isInternalNote,
    text: scheduled.text,
    author: member
      ? { displayName: member.displayName, id: member.id }
      : { displayName: tenant.settings.name, id: tenant.organizationId },
    pagedMemberIds: scheduled.pagedMemberIds,
  });
  scheduled.sentItemId = item.id;
  scheduled.modifiedAt = item.createdAt;
  emit(tenant, 'scheduledMessage.sent', scheduledMessageJson(tenant, scheduled));
}
