import { sql, type Kysely } from 'kysely';

/** L25: which send of a notice put the patient's note into the chart; what leaves after it is the text that goes with it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table notice add column noted_epoch int`).execute(db);
}
