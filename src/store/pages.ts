import { sql } from 'kysely';
import type { CommandRefused, NewCommand } from './commands.js';
import { appendEvents } from './events.js';
import { addAlarm } from './inbound.js';
import { practiceNow } from './practices.js';
import type { Store } from './store.js';
import { memberTask } from './tasks.js';

/** The internal note conversation in which a person is paged; `null` before the first page. */
export async function pageConversation(
  store: Store,
  practiceId: string,
  personId: string,
): Promise<string | null> {
  const row = await store.db
    .selectFrom('membership')
    .select('spruce_page_conversation_id')
    .where('practice_id', '=', practiceId)
    .where('person_id', '=', personId)
    .executeTakeFirst();
  return row?.spruce_page_conversation_id ?? null;
}

export async function rememberPageConversation(
  store: Store,
  practiceId: string,
  personId: string,
  conversationId: string,
): Promise<void> {
  await store.db
    .updateTable('membership')
    .set({ spruce_page_conversation_id: conversationId })
    .where('practice_id', '=', practiceId)
    .where('person_id', '=', personId)
    .execute();
}

/** The conversation is gone in Spruce: the next page makes another. */
export async function forgetPageConversation(
  store: Store,
  practiceId: string,
  conversationId: string,
): Promise<void> {
  await store.db
    .updateTable('membership')
    .set({ spruce_page_conversation_id: null })
    .where('practice_id', '=', practiceId)
    .where('spruce_page_conversation_id', '=', conversationId)
    .execute();
}

/**
 * An answer to a page that no door takes, e.g. of somebody who has left the roster: a line of the timeline and an alarm
 * (L49), because somebody believes that it was accepted. Once per answer, however often it is heard.
 */
export async function recordRefusedAnswer(
  store: Store,
  answer: Pick<NewCommand, 'practice' | 'personId' | 'via' | 'resultId'> & { readonly id: string },
  why: CommandRefused['code'],
): Promise<void> {
  const { practice, personId, via, resultId } = answer;
  const at = practiceNow(store, practice);
  await store.db.transaction().execute(async (tx) => {
    const isNew = await addAlarm(tx, store, practice, `page-answer/${answer.id}`, 'page-answer-refused');
    if (!isNew) return;
    const event = { at, actor: personId, kind: 'page-answer-refused', data: { person: personId, why, via } };
    await appendEvents(tx, store, practice.id, resultId, [event]);
  });
}

export interface PageEffect {
  readonly effectId: string;
  readonly requestId: string | null;
  readonly conversationId: string | null;
  readonly taskId: string;
}

/** Pages about the callback that a result is a member of, newest first. */
export async function pageEffectsOf(store: Store, resultId: string): Promise<PageEffect[]> {
  return store.db
    .selectFrom('effect')
    .innerJoin('task', 'task.id', 'effect.task_id')
    .innerJoin('task_member', 'task_member.task_id', 'task.id')
    .innerJoin('membership', (j) =>
      j
        .onRef('membership.practice_id', '=', 'effect.practice_id')
        .onRef('membership.person_id', '=', 'effect.person_id'),
    )
    .select([
      'effect.id as effectId',
      'effect.vendor_ref as requestId',
      'membership.spruce_page_conversation_id as conversationId',
      'task.id as taskId',
    ])
    .where('task_member.result_id', '=', resultId)
    .where('task.kind', '=', 'callback')
    .where('effect.kind', '=', 'page')
    .where('effect.channel', '=', 'spruce')
    .where('effect.state', 'in', ['called', 'confirmed'])
    .orderBy('effect.created_real_at', 'desc')
    .execute();
}

/**
 * Open alarms that belong to no result and that a person was not paged for, oldest first. Those of a result are paged
 * by its workflow.
 * @param codes Only alarms of these kinds; without it all.
 */
export async function alarmsToPage(
  store: Store,
  practiceId: string,
  personId: string,
  codes?: readonly string[],
): Promise<string[]> {
  let query = store.db
    .selectFrom('alarm')
    .leftJoin('effect', (j) =>
      j
        .onRef('effect.practice_id', '=', 'alarm.practice_id')
        .on('effect.kind', '=', 'page')
        .on('effect.person_id', '=', personId)
        .on(sql<boolean>`effect.key like 'page/alarm/' || alarm.id || '/%'`),
    )
    .select('alarm.id')
    .where('alarm.practice_id', '=', practiceId)
    .where('alarm.result_id', 'is', null)
    .where('alarm.cleared_at', 'is', null)
    .where((e) => e.or([e('effect.state', 'is', null), e('effect.state', 'in', ['intended', 'failed'])]))
    .orderBy('alarm.raised_at');
  if (codes !== undefined) query = query.where('alarm.code', 'in', [...codes]);
  return (await query.execute()).map((r) => r.id);
}

/** By this a page whose call had no answer, or whose key was refused, is found again. Opaque. */
export function pageReference(effectId: string): string {
  return `ref. ${effectId.slice(-8)}`;
}

/** What was paged for by the page whose text this is (L11: several may share one), as long as it is not proved. */
export async function pageEffectsByReference(
  store: Store,
  practiceId: string,
  text: string,
): Promise<readonly { readonly id: string; readonly taskId: string | null }[]> {
  const reference = /ref\. ([0-9a-f]{8})/.exec(text)?.[1];
  if (reference === undefined) return [];
  return (
    store.db
      .selectFrom('effect')
      .select(['id', 'task_id as taskId'])
      .where('practice_id', '=', practiceId)
      .where('kind', '=', 'page')
      .where('state', 'in', ['called', 'unknown'])
      // All that share a call carry the id of its lead as their token.
      .where('token', 'like', `%${reference}`)
      .orderBy('id')
      .execute()
  );
}

/** L10: whom a call about a result's callback rang in vain. One that could not be placed at all is not among them. */
export async function unansweredCalls(store: Store, resultId: string): Promise<string[]> {
  const task = await memberTask(store.db, resultId, 'callback');
  if (!task) return [];
  const rows = await store.db
    .selectFrom('effect')
    .select('person_id')
    .distinct()
    .where('task_id', '=', task.id)
    .where('kind', '=', 'page')
    .where('channel', '=', 'voice')
    .where('state', '=', 'failed')
    .where('vendor_status', 'is not', null)
    .orderBy('person_id')
    .execute();
  return rows.flatMap(({ person_id: person }) => person ?? []);
}
