import { classifyItem, parseSpruceEvent, type SpruceItem } from '../../clients/spruce/index.js';
import { acceptancesOf, commandByPage } from '../../activities/page-acceptance.js';
import { markConfirmed, type Notice } from '../../activities/sending.js';
import { toReal } from '../../domain/calendar/clock-map.js';
import { readReply } from '../../domain/messages/replies.js';
import type { EpochMs } from '../../domain/result/report.js';
import { settleEffect } from '../../store/effects.js';
import { dropInboundBody, raiseAlarm } from '../../store/inbound.js';
import { liveMembers, toldBy } from '../../store/notices.js';
import { pageEffectsByReference } from '../../store/pages.js';
import type { Practice } from '../../store/practices.js';
import {
  awaitedPosting,
  isOurConversation,
  isPostAwaited,
  secureEffectByLink,
} from '../../store/spruce-talk.js';
import type { Handled, Inbound, InboundPort } from './port.js';
import { onContact } from './spruce-contact.js';
import { unknownOf } from './unknown.js';
import { urgentResult } from './urgent-result.js';

/**
 * Spruce signs no time of its own, but the event's is in the signed body. It repeats a delivery for 20 minutes; what is
 * older than this, real ms, is somebody's recording.
 */
const replayWindowMs = 24 * 3_600_000;

/**
 * An event of Spruce: our message was posted, a patient replied, a page was resolved. Spruce sends those of the whole
 * organization: what is none of ours keeps its hash, never its body.
 * @param source Who brought it: a webhook may be played again by anybody who recorded one, our own reading not.
 */
export async function onSpruceEvent(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<string>,
  source: 'webhook' | 'we-read-it' = 'webhook',
): Promise<Handled> {
  const event = parseSpruceEvent(inbound.body);
  if (!event) return 'unreadable';
  if (event.kind === 'unreadable' && event.type.startsWith('conversationItem.')) return 'unreadable';
  if (event.kind !== 'item') {
    const outcome =
      event.kind === 'contact' ? await onContact(port, practice, event) : `ignored-${event.kind}`;
    await dropInboundBody(port.store, inbound.id);
    return outcome;
  }
  if (source === 'webhook' && isReplay(practice, inbound, event.eventTime)) {
    const { key, code } = unknownOf(practice, inbound, 'webhook-outside-replay-window');
    await raiseAlarm(port.store, practice, key, code);
    return 'outside-replay-window';
  }
  const { item } = event;
  const effects = item.requestId === null ? [] : await ourEffects(port, practice, item.requestId);
  // A page may carry several effects (L11); all of them were posted with it.
  for (const { id } of effects)
    await settleEffect(port.store.db, port.store, id, { state: 'confirmed', at: inbound.receivedAt });
  const [effect] = effects;
  if (effect?.kind === 'page') return onPage(port, practice, item, effect.task_id);
  if (effect?.notice_id) return onPosted(port, practice, inbound, item, effect.notice_id, effect.epoch);
  if (effect) return 'posted';
  // The answer to our call is still on its way, or lost: the text itself says whose it is.
  const proof = { state: 'confirmed', at: inbound.receivedAt, vendorRef: item.requestId ?? item.id } as const;
  const pages = item.pages.length > 0 ? await pageEffectsByReference(port.store, practice.id, item.text) : [];
  for (const { id } of pages) await settleEffect(port.store.db, port.store, id, proof);
  if (pages[0]) return onPage(port, practice, item, pages[0].taskId);
  const isOurs = await isOurConversation(port.store, practice.id, item.conversationId);
  const posted = item.direction === 'outbound' ? await ourLostPost(port, practice, item) : null;
  if (posted) {
    const { id, noticeId, epoch } = posted;
    await settleEffect(port.store.db, port.store, id, proof);
    return onPosted(port, practice, inbound, item, noticeId, epoch);
  }
  // What was taken back in Spruce was posted all the same; there is nothing in it to answer.
  const handled =
    event.type === 'conversationItem.deleted'
      ? 'ignored-deleted'
      : await onOther(port, practice, inbound, item, isOurs);
  if (typeof handled === 'string' && !isOurs) await dropInboundBody(port.store, inbound.id);
  return handled;
}

/** Our message whose call had no answer: its link is in no other. */
async function ourLostPost({ store }: InboundPort, practice: Practice, item: SpruceItem) {
  return item.isInternalNote === true ? null : secureEffectByLink(store, practice, item.text);
}

function isReplay(practice: Practice, inbound: Inbound<string>, eventTime: EpochMs | null): boolean {
  return eventTime !== null && inbound.receivedRealAt - toReal(practice.clock, eventTime) > replayWindowMs;
}

