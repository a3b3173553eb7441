import { createHash } from 'node:crypto';
import { VendorError } from '../clients/http/index.js';
import {
  credentialAge,
  credentialReminderDays,
  eventOfItem,
  ourWebhooks,
  type SpruceClient,
  type SpruceConversation,
  type SpruceItem,
} from '../clients/spruce/index.js';
import { settleEffect } from '../store/effects.js';
import { keepInbound, raiseAlarm } from '../store/inbound.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import { ourConversations } from '../store/spruce-talk.js';
import { markSpruceRead, spruceWatch } from '../store/spruce-watch.js';
import type { SpruceActivities } from '../workflows/activity-types.js';
import type { ActivityDeps } from './deps.js';
import { guarded } from './failures.js';
import { askReadReceipts } from './read-receipts.js';
import { routeToInbox } from './spruce-inbox.js';
import { alarmIfRefused } from './spruce-refused.js';
import { forwardReplies } from './spruce-replies.js';

/** How far the first reading goes back, and how much each overlaps the one before: lists lag and clocks differ. */
const firstLookBackMs = 3_600_000;
const overlapMs = 5 * 60_000;
/** Spruce posts within seconds; a page that it took and shows nowhere for this long reached nobody (real ms). */
const pageShownWithinMs = 15 * 60_000;
const dayMs = 86_400_000;

/**
 * The back-stop of Spruce, every few minutes: webhooks that never came (its log of deliveries, and our conversations
 * themselves), pages that never appeared, conversations outside their inbox, replies to texts, the token's age. What is
 * read twice is one row, and facts carry ids.
 */
export function createSpruceRounds(deps: ActivityDeps): SpruceActivities {
  const { store, vendors } = deps;
  return {
    spruceRound: ({ practiceId }) =>
      guarded(async () => {
        const practice = await loadPractice(store, practiceId);
        // Said before anything is asked: a vendor that does not answer must not silence the reminder.
        await remindOfToken(deps, practice);
        const watch = await spruceWatch(store, practiceId);
        const everyMs = practice.settings.spruceRoundEveryMs;
        if (watch && store.realNow() - watch.readRealAt < everyMs) return { read: 0 };
        const spruce = vendors.spruce(practice);
        const now = practiceNow(store, practice);
        const from = (watch?.readUntilAt ?? now - firstLookBackMs) - overlapMs;
        try {
          const read =
            (await readDeliveries(deps, practice, spruce, from)) +
            (await readConversations(deps, practice, spruce, from));
          await markSpruceRead(store, practiceId, now);
          await giveUpPages(deps, practice);
          await forwardReplies(deps, practice, spruce);
          await askReadReceipts(deps, practice);
          return { read };
        } catch (err) {
          await alarmIfRefused(store, practice, err);
          throw err;
        }
      }),
  };
}

/** The log of what was to be delivered to us (30 days), whether it came or not. @returns how much was new. */
async function readDeliveries(
  { store, metrics }: ActivityDeps,
  practice: Practice,
  spruce: SpruceClient,
  from: number,
): Promise<number> {
  const { ours, state } = await ourWebhooks(spruce, webhookUrlOf(practice));
  if (state !== 'ready') {
    const day = Math.floor(practiceNow(store, practice) / dayMs);
    await raiseAlarm(
      store,
      practice,
      `spruce-webhook/${practice.id}/${state}/${day}`,
      `spruce-webhook-${state}`,
    );
  }
  let read = 0;
  for (const { endpointId } of ours)
    for (const event of await spruce.webhookEvents(endpointId, { from })) {
      const kept = await keepInbound(store, practice, {
        vendor: 'spruce',
        kind: 'spruce-read',
        // As of a webhook: what came already is the same row.
        dedupeKey: createHash('sha256').update(event.data).digest('hex'),
        body: event.data,
      });
      if (kept === null) continue;
      metrics.inbound('spruce-found');
      read += 1;
    }
  return read;
}

/** Our own conversations with anything new. Others are not opened. */
async function readConversations(
  deps: ActivityDeps,
  practice: Practice,
  spruce: SpruceClient,
  from: number,
): Promise<number> {
  const { store, metrics } = deps;
  const recent = await spruce.conversationsSince(from);
  const ours = await ourConversations(
    store,
    practice.id,
    recent.map((one) => one.id),
  );
  let read = 0;
  for (const conversation of recent.filter((one) => ours.has(one.id))) {
    await unlessRefused(route(practice, spruce, conversation));
    const items = await unlessRefused(
      spruce.items(conversation.id, { order: 'oldest_first', startFrom: from }),
    );
    for (const item of items ?? []) {
      if (!saysSomething(item)) continue;
      const kept = await keepInbound(store, practice, {
        vendor: 'spruce',
        kind: 'spruce-read',
        dedupeKey: `item/${item.id}/${item.modifiedAt}/${item.pages.filter((page) => page.resolved).length}`,
        body: eventOfItem(item),
      });
      if (kept === null) continue;
      metrics.inbound('spruce-found');
      read += 1;
    }
  }
  return read;
}

/** One conversation that may not be read or changed (deleted, read-only) must not hold up the others. */
async function unlessRefused<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (err) {
    // A refused token is about all of them.
    if (!(err instanceof VendorError) || err.outcome !== 'refused' || err.code === 'forbidden') throw err;
    return null;
  }
}

/** A patient's words, a page, or something that may be the posting of ours. */
function saysSomething(item: SpruceItem): boolean {
  return item.direction === 'inbound' || item.pages.length > 0 || item.requestId !== null;
}

async function route(
  practice: Practice,
  spruce: SpruceClient,
  conversation: SpruceConversation,
): Promise<void> {
  if (conversation.type !== 'secure' || conversation.archived === true) return;
  await routeToInbox(spruce, practice, conversation);
}

/** What Spruce took and shows nowhere: the ladder has gone on for a critical, for the rest somebody has to know. */
async function giveUpPages({ store }: ActivityDeps, practice: Practice): Promise<void> {
  const lost = await store.db
    .selectFrom('effect')
    .select('id')
    .where('practice_id', '=', practice.id)
    .where('kind', '=', 'page')
    .where('channel', '=', 'spruce')
    .where('state', '=', 'called')
    .where('called_real_at', '<', store.realNow() - pageShownWithinMs)
    .execute();
  const at = practiceNow(store, practice);
  for (const { id } of lost)
    await settleEffect(store.db, store, id, { state: 'unknown', at, code: 'never-shown' });
  if (lost.length === 0) return;
  const key = `spruce-page-never-shown/${practice.id}/${Math.floor(at / dayMs)}`;
  await raiseAlarm(store, practice, key, 'spruce-page-never-shown');
}

/** Requirements 6-2: the token never expires; a reminder every 30 days stands for its renewal. */
async function remindOfToken({ store }: ActivityDeps, practice: Practice): Promise<void> {
  const { issuedOn = null } = practice.connections.spruce;
  const { days, isDue } = credentialAge(issuedOn, practiceNow(store, practice));
  if (!isDue || days === null) return;
  const key = `spruce-token/${practice.id}/${issuedOn}/${Math.floor(days / credentialReminderDays)}`;
  await raiseAlarm(store, practice, key, 'spruce-token-due');
}

/** Where Spruce sends this practice's events. */
export function webhookUrlOf(practice: Pick<Practice, 'id' | 'settings'>): string {
  return `${practice.settings.publicBaseUrl}/webhooks/spruce/${practice.id}`;
}
