import { sql } from 'kysely';
import type { Db } from './database.js';

/** A sealed value of the record, and the place that it opens for. */
export interface SealedSample {
  /** `table.column`, for people. */
  readonly where: string;
  readonly aad: string;
  readonly keyId: string;
  readonly sealed: string;
}

/** Looked at on either end of a table: keys change with time, so its oldest and newest rows hold the oldest and newest. */
const rowsPerEnd = 50;

/** Tables whose rows have no id of their own: what orders them by age instead. */
const ageOf: Readonly<Record<string, string>> = {
  practice_config: 'version',
  version: 'result_id',
  event: 'result_id',
  transmission_item: 'transmission_id',
};

/** One sealed value per sealed column and key, out of the oldest and newest rows; changes nothing. */
export async function sealedSamples(db: Db): Promise<readonly SealedSample[]> {
  const columns = await sql<{ table: string; column: string }>`
    select table_name as table, column_name as column from information_schema.columns
    where table_schema = current_schema() and column_name like '%\_sealed' order by 1, 2`.execute(db);
  const samples: SealedSample[] = [];
  for (const { table, column } of columns.rows) {
    const [from, value, age] = [sql.table(table), sql.ref(column), sql.ref(ageOf[table] ?? 'id')];
    const end = (direction: 'asc' | 'desc') =>
      sql`(select ${value} as sealed from ${from} where ${value} is not null
           order by ${age} ${sql.raw(direction)} limit ${rowsPerEnd})`;
    const { rows } = await sql<{ sealed: string }>`
      select distinct on (split_part(sealed, '.', 2)) sealed from (${end('asc')} union all ${end('desc')}) as ends
    `.execute(db);
    for (const { sealed } of rows)
      samples.push({
        where: `${table}.${column}`,
        aad: aadOf(table, column),
        keyId: sealed.split('.', 2)[1] ?? '',
        sealed,
      });
  }
  return samples;
}

function aadOf(table: string, column: string): string {
  // Its column holds what differs by kind; only connections are sealed.
  return table === 'practice_config'
    ? 'practice_config.connections'
    : `${table}.${column.replace(/_sealed$/, '')}`;
}
