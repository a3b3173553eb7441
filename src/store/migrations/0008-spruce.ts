import { sql, type Kysely } from 'kysely';

/**
 * How far Spruce was read back when webhooks may have been lost, the note conversations of the "lab follow-up" inbox,
 * and patients by their contact there.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    `create table spruce_watch (
       practice_id text primary key, read_until_at bigint not null, read_real_at bigint not null)`,
    `create table spruce_inbox (
       practice_id text not null, patient_id text not null, conversation_id text not null,
       primary key (practice_id, patient_id))`,
    `create index spruce_inbox_conversation on spruce_inbox (practice_id, conversation_id)`,
    `create index patient_spruce_contact on patient (practice_id, spruce_contact_id)
       where spruce_contact_id is not null`,
    `create index membership_page_conversation on membership (practice_id, spruce_page_conversation_id)
       where spruce_page_conversation_id is not null`,
  ])
    await sql.raw(statement).execute(db);
}
