import type { Generated, JSONColumnType } from 'kysely';
import type { ClockMap } from '../domain/calendar/clock-map.js';
import type { SourceConfig } from '../domain/practice/source.js';
import type { EpochMs } from '../domain/result/report.js';

/**
 * Row types of the record; the statements are in `migrations/`. `at` is practice time, `realAt`-like columns
 * (`*_real_at`) the machine's clock. `*_sealed` is field-encrypted, `*_index` a keyed hash.
 */
export interface Database {
  practice: PracticeTable;
  practice_config: PracticeConfigTable;
  person: { id: string; name: string };
  membership: MembershipTable;
  patient: PatientTable;
  number: NumberTable;
  report: ReportTable;
  draw: DrawTable;
  result: ResultTable;
  alias: AliasTable;
  version: VersionTable;
  patient_limit: PatientLimitTable;
  task: TaskTable;
  task_member: { task_id: string; result_id: string; done: Generated<boolean> };
  command: CommandTable;
  event: EventTable;
  effect: EffectTable;
  notice: NoticeTable;
  notice_member: NoticeMemberTable;
  attempt: AttemptTable;
  chart_note: ChartNoteTable;
  inbound: InboundTable;
  pace: { key: string; next_at: Date };
  vendor_call: VendorCallTable;
  access: AccessTable;
  alarm: AlarmTable;
  feed: FeedTable;
  spruce_watch: SpruceWatchTable;
  spruce_inbox: SpruceInboxTable;
  department: { practice_id: string; department_id: string; first_seen_at: EpochMs };
  identity_news: IdentityNewsTable;
  incident: IncidentTable;
  source: SourceTable;
  transmission: TransmissionTable;
  transmission_item: TransmissionItemTable;
  sender_patient: SenderPatientTable;
}

type Json<T> = JSONColumnType<T & object, string, string>;

export interface PracticeTable {
  id: string;
  athena_practice_id: string;
  name: string;
  zone: string;
  clock: Json<ClockMap>;
  go_live_at: EpochMs;
  created_real_at: EpochMs;
}

/** `closing`: what closing a result triggers in athenaOne, as `doctor` observed it (L22); never imported. */
export type ConfigKind = 'settings' | 'roster' | 'rules' | 'connections' | 'closing' | 'panel-templates';

export interface PracticeConfigTable {
  practice_id: string;
  kind: ConfigKind;
  version: number;
  body: Json<object> | null;
  body_sealed: string | null;
  signed_by: string | null;
  signed_at: EpochMs | null;
  active: Generated<boolean>;
}

export interface MembershipTable {
  practice_id: string;
  person_id: string;
  roles: string[];
  credentialed: boolean;
  athena_provider_id: string | null;
  npi: string | null;
  spruce_member_id: string | null;
  spruce_page_conversation_id: string | null;
  active: Generated<boolean>;
  last_paged_at: EpochMs | null;
}

export interface PatientTable {
  id: string;
  practice_id: string;
  chart_index: string;
  card_sealed: string;
  birth_index: string | null;
  mobile_index: string | null;
  name_indexes: Generated<string[]>;
  status: string;
  spruce_contact_id: string | null;
  spruce_has_account: boolean | null;
  read_real_at: EpochMs;
}

export interface NumberTable {
  practice_id: string;
  number_index: string;
  opted_out_at: EpochMs | null;
  wrong_at: EpochMs | null;
  suspended_at: EpochMs | null;
  /** The vendor's id of the text that last opted out or in. */
  opt_sid: Generated<string | null>;
  /** When it last opted in: an older refusal of a text says nothing any more. */
  opted_in_at: Generated<EpochMs | null>;
  /** A landline, or a number that no carrier takes texts for. */
  no_texts_at: Generated<EpochMs | null>;
  /** Lookup was asked about it. */
  looked_up_at: Generated<EpochMs | null>;
  /** The last automatic answer to a text from it (L36). */
  answered_at: Generated<EpochMs | null>;
}

export interface ReportTable {
  id: string;
  practice_id: string;
  source: string;
  document_id: string;
  patient_id: string | null;
  row_sealed: string | null;
  raw_sealed: string | null;
  content_hash: string | null;
  /** fed: seen in a feed, content not read yet; held: waits for a person; rejected: no result. */
  state: 'fed' | 'stored' | 'duplicate' | 'held' | 'rejected';
  reason: string | null;
  result_id: string | null;
  received_at: EpochMs;
  received_real_at: EpochMs;
  tries: Generated<number>;
  /** Held, and read again from then on. */
  next_real_at: Generated<EpochMs | null>;
}

