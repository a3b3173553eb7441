import { sql, type Kysely } from 'kysely';

/**
 * What a version was classified with and what decided it; limits that a provider signs for one patient (L46). Who, when
 * and until when stand in clear: reason, analyte and numbers are clinical and sealed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table version add column decision_sealed text`,
  `create table patient_limit (
     id text primary key, practice_id text not null references practice(id), patient_id text not null,
     result_id text not null references result(id), body_sealed text not null, signed_by text not null,
     signed_at bigint not null, signed_real_at bigint not null, expires_at bigint not null,
     ended_at bigint, ended_by text, end_reason_sealed text)`,
  `create index patient_limit_open on patient_limit (patient_id) where ended_at is null`,
];
