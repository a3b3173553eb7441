import { sql, type Kysely } from 'kysely';

/** What is known of a number beside opt-outs: that it takes no texts, was looked up, and when it was last answered (L36). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table number add column no_texts_at bigint, add column looked_up_at bigint,
            add column answered_at bigint`.execute(db);
}