export interface DrawTable {
  id: string;
  practice_id: string;
  patient_id: string;
  first_collected_at: EpochMs | null;
  accession_index: string | null;
}

export interface ResultTable {
  id: string;
  practice_id: string;
  patient_id: string | null;
  draw_id: string | null;
  lane: string;
  current_version: Generated<number>;
  phase: Generated<string>;
  tier: string | null;
  urgency: string | null;
  ordered_by: string | null;
  owner_id: string | null;
  waits_for: string | null;
  due_at: EpochMs | null;
  due_step: string | null;
  escalation: Generated<number>;
  released_version: number | null;
  told_version: number | null;
  closure: string | null;
  closed_at: EpochMs | null;
  /** Number of the last batch of decisions that was recorded; batches are recorded once, in order. */
  seq: Generated<number>;
  /** The workflow's state as of `seq`: codes only, no PHI. A new run starts from it. */
  state: Json<object> | null;
  posted_at: EpochMs | null;
  detected_at: EpochMs;
  detected_real_at: EpochMs;
  /** What this result became, when it turned out not to be one of its own (L39, L42). */
  successor_id: Generated<string | null>;
  successor_why: Generated<'joined' | 'moved' | null>;
}

export interface AliasTable {
  practice_id: string;
  patient_id: string;
  namespace: string;
  value_index: string;
  test_index: string;
  result_id: string;
}

export interface VersionTable {
  result_id: string;
  number: number;
  report_id: string;
  content_hash: string;
  content_sealed: string;
  status: string;
  report_time: EpochMs;
  collected_at: EpochMs | null;
  posted_at: EpochMs | null;
  detected_at: EpochMs;
  detected_real_at: EpochMs;
  published_at: EpochMs | null;
  /** L31: its document was routed to athenahealth's ResultsCall. */
  resultscall: Generated<boolean>;
  change: string | null;
  tier: string | null;
  urgency: string | null;
  panel_id: string | null;
  sensitive: Generated<string[]>;
  contact_by_at: EpochMs | null;
  rule_set_version: number | null;
  reasons_sealed: string | null;
  /** What it was classified with, and what decided (`decisions.ts`). */
  decision_sealed: Generated<string | null>;
  /** Codes of `domain/result/placing`: why a person looks at it, or why it was not taken over. */
  marks: Generated<string[]>;
  /** L4: the source that speaks for a result, or the one that only wakes and enriches. */
  feed: Generated<'master' | 'second'>;
}

/** A limit that a provider signed for one patient (L46). */
export interface PatientLimitTable {
  id: string;
  practice_id: string;
  patient_id: string;
  /** The result on whose timeline it was signed. */
  result_id: string;
  body_sealed: string;
  signed_by: string;
  signed_at: EpochMs;
  signed_real_at: EpochMs;
  expires_at: EpochMs;
  ended_at: EpochMs | null;
  ended_by: string | null;
  end_reason_sealed: string | null;
}

export type TaskStateName = 'open' | 'offered' | 'accepted' | 'done' | 'cancelled';

export interface TaskTable {
  id: string;
  practice_id: string;
  draw_id: string;
  owner_id: string;
  kind: string;
  opening: number;
  state: TaskStateName;
  /** Somebody's acceptance is written, recorded or not. */
  answered: Generated<boolean>;
  for_role: string;
  due_at: EpochMs;
  opened_at: EpochMs;
  opened_real_at: EpochMs;
  accepted_by: string | null;
  accepted_at: EpochMs | null;
  done_at: EpochMs | null;
  outcome: string | null;
}

export interface CommandTarget {
  resultId: string;
  version: number;
  hash: string;
}

export interface CommandTable {
  id: string;
  practice_id: string;
  kind: string;
  person_id: string;
  role: string;
  credentialed: boolean;
  via: string;
  targets: Json<CommandTarget[]>;
  body: Json<object>;
  note_sealed: string | null;
  at: EpochMs;
  real_at: EpochMs;
  delivered_real_at: EpochMs | null;
  /** Refusal by result. */
  refused: Generated<Record<string, string>>;
}

