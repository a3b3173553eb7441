import { v5 as uuidV5 } from 'uuid';
import {
  classifyItem,
  parseSpruceEvent,
  resolvedPages,
  type SpruceItem,
} from '../../clients/spruce/index.js';
import { acceptanceNamespace } from '../../activities/pages.js';
import { markConfirmed, type Notice } from '../../activities/sending.js';
import { readReply } from '../../domain/messages/replies.js';
import { markDelivered, writeCommand } from '../../store/commands.js';
import { settleEffect } from '../../store/effects.js';
import { raiseAlarm } from '../../store/inbound.js';
import { liveMembers, toldBy } from '../../store/notices.js';
import type { Practice } from '../../store/practices.js';
import type { Inbound, InboundPort } from './port.js';

/** An event of Spruce: our message was posted, a patient replied, a page was resolved. */
export async function onSpruceEvent(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<string>,
): Promise<string> {
  const event = parseSpruceEvent(inbound.body);
  if (!event) return 'unreadable';
  if (event.kind !== 'item') return `ignored-${event.kind}`;
  const { item } = event;
  const posted = item.requestId === null ? undefined : await ourEffect(port, practice, item.requestId);
  if (posted?.kind === 'page') return onPage(port, practice, inbound, item, posted.id, posted.task_id);
  if (posted?.notice_id) return onPosted(port, practice, inbound, item, posted.id, posted.notice_id);
  return onOther(port, practice, inbound, item);
}

async function ourEffect({ store }: InboundPort, practice: Practice, requestId: string) {
  return store.db
    .selectFrom('effect')
    .select(['id', 'kind', 'notice_id', 'task_id'])
    .where('practice_id', '=', practice.id)
    .where('vendor_ref', '=', requestId)
    .executeTakeFirst();
}

async function onPosted(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<string>,
  item: SpruceItem,
  effectId: string,
  noticeId: string,
): Promise<string> {
  const { store, tell } = port;
  await settleEffect(store.db, store, effectId, { state: 'confirmed', at: inbound.receivedAt });
  const notice: Notice = await store.db
    .updateTable('notice')
    .set({ vendor_conversation_id: item.conversationId })
    .where('id', '=', noticeId)
    .returningAll()
    .executeTakeFirstOrThrow();
  await markConfirmed(port, practice, notice);
  for (const m of await liveMembers(store.db, noticeId))
    await tell.delivery(practice, m.resultId, {
      id: `${noticeId}/${notice.epoch}/confirmed`,
      at: inbound.receivedAt,
      noticeId,
      version: m.version,
      purpose: notice.purpose,
      status: 'confirmed',
      channel: 'secure',
      task: null,
      why: null,
    });
  return 'posted';
}

/** Resolving a page in Spruce is an acceptance, if a rostered member did it (architecture §5). */
async function onPage(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<string>,
  item: SpruceItem,
  effectId: string,
  taskId: string | null,
): Promise<string> {
  const { store, tell } = port;
  await settleEffect(store.db, store, effectId, { state: 'confirmed', at: inbound.receivedAt });
  const member = taskId
    ? await store.db
        .selectFrom('task_member')
        .innerJoin('task', 'task.id', 'task_member.task_id')
        .select(['task_member.result_id', 'task.kind'])
        .where('task_member.task_id', '=', taskId)
        .executeTakeFirst()
    : undefined;
  if (member?.kind !== 'callback') return 'page';
  for (const resolved of resolvedPages(item)) {
    const person = practice.roster.people.find((p) => p.spruceMemberId === resolved.resolvedByMemberId);
    if (!person) continue;
    const id = uuidV5(`${item.id}/${resolved.pageId}`, acceptanceNamespace);
    const command = await writeCommand(store, {
      practice,
      personId: person.id,
      via: 'spruce-page',
      body: { kind: 'accept', task: 'callback' },
      resultId: member.result_id,
      id,
    });
    for (const target of command.targets) await tell.command(practice, target.resultId, id);
    await markDelivered(store, id);
    return 'page-accepted';
  }
  return 'page';
}

async function onOther(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<string>,
  item: SpruceItem,
): Promise<string> {
  const { store, tell } = port;
  const notice = await store.db
    .selectFrom('notice')
    .innerJoin('patient', 'patient.id', 'notice.patient_id')
    .selectAll('notice')
    .select('patient.spruce_contact_id')
    .where('notice.practice_id', '=', practice.id)
    .where('notice.vendor_conversation_id', '=', item.conversationId)
    .orderBy('notice.sent_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const kind = classifyItem(item, {
    isOurRequest: () => false,
    // Our own post is in the conversation already, so anything inbound here came after it.
    conversation: notice?.spruce_contact_id ? { contactId: notice.spruce_contact_id, postedAt: 0 } : null,
  });
  if (kind !== 'patient-reply' && kind !== 'other-inbound') return kind;
  if (!notice) {
    await raiseAlarm(store, practice, `inbound/${inbound.id}`, 'secure-reply-without-notice');
    return 'unknown-conversation';
  }
  const acknowledges = kind === 'patient-reply' && readReply(item.text) === 'acknowledges';
  for (const m of await liveMembers(store.db, notice.id))
    await tell.replied(practice, m.resultId, {
      id: `inbound/${inbound.id}`,
      at: inbound.receivedAt,
      channel: 'secure',
      acknowledges,
      told: toldBy(notice.purpose, m),
    });
  return kind;
}
