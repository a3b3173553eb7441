import { sql, type Kysely } from 'kysely';

/**
 * A document that could not be read stays due for reading while its result waits for it. Those that were held before
 * because the vendor did not answer are due at once.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table report add column next_real_at bigint`,
  `update report set next_real_at = 0
     where state = 'held' and reason in ('unauthorized','forbidden','not-found','conflict','invalid','rate-limited',
       'unavailable','timeout','network','bad-answer','logical-failure','needs-setup','not-readable')`,
  `create index report_read_again on report (practice_id, next_real_at)
     where state = 'held' and next_real_at is not null`,
];