export interface EventTable {
  result_id: string;
  seq: number;
  practice_id: string;
  at: EpochMs;
  real_at: EpochMs;
  actor: string;
  kind: string;
  data: Json<object>;
  text_sealed: string | null;
  prev_hash: string;
  hash: string;
}

export type EffectState = 'intended' | 'called' | 'confirmed' | 'failed' | 'unknown' | 'cancelled';
export type EffectKind = 'text' | 'secure' | 'portal-note' | 'page' | 'inbox-note';

export interface EffectTable {
  id: string;
  practice_id: string;
  key: string;
  kind: EffectKind;
  state: EffectState;
  result_id: string | null;
  notice_id: string | null;
  task_id: string | null;
  person_id: string | null;
  step: string | null;
  channel: string | null;
  epoch: Generated<number>;
  token: string | null;
  lease_real_until: EpochMs | null;
  tries: Generated<number>;
  vendor_ref: string | null;
  vendor_status: string | null;
  code: string | null;
  created_at: EpochMs;
  created_real_at: EpochMs;
  called_at: EpochMs | null;
  called_real_at: EpochMs | null;
  settled_at: EpochMs | null;
  settled_real_at: EpochMs | null;
}

export type NoticeState =
  'waiting' | 'sending' | 'sent' | 'confirmed' | 'failed' | 'withdrawn' | 'handed-over';
export type NoticePurpose = 'results' | 'update' | 'tried-to-reach';
export type NoticeChannel = 'text' | 'secure' | 'portal-note';

export interface NoticeTable {
  id: string;
  practice_id: string;
  patient_id: string;
  draw_id: string;
  purpose: NoticePurpose;
  state: NoticeState;
  channel: NoticeChannel | null;
  failed_channels: Generated<string[]>;
  language: string | null;
  epoch: Generated<number>;
  /** L25: the send that put the patient's note into the chart; what leaves after it is the text that goes with it. */
  noted_epoch: Generated<number | null>;
  wait_until: EpochMs | null;
  waits_for: string | null;
  token_index: string | null;
  token_sealed: string | null;
  body_sealed: string | null;
  created_at: EpochMs;
  latest_fact_at: EpochMs;
  reread_real_at: EpochMs | null;
  /** A document of it was not in the chart: not asked for again before (real time). */
  reread_again_real_at: Generated<EpochMs | null>;
  sent_at: EpochMs | null;
  confirmed_at: EpochMs | null;
  opened_at: EpochMs | null;
  acknowledged_at: EpochMs | null;
  vendor_conversation_id: string | null;
  /** Wrong birth dates on the patient's page. */
  page_tries: Generated<number>;
}

export interface NoticeMemberTable {
  notice_id: string;
  result_id: string;
  version: number;
  purpose: NoticePurpose;
  live: Generated<boolean>;
  /** Nothing more may be sent for it; what a call that was made becomes is still news (L33). */
  withdrawn: Generated<boolean>;
  /** The notice's epoch when it joined: earlier sends did not speak of it. */
  joined_epoch: Generated<number>;
}

export interface AttemptTable {
  id: string;
  practice_id: string;
  draw_id: string;
  result_id: string;
  command_id: string;
  person_id: string;
  outcome: string;
  at: EpochMs;
}

export interface ChartNoteTable {
  id: string;
  practice_id: string;
  result_id: string;
  patient_id: string;
  key: string;
  kind: 'touch' | 'closing' | 'action';
  marker: string;
  body_sealed: string;
  /** unknown: the chart took it, and it cannot be read back. */
  state: 'queued' | 'called' | 'confirmed' | 'failed' | 'unknown';
  called_real_at: Generated<EpochMs | null>;
  lease_real_until: EpochMs | null;
  tries: Generated<number>;
  next_real_at: Generated<EpochMs>;
  document_id: string | null;
  code: string | null;
  queued_at: EpochMs;
  confirmed_at: EpochMs | null;
}

export interface InboundTable {
  id: string;
  practice_id: string;
  vendor: 'twilio' | 'spruce' | 'athenahealth' | 'patient-page';
  kind: string;
  dedupe_key: string;
  body_sealed: string;
  received_at: EpochMs;
  received_real_at: EpochMs;
  processed_real_at: EpochMs | null;
  outcome: string | null;
  tries: Generated<number>;
  /** The vendor's id of a message or conversation that the record does not know yet. */
  waits_for: Generated<string | null>;
  /** Not looked at before, unless what it waits for becomes known. */
  next_real_at: Generated<EpochMs>;
}

