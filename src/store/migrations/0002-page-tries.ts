import { sql, type Kysely } from 'kysely';

/** The patient's page counts wrong birth dates, so that a link alone can never be used to guess one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table notice add column page_tries int not null default 0`.execute(db);
}