async function ourEffects({ store }: InboundPort, practice: Practice, requestId: string) {
  return store.db
    .selectFrom('effect')
    .select(['id', 'kind', 'notice_id', 'task_id', 'epoch'])
    .where('practice_id', '=', practice.id)
    .where('vendor_ref', '=', requestId)
    .orderBy('id')
    .execute();
}

async function onPosted(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<string>,
  item: SpruceItem,
  noticeId: string,
  epoch: number,
): Promise<string> {
  const { store, tell } = port;
  const notice: Notice = await store.db
    .updateTable('notice')
    .set({ vendor_conversation_id: item.conversationId })
    .where('id', '=', noticeId)
    .returningAll()
    .executeTakeFirstOrThrow();
  await markConfirmed(port, practice, notice, epoch);
  for (const m of await liveMembers(store.db, noticeId, epoch))
    await tell.delivery(practice, m.resultId, {
      id: `${noticeId}/${epoch}/confirmed`,
      at: inbound.receivedAt,
      noticeId,
      version: m.version,
      purpose: notice.purpose,
      status: 'confirmed',
      channel: 'secure',
      task: null,
      why: null,
    });
  // Late: what the notice was about to do is off, and who joined it since waits in one of their own.
  if (notice.epoch > epoch) await tell.noticeChanged(practice, notice.patient_id);
  return 'posted';
}

/** Resolving a page in Spruce is an acceptance, if a rostered member did it (architecture §5). */
async function onPage(
  port: InboundPort,
  practice: Practice,
  item: SpruceItem,
  taskId: string | null,
): Promise<string> {
  const { store, tell } = port;
  const task = await store.db
    .selectFrom('task')
    .select(['id', 'kind'])
    .where('id', '=', taskId)
    .executeTakeFirst();
  if (task?.kind !== 'callback') return 'page';
  const [accepted] = acceptancesOf(practice, item);
  if (!accepted) return 'page';
  const refused = await commandByPage(store, tell, {
    practice,
    ...accepted,
    via: 'spruce-page',
    body: { kind: 'accept', task: 'callback' },
    taskId: task.id,
  });
  return refused ?? 'page-accepted';
}

async function onOther(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<string>,
  item: SpruceItem,
  isOurs: boolean,
): Promise<Handled> {
  const { store, tell } = port;
  const notice = await store.db
    .selectFrom('notice')
    .innerJoin('patient', 'patient.id', 'notice.patient_id')
    .selectAll('notice')
    .select('patient.spruce_contact_id')
    .where('notice.practice_id', '=', practice.id)
    .where('notice.vendor_conversation_id', '=', item.conversationId)
    .orderBy('notice.sent_at', 'desc')
    .orderBy('notice.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const kind = classifyItem(item, {
    isOurRequest: () => false,
    // Our own post is in the conversation already, so anything inbound here came after it.
    conversation: notice?.spruce_contact_id ? { contactId: notice.spruce_contact_id, postedAt: 0 } : null,
  });
  if (kind !== 'patient-reply' && kind !== 'other-inbound')
    // With a request id it may be ours: the event can be here before the answer to the call that made it.
    return item.requestId === null || kind === 'call' || !(await isPostAwaited(store, practice.id))
      ? kind
      : { waitsFor: item.requestId, otherwise: { outcome: kind, isForeign: !isOurs } };
  if (!notice) {
    const awaited = await awaitedPosting(store, practice.id, item.authorId);
    // Most of what patients write to a practice has nothing to do with us: staff read it in Spruce.
    const foreign = { outcome: 'not-our-conversation', isForeign: true };
    if (awaited === null) return foreign.outcome;
    const alarm = { key: `inbound/${inbound.id}`, code: 'secure-reply-without-notice' };
    // Maybe an answer to a message whose posting is still unknown; not only the patient writes in its conversation.
    return {
      waitsFor: item.conversationId,
      otherwise: awaited === 'to-contact' ? { outcome: 'unknown-conversation', alarm } : foreign,
    };
  }
  const reading = readReply(item.text);
  const acknowledges = kind === 'patient-reply' && reading === 'acknowledges';
  // Of the item, not of the event: what is created, updated and restored is one reply.
  const fact = { id: `inbound/spruce/${item.id}`, at: inbound.receivedAt, channel: 'secure' };
  const emergency = reading === 'emergency' && { emergency: true };
  const members = await liveMembers(store.db, notice.id);
  const urgent = await urgentResult(
    store,
    notice.patient_id,
    members.map((m) => m.resultId),
  );
  if (urgent !== null)
    await tell.replied(practice, urgent, { ...fact, acknowledges: false, told: null, ...emergency });
  for (const [i, m] of members.entries())
    await tell.replied(practice, m.resultId, {
      ...fact,
      acknowledges,
      // L36: one page for one cry for help.
      ...(i === 0 && urgent === null && emergency),
      told: toldBy(notice.purpose, m),
    });
  return kind;
}
