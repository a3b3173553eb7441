import { sql, type Kysely } from 'kysely';

/**
 * Identity (L39 to L43): why a version needs a person, what a result became, news that its workflow has to hear, privacy
 * incidents. A delivery is known per patient: a document that changes hands is another delivery.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table version add column marks text[] not null default '{}', add column feed text not null default 'master'`,
  `create index version_unheard on version (result_id) where rule_set_version is null`,
  `alter table result add column successor_id text references result(id), add column successor_why text`,
  `create index alias_value on alias (practice_id, value_index)`,
  `create index alias_result on alias (result_id)`,
  `drop index report_delivery`,
  `create unique index report_delivery
     on report (practice_id, source, document_id, content_hash, coalesce(patient_id, ''))`,
  `create index report_result on report (result_id)`,
  `create table identity_news (
     id text primary key, practice_id text not null references practice(id), result_id text not null references result(id),
     kind text not null check (kind in ('joined','moved','disputed','rekeyed')), other_id text references result(id),
     at bigint not null, real_at bigint not null, heard_real_at bigint)`,
  `create index identity_news_unheard on identity_news (practice_id, real_at) where heard_real_at is null`,
  `create table incident (
     id text primary key, practice_id text not null references practice(id), key text not null unique, kind text not null,
     result_id text references result(id), other_result_id text references result(id), opened_at bigint not null,
     opened_real_at bigint not null, due_at bigint not null, closed_at bigint, closed_by text, outcome text)`,
  `create index incident_open on incident (practice_id, due_at) where closed_at is null`,
];
