import { sql, type Kysely } from 'kysely';

/** A chart note is looked for from the call on: lists of the chart lag (L44). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table chart_note add column called_real_at bigint`.execute(db);
}
