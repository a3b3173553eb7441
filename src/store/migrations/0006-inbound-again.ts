import { sql, type Kysely } from 'kysely';

/**
 * A message that speaks of something the record does not know yet waits for it; one that could not be worked on is
 * tried again later and later. A number remembers which text spoke last about opting out or in.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table inbound add column waits_for text, add column next_real_at bigint not null default 0`.execute(
    db,
  );
  await sql`drop index inbound_open`.execute(db);
  await sql`create index inbound_open on inbound (next_real_at, id) where processed_real_at is null`.execute(
    db,
  );
  await sql`create index inbound_waiting on inbound (practice_id, waits_for)
             where processed_real_at is null and waits_for is not null`.execute(db);
  await sql`create index notice_conversation on notice (practice_id, vendor_conversation_id)
             where vendor_conversation_id is not null`.execute(db);
  await sql`alter table number add column opt_sid text, add column opted_in_at bigint`.execute(db);
}
