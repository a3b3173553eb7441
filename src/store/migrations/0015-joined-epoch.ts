import { sql, type Kysely } from 'kysely';

/**
 * From which send of a notice on a member is spoken of: the receipt of an earlier send, when it comes late, says nothing of
 * it. What is in the record already was there from the first send on, as far as anybody knows.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table notice_member add column joined_epoch int not null default 0`.execute(db);
}
