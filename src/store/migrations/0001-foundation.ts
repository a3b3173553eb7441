import { sql, type Kysely } from 'kysely';

/**
 * The record (architecture §8). Columns named `*_sealed` hold field-encrypted text (`security/field-cipher`),
 * columns named `*_index` hold keyed hashes for look-up. Nothing else may carry PHI. `at` columns are practice
 * time, `real_at` columns the machine's clock, both in milliseconds since 1970 (UTC).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table practice (
     id text primary key, athena_practice_id text not null unique, name text not null, zone text not null,
     clock jsonb not null, go_live_at bigint not null, created_real_at bigint not null)`,
  `create table practice_config (
     practice_id text not null references practice(id), kind text not null, version int not null,
     body jsonb, body_sealed text, signed_by text, signed_at bigint, active boolean not null default true,
     primary key (practice_id, kind, version))`,
  `create unique index practice_config_active on practice_config (practice_id, kind) where active`,
  `create table person (id text primary key, name text not null)`,
  `create table membership (
     practice_id text not null references practice(id), person_id text not null references person(id),
     roles text[] not null, credentialed boolean not null, athena_provider_id text, npi text,
     spruce_member_id text, spruce_page_conversation_id text, active boolean not null default true,
     last_paged_at bigint, primary key (practice_id, person_id))`,
  `create table patient (
     id text primary key, practice_id text not null references practice(id), chart_index text not null,
     card_sealed text not null, birth_index text, mobile_index text, name_indexes text[] not null default '{}',
     status text not null, spruce_contact_id text, spruce_has_account boolean, read_real_at bigint not null,
     unique (practice_id, chart_index))`,
  `create index patient_mobile on patient (practice_id, mobile_index)`,
  `create table number (
     practice_id text not null references practice(id), number_index text not null, opted_out_at bigint,
     wrong_at bigint, suspended_at bigint, primary key (practice_id, number_index))`,
  `create table report (
     id text primary key, practice_id text not null references practice(id), source text not null,
     document_id text not null, patient_id text, row_sealed text, raw_sealed text, content_hash text,
     state text not null check (state in ('fed','stored','duplicate','held','rejected')), reason text,
     result_id text, received_at bigint not null, received_real_at bigint not null, tries int not null default 0)`,
  `create index report_open on report (practice_id, received_real_at) where state = 'fed'`,
  `create unique index report_delivery on report (practice_id, source, document_id, content_hash)`,
  `create table draw (
     id text primary key, practice_id text not null references practice(id), patient_id text not null,
     first_collected_at bigint, accession_index text)`,
  `create index draw_patient on draw (patient_id)`,
  `create table result (
     id text primary key, practice_id text not null references practice(id), patient_id text,
     draw_id text references draw(id), lane text not null, current_version int not null default 0,
     phase text not null default 'loading', tier text, urgency text, ordered_by text, owner_id text,
     waits_for text, due_at bigint, due_step text, escalation int not null default 0, released_version int,
     told_version int, closure text, closed_at bigint, seq int not null default 0, state jsonb,
     posted_at bigint, detected_at bigint not null, detected_real_at bigint not null)`,
  `create index result_draw on result (draw_id)`,
  `create index result_patient on result (patient_id)`,
  `create index result_open on result (practice_id) where closure is null`,
  `create table alias (
     practice_id text not null, patient_id text not null, namespace text not null, value_index text not null,
     test_index text not null, result_id text not null references result(id),
     primary key (practice_id, patient_id, namespace, value_index, test_index, result_id))`,
  `create table version (
     result_id text not null references result(id), number int not null, report_id text not null references report(id),
     content_hash text not null, content_sealed text not null, status text not null, report_time bigint not null,
     collected_at bigint, posted_at bigint, detected_at bigint not null, detected_real_at bigint not null,
     published_at bigint, change text, tier text, urgency text, panel_id text, sensitive text[] not null default '{}',
     contact_by_at bigint, rule_set_version int, reasons_sealed text, primary key (result_id, number))`,
  `create table task (
     id text primary key, practice_id text not null, draw_id text not null, owner_id text not null, kind text not null,
     opening int not null, state text not null check (state in ('open','offered','accepted','done','cancelled')),
     for_role text not null, due_at bigint not null, opened_at bigint not null, opened_real_at bigint not null,
     accepted_by text, accepted_at bigint, done_at bigint, outcome text,
     unique (draw_id, owner_id, kind, opening))`,
  `create index task_open on task (practice_id, owner_id) where state in ('open','offered','accepted')`,
  `create table task_member (
     task_id text not null references task(id), result_id text not null references result(id),
     done boolean not null default false, primary key (task_id, result_id))`,
  `create table command (
     id text primary key, practice_id text not null, kind text not null, person_id text not null, role text not null,
     credentialed boolean not null, via text not null, targets jsonb not null, body jsonb not null, note_sealed text,
     at bigint not null, real_at bigint not null, delivered_real_at bigint)`,
  `create index command_undelivered on command (real_at) where delivered_real_at is null`,
  `create table event (
     result_id text not null references result(id), seq int not null, practice_id text not null, at bigint not null,
     real_at bigint not null, actor text not null, kind text not null, data jsonb not null, text_sealed text,
     prev_hash text not null, hash text not null, primary key (result_id, seq))`,
  `create table effect (
     id text primary key, practice_id text not null, key text not null unique, kind text not null,
     state text not null check (state in ('intended','called','confirmed','failed','unknown','cancelled')),
     result_id text, notice_id text, task_id text, person_id text, step text, channel text, epoch int not null default 0,
     token text, lease_real_until bigint, tries int not null default 0, vendor_ref text, vendor_status text,
     code text, created_at bigint not null, created_real_at bigint not null, called_at bigint, called_real_at bigint,
     settled_at bigint, settled_real_at bigint)`,
  `create index effect_vendor_ref on effect (practice_id, vendor_ref)`,
  `create index effect_notice on effect (notice_id)`,
  `create index effect_person on effect (practice_id, person_id) where kind = 'page'`,
  `create table notice (
     id text primary key, practice_id text not null, patient_id text not null, draw_id text not null,
     purpose text not null, state text not null
       check (state in ('waiting','sending','sent','confirmed','failed','withdrawn','handed-over')),
     channel text, failed_channels text[] not null default '{}', language text, epoch int not null default 0,
     wait_until bigint, waits_for text, token_index text unique, token_sealed text, body_sealed text,
     created_at bigint not null, latest_fact_at bigint not null, reread_real_at bigint, sent_at bigint,
     confirmed_at bigint, opened_at bigint, acknowledged_at bigint, vendor_conversation_id text)`,
  `create index notice_patient on notice (patient_id) where state in ('waiting','sending')`,
  `create table notice_member (
     notice_id text not null references notice(id), result_id text not null references result(id),
     version int not null, purpose text not null, live boolean not null default true,
     primary key (notice_id, result_id, version))`,
  `create unique index notice_member_once on notice_member (result_id, version, purpose) where live`,
  `create table attempt (
     id text primary key, practice_id text not null, draw_id text not null, result_id text not null,
     command_id text not null, person_id text not null, outcome text not null, at bigint not null)`,
  `create table chart_note (
     id text primary key, practice_id text not null, result_id text not null, patient_id text not null,
     key text not null unique, kind text not null check (kind in ('touch','closing','action')), marker text not null,
     body_sealed text not null, state text not null check (state in ('queued','called','confirmed','failed','unknown')),
     lease_real_until bigint, tries int not null default 0, next_real_at bigint not null default 0, document_id text,
     code text, queued_at bigint not null, confirmed_at bigint)`,
  `create index chart_note_open on chart_note (practice_id, next_real_at) where state in ('queued','called','unknown')`,
  `create table inbound (
     id text primary key, practice_id text not null, vendor text not null, kind text not null,
     dedupe_key text not null, body_sealed text not null, received_at bigint not null, received_real_at bigint not null,
     processed_real_at bigint, outcome text, tries int not null default 0, unique (practice_id, vendor, dedupe_key))`,
  `create index inbound_open on inbound (received_real_at) where processed_real_at is null`,
  `create table pace (key text primary key, next_at timestamptz not null)`,
  `create table vendor_call (
     id bigserial primary key, practice_id text not null, vendor text not null, operation text not null, status int,
     outcome text not null, ms int not null, correlation_id text not null, real_at bigint not null)`,
  `create table access (
     id bigserial primary key, practice_id text not null, actor text not null, what text not null, result_id text,
     at bigint not null, real_at bigint not null, prev_hash text not null, hash text not null)`,
  `create table alarm (
     id text primary key, practice_id text not null, key text not null unique, code text not null, result_id text,
     raised_at bigint not null, raised_real_at bigint not null, cleared_at bigint)`,
  `create table feed (
     practice_id text primary key references practice(id), subscribed boolean not null default false,
     last_read_real_at bigint, last_read_at bigint, replay_from_at bigint, lock_real_until bigint)`,
];
