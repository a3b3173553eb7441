import { sql, type Kysely } from 'kysely';

/** Imaging results have a feed of their own; departments are remembered, so that a new one is noticed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table feed add column kind text not null default 'lab'`.execute(db);
  await sql`alter table feed drop constraint feed_pkey`.execute(db);
  await sql`alter table feed add primary key (practice_id, kind)`.execute(db);
  await sql`create table department (
    practice_id text not null references practice(id), department_id text not null, first_seen_at bigint not null,
    primary key (practice_id, department_id))`.execute(db);
}
