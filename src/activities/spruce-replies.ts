import { VendorError } from '../clients/http/index.js';
import { labInbox, type SpruceClient } from '../clients/spruce/index.js';
import { parseInboundText } from '../clients/twilio/index.js';
import { isOpen } from '../domain/calendar/open-hours.js';
import { staffedHours } from '../store/calendar.js';
import {
  holdEffect,
  markCalled,
  markNotDone,
  markTaken,
  permission,
  settleEffect,
  type EffectRow,
} from '../store/effects.js';
import { pageReference } from '../store/pages.js';
import { loadPatient } from '../store/patients.js';
import { practiceNow, type Practice } from '../store/practices.js';
import { inboxConversation, rememberInboxConversation, repliesToForward } from '../store/spruce-inbox.js';
import { mayReachPatients } from './agreement-gate.js';
import type { ActivityDeps } from './deps.js';
import { routeToInbox } from './spruce-inbox.js';

/**
 * S000-88, 89: what patients answer by text lands in the practice's "lab follow-up" inbox in Spruce too, as an internal
 * note in staffed hours. It is a copy for whoever works there; the work itself is the reply's task. Each once.
 */
export async function forwardReplies(
  deps: ActivityDeps,
  practice: Practice,
  spruce: SpruceClient,
): Promise<void> {
  const { store } = deps;
  // A patient's words are theirs, whoever reads them there (S000-22).
  if (!mayReachPatients(store, practice, 'secure')) return;
  const now = practiceNow(store, practice);
  if (!isOpen(staffedHours(practice.settings, now), now)) return;
  for (const reply of await repliesToForward(store, practice)) {
    const text = parseInboundText(reply.body);
    if (!text) continue;
    await forward(deps, practice, spruce, { id: reply.id, from: text.from, words: text.body });
  }
}

interface Reply {
  readonly id: string;
  readonly from: string;
  readonly words: string;
}

async function forward(
  deps: ActivityDeps,
  practice: Practice,
  spruce: SpruceClient,
  reply: Reply,
): Promise<void> {
  const { store } = deps;
  const now = practiceNow(store, practice);
  const whose = await whoseNumber(deps, practice, reply.from);
  const conversationId = await conversationFor(deps, practice, spruce, whose);
  if (conversationId === null) return;
  const effect = await claim(deps, practice, reply.id, now);
  if (effect === null) return;
  if (effect.do === 'look') return look(deps, practice, spruce, conversationId, effect.row);
  const { row, token } = effect;
  try {
    const posted = await spruce.postMessage({
      conversationId,
      text: wordsOf(reply, whose, row.id),
      internal: true,
      idempotencyKey: `inbox-${token}`,
    });
    await markTaken(store.db, row.id, 'requestId' in posted ? posted.requestId : 'duplicate', 'posted');
  } catch (err) {
    if (!(err instanceof VendorError)) throw err;
    if (err.outcome === 'refused')
      return void (await settleEffect(store.db, store, row.id, { state: 'failed', at: now, code: err.code }));
    if (err.outcome === 'not-done') await markNotDone(store.db, row.id, token);
    throw err;
  }
}

async function claim({ store }: ActivityDeps, practice: Practice, inboundId: string, at: number) {
  return store.db.transaction().execute(async (tx) => {
    const row = await holdEffect(tx, store, {
      practiceId: practice.id,
      key: `inbox/${inboundId}`,
      kind: 'inbox-note',
      channel: 'spruce',
      at,
    });
    const may = permission(store, row);
    if (may.may === 'ask-vendor') return { do: 'look' as const, row };
    if (may.may !== 'act') return null;
    await markCalled(tx, store, row.id, may.token, practice.settings.leaseMs, at);
    return { do: 'post' as const, row, token: may.token };
  });
}

/** A call without answer: the note is there, or a copy is missing and its task stands all the same. */
async function look(
  { store }: ActivityDeps,
  practice: Practice,
  spruce: SpruceClient,
  conversationId: string,
  row: EffectRow,
): Promise<void> {
  const at = practiceNow(store, practice);
  const items = await spruce.items(conversationId, { order: 'newest_first' });
  const isThere = items.some((item) => item.text.includes(pageReference(row.id)));
  if (isThere) await settleEffect(store.db, store, row.id, { state: 'confirmed', at });
  else if (store.realNow() - (row.calledRealAt ?? 0) > practice.settings.secureUnknownWaitMs)
    await settleEffect(store.db, store, row.id, { state: 'unknown', at, code: 'not-found' });
}

/** Whose number it is; `null` when it is nobody's, or several people's. */
async function whoseNumber({ store }: ActivityDeps, practice: Practice, from: string) {
  let index: string;
  try {
    index = store.index.phoneIndex(from);
  } catch {
    return null;
  }
  const rows = await store.db
    .selectFrom('patient')
    .select('id')
    .where('practice_id', '=', practice.id)
    .where('mobile_index', '=', index)
    .execute();
  return rows.length === 1 && rows[0] ? loadPatient(store, rows[0].id) : null;
}

type Whose = Awaited<ReturnType<typeof whoseNumber>>;

/** One note conversation per patient, and one for numbers that are nobody's alone. */
async function conversationFor(
  { store }: ActivityDeps,
  practice: Practice,
  spruce: SpruceClient,
  whose: Whose,
): Promise<string | null> {
  const patientId = whose?.id ?? '';
  const known = await inboxConversation(store, practice.id, patientId);
  if (known) return known;
  const { internalEndpointId, assignToMemberId } = practice.connections.spruce;
  const { endpoint } = await labInbox(spruce, internalEndpointId);
  const team = assignToMemberId ?? endpoint?.ownerId;
  // Without an inbox there is nobody to read it: doctor says so, and the reply's task stands.
  if (!team) return null;
  const contactId = whose?.spruceContactId;
  const { conversationId } = await spruce.createNoteConversation({
    title: 'Lab follow-up: text replies',
    memberIds: [team],
    ...(contactId && { contactId }),
    // A second conversation after a lost answer is harmless; a reused key would be refused without its id.
    idempotencyKey: `inbox-${patientId || practice.id}-${store.realNow()}`,
  });
  await rememberInboxConversation(store, practice.id, patientId, conversationId);
  await routeToInbox(spruce, practice, { id: conversationId, tagIds: [], assignedToMemberId: null });
  return conversationId;
}

function wordsOf({ from, words }: Reply, whose: Whose, effectId: string): string {
  const who = whose ? `${whose.card.givenName} ${whose.card.familyName}` : `The number ${from}`;
  return [
    `${who} answered a text about results:`,
    words.trim() === '' ? '(no words)' : words,
    `The work is in resultloop, as a reply on your worklist. (${pageReference(effectId)})`,
  ].join('\n\n');
}
