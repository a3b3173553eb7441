import type { CommandBody, Refusal } from '../domain/lifecycle/facts.js';
import type { ResultState } from '../domain/lifecycle/state.js';
import type { EpochMs, Observation, Report } from '../domain/result/report.js';
import type { Reason } from '../domain/rules/reason.js';
import { recordAccess } from './access.js';
import { noteBodyAad } from './chart-notes.js';
import { noteAad } from './commands.js';
import { brokenEvent, eventTextAad } from './events.js';
import { loadPatient } from './patients.js';
import type { Practice } from './practices.js';
import { reasonsAad } from './classifying.js';
import { openDecision } from './decisions.js';
import type { Store } from './store.js';
import { contentAad } from './contents.js';
import { patientIdentity, type PatientIdentity } from './worklist.js';

export interface TimelineVersion {
  readonly number: number;
  readonly isCurrent: boolean;
  readonly documentId: string;
  readonly status: string;
  readonly hash: string;
  readonly test: string;
  readonly collectedAt: EpochMs | null;
  readonly reportedAt: EpochMs | null;
  readonly postedAt: EpochMs | null;
  readonly detectedAt: EpochMs;
  readonly publishedAt: EpochMs | null;
  /** `first`, `clinical`, `cosmetic`, `none`, `late`; `null` before it is classified. */
  readonly change: string | null;
  readonly tier: string | null;
  readonly urgency: string | null;
  readonly ruleSetVersion: number | null;
  readonly sensitive: readonly string[];
  readonly reasons: readonly Reason[];
  /** The reason that set the tier; `null` where there is none to set, or from before it was kept. */
  readonly decidedBy: Reason | null;
  readonly observations: readonly Observation[];
}

export interface TimelineEvent {
  readonly seq: number;
  readonly at: EpochMs;
  readonly realAt: EpochMs;
  /** A person id, `patient`, `resultloop` or a source. */
  readonly actor: string;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: string | null;
}

/** What a person decided about this result, as the door wrote it, whether or not it was taken over. */
export interface TimelineCommand {
  readonly id: string;
  readonly at: EpochMs;
  readonly personId: string;
  readonly via: string;
  readonly body: CommandBody;
  readonly version: number;
  readonly note: string | null;
  /** Why it was not taken over; `null` when it was, or when its judgement is not recorded. */
  readonly refusal: Refusal | null;
}

export interface TimelinePage {
  readonly at: EpochMs;
  readonly personId: string | null;
  readonly step: string | null;
  readonly channel: string | null;
  /** `called` = sent, `confirmed` = found again in the channel. Acceptance is an event. */
  readonly state: string;
  readonly code: string | null;
  readonly calledAt: EpochMs | null;
  readonly settledAt: EpochMs | null;
}

export interface TimelineMessage {
  readonly noticeId: string;
  readonly version: number;
  readonly purpose: string;
  /** False when this result was taken out of it before it left. */
  readonly isLive: boolean;
  readonly state: string;
  readonly channel: string | null;
  readonly failedChannels: readonly string[];
  readonly language: string | null;
  readonly waitsFor: string | null;
  readonly createdAt: EpochMs;
  readonly sentAt: EpochMs | null;
  readonly confirmedAt: EpochMs | null;
  readonly openedAt: EpochMs | null;
  readonly acknowledgedAt: EpochMs | null;
}

export interface TimelineNote {
  readonly kind: string;
  readonly state: string;
  readonly documentId: string | null;
  readonly code: string | null;
  readonly queuedAt: EpochMs;
  readonly confirmedAt: EpochMs | null;
  readonly body: string;
}

export interface Timeline {
  readonly resultId: string;
  readonly patient: PatientIdentity | null;
  readonly lane: string;
  readonly phase: string;
  readonly tier: string | null;
  readonly urgency: string | null;
  readonly ownerId: string | null;
  readonly orderedBy: string | null;
  readonly waitsFor: string | null;
  readonly dueAt: EpochMs | null;
  readonly closure: string | null;
  readonly closedAt: EpochMs | null;
  readonly versions: readonly TimelineVersion[];
  readonly events: readonly TimelineEvent[];
  readonly commands: readonly TimelineCommand[];
  readonly pages: readonly TimelinePage[];
  readonly messages: readonly TimelineMessage[];
  readonly notes: readonly TimelineNote[];
  /** First event whose hash does not fit the one before; `null` when the whole chain verifies. */
  readonly brokenEvent: number | null;
}

/**
 * Everything that happened to one result, in order, and whether its hash chain holds. Holds PHI: the access is
 * recorded before anything is read, and without that record nothing is.
 */
