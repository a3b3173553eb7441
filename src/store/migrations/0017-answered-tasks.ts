import { sql, type Kysely } from 'kysely';

/**
 * `command.refused`: what the person was told, for every run that hears of it later. `task.answered`: an acceptance of it is written, though its workflow may not have recorded it yet; a call that opens
 * later does not join it (L10, L18). And indexes for what every planning step asks.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `alter table command add column refused jsonb not null default '{}'`,
    `alter table task add column answered boolean not null default false`,
    `update task set answered = true where accepted_at is not null`,
    `create index notice_of_patient on notice (patient_id)`,
    `create index notice_of_draw on notice (draw_id)`,
    `create index task_member_of_result on task_member (result_id)`,
  ])
    await sql.raw(statement).execute(db);
}
