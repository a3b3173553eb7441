import { sql, type Kysely } from 'kysely';

/** L23: when a notice whose document was not in the chart is read again, so that the patient's others go on meanwhile. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table notice add column reread_again_real_at bigint`.execute(db);
}