export async function readTimeline(
  store: Store,
  practice: Practice,
  resultId: string,
  query: { readonly actor: string },
): Promise<Timeline> {
  await recordAccess(store, practice, { actor: query.actor, what: 'timeline', resultId });
  const result = await store.db
    .selectFrom('result')
    .selectAll()
    .where('id', '=', resultId)
    .where('practice_id', '=', practice.id)
    .executeTakeFirstOrThrow();
  const patient = result.patient_id ? (await loadPatient(store, result.patient_id)).card : null;
  return {
    resultId,
    patient: patient && patientIdentity(patient),
    lane: result.lane,
    phase: result.phase,
    tier: result.tier,
    urgency: result.urgency,
    ownerId: result.owner_id,
    orderedBy: result.ordered_by,
    waitsFor: result.waits_for,
    dueAt: result.due_at,
    closure: result.closure,
    closedAt: result.closed_at,
    versions: await versions(store, resultId, result.current_version),
    events: await events(store, resultId),
    commands: await commands(store, practice.id, resultId, result.state as ResultState | null),
    pages: await pages(store, resultId),
    messages: await messages(store, resultId),
    notes: await notes(store, resultId),
    brokenEvent: await brokenEvent(store.db, resultId),
  };
}

async function versions(store: Store, resultId: string, current: number): Promise<TimelineVersion[]> {
  const rows = await store.db
    .selectFrom('version')
    .innerJoin('report', 'report.id', 'version.report_id')
    .selectAll('version')
    .select('report.document_id')
    .where('version.result_id', '=', resultId)
    .orderBy('version.number')
    .execute();
  return rows.map((row) => {
    const report = store.cipher.openJson(row.content_sealed, contentAad) as Report;
    return {
      number: row.number,
      isCurrent: row.number === current,
      documentId: row.document_id,
      status: row.status,
      hash: row.content_hash,
      test: report.test.name,
      collectedAt: row.collected_at,
      reportedAt: report.reportedAt,
      postedAt: row.posted_at,
      detectedAt: row.detected_at,
      publishedAt: row.published_at,
      change: row.change,
      tier: row.tier,
      urgency: row.urgency,
      ruleSetVersion: row.rule_set_version,
      sensitive: row.sensitive,
      reasons: row.reasons_sealed ? (store.cipher.openJson(row.reasons_sealed, reasonsAad) as Reason[]) : [],
      decidedBy: openDecision(store, row.decision_sealed)?.decidedBy ?? null,
      observations: report.observations,
    };
  });
}

async function events(store: Store, resultId: string): Promise<TimelineEvent[]> {
  const rows = await store.db
    .selectFrom('event')
    .selectAll()
    .where('result_id', '=', resultId)
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({
    seq: row.seq,
    at: row.at,
    realAt: row.real_at,
    actor: row.actor,
    kind: row.kind,
    data: row.data as Record<string, unknown>,
    text: row.text_sealed && store.cipher.open(row.text_sealed, eventTextAad),
  }));
}

async function commands(
  store: Store,
  practiceId: string,
  resultId: string,
  state: ResultState | null,
): Promise<TimelineCommand[]> {
  const rows = await store.db
    .selectFrom('command')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('targets', '@>', JSON.stringify([{ resultId }]) as never)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    personId: row.person_id,
    via: row.via,
    body: row.body as CommandBody,
    version: row.targets.find((t) => t.resultId === resultId)?.version ?? 0,
    note: row.note_sealed && store.cipher.open(row.note_sealed, noteAad),
    refusal: state?.seen.find((s) => s.id === row.id)?.refusal ?? null,
  }));
}

/** Pages about this result, and about the work it shares with its draw (L18a). */
async function pages(store: Store, resultId: string): Promise<TimelinePage[]> {
  const rows = await store.db
    .selectFrom('effect')
    .selectAll()
    .where('kind', '=', 'page')
    .where((e) =>
      e.or([
        e('result_id', '=', resultId),
        e('task_id', 'in', e.selectFrom('task_member').select('task_id').where('result_id', '=', resultId)),
      ]),
    )
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    at: row.created_at,
    personId: row.person_id,
    step: row.step,
    channel: row.channel,
    state: row.state,
    code: row.code,
    calledAt: row.called_at,
    settledAt: row.settled_at,
  }));
}

async function messages(store: Store, resultId: string): Promise<TimelineMessage[]> {
  const rows = await store.db
    .selectFrom('notice_member')
    .innerJoin('notice', 'notice.id', 'notice_member.notice_id')
    .selectAll('notice')
    .select(['notice_member.version', 'notice_member.live'])
    .where('notice_member.result_id', '=', resultId)
    .orderBy('notice.created_at')
    .orderBy('notice.id')
    .execute();
  return rows.map((row) => ({
    noticeId: row.id,
    version: row.version,
    purpose: row.purpose,
    isLive: row.live,
    state: row.state,
    channel: row.channel,
    failedChannels: row.failed_channels,
    language: row.language,
    waitsFor: row.waits_for,
    createdAt: row.created_at,
    sentAt: row.sent_at,
    confirmedAt: row.confirmed_at,
    openedAt: row.opened_at,
    acknowledgedAt: row.acknowledged_at,
  }));
}

async function notes(store: Store, resultId: string): Promise<TimelineNote[]> {
  const rows = await store.db
    .selectFrom('chart_note')
    .selectAll()
    .where('result_id', '=', resultId)
    .orderBy('queued_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    state: row.state,
    documentId: row.document_id,
    code: row.code,
    queuedAt: row.queued_at,
    confirmedAt: row.confirmed_at,
    body: store.cipher.open(row.body_sealed, noteBodyAad),
  }));
}
