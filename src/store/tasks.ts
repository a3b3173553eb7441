import { newId } from '../security/tokens.js';
import type { EpochMs } from '../domain/result/report.js';
import type { Tx } from './database.js';
import type { Practice } from './practices.js';
import type { Store } from './store.js';

export interface TaskOpening {
  readonly resultId: string;
  readonly drawId: string;
  readonly ownerId: string;
  readonly kind: string;
  readonly role: string;
  readonly at: EpochMs;
  readonly dueAt: EpochMs;
}

const openStates = ['open', 'offered', 'accepted'] as const;

/**
 * L18a: staff work is one task per (draw, owner, kind, opening). The first member that needs it creates it, the
 * others join; due = earliest. A call that somebody has accepted is joined by nothing more: what comes later was not
 * part of what they accepted, and has to ring (L10, L18).
 */
export async function joinTask(
  tx: Tx,
  store: Store,
  practice: Practice,
  opening: TaskOpening,
): Promise<string> {
  // Orders the members of one draw that open the same work at the same time.
  await tx.selectFrom('draw').select('id').where('id', '=', opening.drawId).forUpdate().execute();
  let joinable = tx
    .selectFrom('task')
    .select(['id', 'due_at'])
    .where('draw_id', '=', opening.drawId)
    .where('owner_id', '=', opening.ownerId)
    .where('kind', '=', opening.kind)
    .where('state', 'in', openStates);
  if (opening.kind === 'callback') joinable = joinable.where('answered', '=', false);
  const open = await joinable.executeTakeFirst();
  const id = open?.id ?? (await createTask(tx, store, practice, opening));
  if (open && opening.dueAt < open.due_at)
    await tx.updateTable('task').set({ due_at: opening.dueAt }).where('id', '=', id).execute();
  await tx
    .insertInto('task_member')
    .values({ task_id: id, result_id: opening.resultId })
    .onConflict((c) => c.columns(['task_id', 'result_id']).doUpdateSet({ done: false }))
    .execute();
  return id;
}

async function createTask(tx: Tx, store: Store, practice: Practice, opening: TaskOpening): Promise<string> {
  const { n } = await tx
    .selectFrom('task')
    .select((e) => e.fn.coalesce(e.fn.max('opening'), e.lit(0)).as('n'))
    .where('draw_id', '=', opening.drawId)
    .where('owner_id', '=', opening.ownerId)
    .where('kind', '=', opening.kind)
    .executeTakeFirstOrThrow();
  const id = newId();
  await tx
    .insertInto('task')
    .values({
      id,
      practice_id: practice.id,
      draw_id: opening.drawId,
      owner_id: opening.ownerId,
      kind: opening.kind,
      opening: n + 1,
      state: 'open',
      for_role: opening.role,
      due_at: opening.dueAt,
      opened_at: opening.at,
      opened_real_at: store.realNow(),
      accepted_by: null,
      accepted_at: null,
      done_at: null,
      outcome: null,
    })
    .execute();
  return id;
}

/** The task of this kind that a result is a member of, open or last done. */
export async function memberTask(tx: Tx | Store['db'], resultId: string, kind: string) {
  return tx
    .selectFrom('task')
    .innerJoin('task_member', 'task_member.task_id', 'task.id')
    .selectAll('task')
    .where('task_member.result_id', '=', resultId)
    .where('task.kind', '=', kind)
    .orderBy('task_member.done')
    .orderBy('task.opened_real_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/**
 * Marks that somebody accepts a task, in the transaction that writes the command: what opens from here on was not part
 * of it, however late the acceptance is recorded.
 */
export async function markAnswered(
  tx: Tx,
  task: { readonly id: string; readonly draw_id: string },
): Promise<void> {
  await tx.selectFrom('draw').select('id').where('id', '=', task.draw_id).forUpdate().execute();
  await tx.updateTable('task').set({ answered: true }).where('id', '=', task.id).execute();
}

/** The results for which a task is still to be done. */
export async function openMembers(db: Tx | Store['db'], taskId: string | null): Promise<string[]> {
  if (taskId === null) return [];
  const rows = await db
    .selectFrom('task_member')
    .innerJoin('task', 'task.id', 'task_member.task_id')
    .select('task_member.result_id')
    .where('task_member.task_id', '=', taskId)
    .where('task_member.done', '=', false)
    .where('task.state', 'in', openStates)
    .orderBy('task_member.result_id')
    .execute();
  return rows.map((row) => row.result_id);
}

/** A result has no more use for a task; the task ends with its last member. */
export async function endMembership(
  tx: Tx,
  resultId: string,
  kind: string,
  outcome: string,
  at: EpochMs,
  cancelled: boolean,
): Promise<void> {
  const task = await memberTask(tx, resultId, kind);
  if (!task) return;
  await tx.selectFrom('task').select('id').where('id', '=', task.id).forUpdate().execute();
  await tx
    .updateTable('task_member')
    .set({ done: true })
    .where('task_id', '=', task.id)
    .where('result_id', '=', resultId)
    .execute();
  const left = await tx
    .selectFrom('task_member')
    .select('result_id')
    .where('task_id', '=', task.id)
    .where('done', '=', false)
    .limit(1)
    .executeTakeFirst();
  if (left) return;
  await tx
    .updateTable('task')
    .set({ state: cancelled ? 'cancelled' : 'done', done_at: at, outcome })
    .where('id', '=', task.id)
    .where('state', 'in', openStates)
    .execute();
}
