import { sql, type Kysely } from 'kysely';

/**
 * Intake: who sends results, what came exactly as it came, what became of it. `transmission` is one message, body or
 * file; its hash makes a re-send recognisable; `transmission_item` is one result in it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table source (
     practice_id text not null references practice(id), id text not null, config jsonb not null, token_index text unique,
     created_at bigint not null, last_seen_at bigint, last_seen_real_at bigint, received int not null default 0,
     primary key (practice_id, id))`,
  `create table transmission (
     id text primary key, practice_id text not null, source_id text not null, format text not null, hash text not null,
     bytes int not null, body_sealed text not null, envelope_sealed text,
     state text not null check (state in ('received','processed','dead-letter','ignored')), reason text, words text,
     tries int not null default 0, next_real_at bigint not null default 0, lease_real_until bigint,
     repeats int not null default 0, received_at bigint not null, received_real_at bigint not null,
     settled_at bigint, settled_real_at bigint, unique (practice_id, source_id, hash),
     foreign key (practice_id, source_id) references source (practice_id, id))`,
  `create index transmission_open on transmission (received_real_at) where state = 'received'`,
  `create index transmission_dead on transmission (practice_id, received_real_at) where state = 'dead-letter'`,
  `create table transmission_item (
     transmission_id text not null references transmission(id), position int not null, practice_id text not null,
     outcome text not null check (outcome in
       ('result','known','late','quarantine','unmatched','non-production','superseded')),
     result_id text references result(id), why text, sender_index text, patient_sealed text,
     next_real_at bigint not null default 0, primary key (transmission_id, position))`,
  `create index transmission_item_unmatched on transmission_item (practice_id, next_real_at)
     where outcome = 'unmatched'`,
  `create index transmission_item_sender on transmission_item (practice_id, sender_index) where outcome = 'unmatched'`,
  `create table sender_patient (
     practice_id text not null, source_id text not null, sender_index text not null,
     patient_id text not null references patient(id), by_person text not null, at bigint not null,
     primary key (practice_id, source_id, sender_index))`,
];
