import { sql } from 'kysely';
import { openInboundBody } from './inbound.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

/** Longer than a weekend with a holiday. */
const forwardedForMs = 5 * 86_400_000;
/** Not for a person to read: they acted on the number by themselves. */
const notForwarded = ['opts-out', 'opts-in', 'help', 'unreadable', 'unknown-message'];

/** The patient's note conversation in the "lab follow-up" inbox; '' = of numbers that are nobody's alone. */
export async function inboxConversation(
  store: Store,
  practiceId: string,
  patientId: string,
): Promise<string | null> {
  const row = await store.db
    .selectFrom('spruce_inbox')
    .select('conversation_id')
    .where('practice_id', '=', practiceId)
    .where('patient_id', '=', patientId)
    .executeTakeFirst();
  return row?.conversation_id ?? null;
}

export async function rememberInboxConversation(
  store: Store,
  practiceId: string,
  patientId: string,
  conversationId: string,
): Promise<void> {
  await store.db
    .insertInto('spruce_inbox')
    .values({ practice_id: practiceId, patient_id: patientId, conversation_id: conversationId })
    .onConflict((c) =>
      c.columns(['practice_id', 'patient_id']).doUpdateSet({ conversation_id: conversationId }),
    )
    .execute();
}

/** Texts from patients that are worked on and not in the inbox yet, oldest first. */
export async function repliesToForward(
  store: Store,
  practice: Practice,
): Promise<readonly { readonly id: string; readonly body: unknown }[]> {
  const rows = await store.db
    .selectFrom('inbound')
    .leftJoin('effect', (j) =>
      j
        .onRef('effect.practice_id', '=', 'inbound.practice_id')
        .on(sql<boolean>`effect.key = 'inbox/' || inbound.id`),
    )
    .select(['inbound.id', 'inbound.body_sealed'])
    .where('inbound.practice_id', '=', practice.id)
    .where('inbound.vendor', '=', 'twilio')
    .where('inbound.kind', '=', 'text')
    .where('inbound.processed_real_at', 'is not', null)
    .where('inbound.outcome', 'not in', notForwarded)
    .where('inbound.received_at', '>', practiceNow(store, practice) - forwardedForMs)
    .where((e) =>
      e.or([
        e('effect.state', 'is', null),
        e('effect.state', '=', 'intended'),
        // Called, and never answered.
        e.and([e('effect.state', '=', 'called'), e('effect.vendor_ref', 'is', null)]),
      ]),
    )
    .orderBy('inbound.received_at')
    .orderBy('inbound.id')
    .execute();
  return rows.map((row) => ({ id: row.id, body: openInboundBody(store, row.body_sealed) }));
}