export interface VendorCallTable {
  id: Generated<number>;
  practice_id: string;
  vendor: string;
  operation: string;
  status: number | null;
  outcome: string;
  ms: number;
  correlation_id: string;
  real_at: EpochMs;
}

export interface AccessTable {
  id: Generated<number>;
  practice_id: string;
  actor: string;
  what: string;
  result_id: string | null;
  at: EpochMs;
  real_at: EpochMs;
  prev_hash: string;
  hash: string;
}

export interface AlarmTable {
  id: string;
  practice_id: string;
  key: string;
  code: string;
  result_id: string | null;
  raised_at: EpochMs;
  raised_real_at: EpochMs;
  cleared_at: EpochMs | null;
}

export interface FeedTable {
  practice_id: string;
  kind: Generated<'lab' | 'imaging'>;
  subscribed: Generated<boolean>;
  last_read_real_at: EpochMs | null;
  last_read_at: EpochMs | null;
  replay_from_at: EpochMs | null;
  lock_real_until: EpochMs | null;
}

/** How far Spruce was read back, on its own clock. */
export interface SpruceWatchTable {
  practice_id: string;
  read_until_at: EpochMs;
  read_real_at: EpochMs;
}

/** The note conversation of a patient in Spruce's "lab follow-up" inbox. */
export interface SpruceInboxTable {
  practice_id: string;
  patient_id: string;
  conversation_id: string;
}

/** What a result's workflow has to hear about who it is; heard once it was told. */
export interface IdentityNewsTable {
  id: string;
  practice_id: string;
  result_id: string;
  /** `rekeyed`: the chart was merged; only whoever sends its notices looks again. */
  kind: 'joined' | 'moved' | 'disputed' | 'rekeyed';
  other_id: string | null;
  at: EpochMs;
  real_at: EpochMs;
  heard_real_at: EpochMs | null;
}

/** L43: a record for the compliance lead, with its 60-day clock. */
export interface IncidentTable {
  id: string;
  practice_id: string;
  key: string;
  kind: string;
  result_id: string | null;
  other_result_id: string | null;
  opened_at: EpochMs;
  opened_real_at: EpochMs;
  due_at: EpochMs;
  closed_at: EpochMs | null;
  closed_by: string | null;
  outcome: string | null;
}

/** A sender of results with what is known of its traffic. */
export interface SourceTable {
  practice_id: string;
  id: string;
  config: Json<SourceConfig>;
  /** Keyed hash of the token with which it comes over HTTP. */
  token_index: string | null;
  created_at: EpochMs;
  last_seen_at: EpochMs | null;
  last_seen_real_at: EpochMs | null;
  received: Generated<number>;
}

export type TransmissionState = 'received' | 'processed' | 'dead-letter' | 'ignored';

/** One message, body or file, exactly as it came. */
export interface TransmissionTable {
  id: string;
  practice_id: string;
  source_id: string;
  format: string;
  hash: string;
  bytes: number;
  body_sealed: string;
  /** MSH-3, MSH-4 and MSH-10: evidence, never identity. */
  envelope_sealed: string | null;
  state: TransmissionState;
  /** Code, and the words for people; neither holds PHI. */
  reason: string | null;
  words: string | null;
  tries: Generated<number>;
  next_real_at: Generated<EpochMs>;
  lease_real_until: EpochMs | null;
  /** How often the same bytes came again. */
  repeats: Generated<number>;
  received_at: EpochMs;
  received_real_at: EpochMs;
  settled_at: EpochMs | null;
  settled_real_at: EpochMs | null;
}

export type ItemOutcome =
  'result' | 'known' | 'late' | 'quarantine' | 'unmatched' | 'non-production' | 'superseded';

/** What one result of a transmission became. */
export interface TransmissionItemTable {
  transmission_id: string;
  position: number;
  practice_id: string;
  outcome: ItemOutcome;
  result_id: string | null;
  why: string | null;
  /** The sender's own patient id, hashed; and the patient as printed, for whoever has to find the chart. */
  sender_index: string | null;
  patient_sealed: string | null;
  next_real_at: Generated<EpochMs>;
}

/** A person said whose chart a sender's patient id is. */
export interface SenderPatientTable {
  practice_id: string;
  source_id: string;
  sender_index: string;
  patient_id: string;
  by_person: string;
  at: EpochMs;
}
