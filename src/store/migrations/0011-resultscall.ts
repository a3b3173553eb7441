import { sql, type Kysely } from 'kysely';

/**
 * L31: the chart routed a version's document to ResultsCall, which it may do long after the content came. Of versions
 * from before it is not known; their portal date says that the patient may know them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table version add column resultscall boolean not null default false`).execute(db);
}
