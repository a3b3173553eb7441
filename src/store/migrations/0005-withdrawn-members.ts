import { sql, type Kysely } from 'kysely';

/**
 * A message whose call was made stays as it is, but no further channel may carry it once it was withdrawn: a person
 * tells the patient then (L33).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table notice_member add column withdrawn boolean not null default false`.execute(db);
}
