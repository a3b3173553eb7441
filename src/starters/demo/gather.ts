import { toPractice, type ClockMap } from '../../domain/calendar/clock-map.js';
import { readReply } from '../../domain/messages/replies.js';
import type { EpochMs } from '../../domain/result/report.js';
import type { AthenaControl, ChartEntry } from '../../sandbox/athenahealth/control.js';
import type { LaboratorySent } from '../../sandbox/laboratory/laboratory.js';
import type { JournalEntry } from '../../sandbox/shared/control.js';
import type { SpruceControl } from '../../sandbox/spruce/control.js';
import type { TwilioControl } from '../../sandbox/twilio/control.js';
import { tokenIndex } from '../../security/tokens.js';
import { loadPatient } from '../../store/patients.js';
import type { Store } from '../../store/store.js';
import type { Evidence, EventEvidence, MessageEvidence, NoticeEvidence, ResultEvidence } from './evidence.js';
import { linkTokenIn, textOf } from './journals.js';

export interface Sources {
  readonly store: Store;
  readonly practiceId: string;
  readonly clock: ClockMap;
  readonly zone: string;
  readonly athena: { readonly control: AthenaControl; readonly tenantId: string };
  /** What laboratories sent by themselves, by their own journals. */
  readonly laboratories: readonly (readonly LaboratorySent[])[];
  readonly twilio: { readonly control: TwilioControl; readonly tenantId: string };
  readonly spruce: { readonly control: SpruceControl; readonly tenantId: string };
}

/** A text that the machine brought out this late (real) after the window closed is the machine's delay. */
const machineDelayMs = 500;
/** Outcomes that are contact (L34). */
const contact = ['reached', 'authorised-person', 'family-disclosed', 'emergency-care'];

/** Loads what the checker judges: journals and chart of the sandboxes, and the tables of the record. */
export async function gather(sources: Sources): Promise<Evidence> {
  const { store, practiceId } = sources;
  const { db } = store;
  const [athena, twilio, spruce, chart] = await Promise.all([
    sources.athena.control.journal(sources.athena.tenantId),
    sources.twilio.control.journal(sources.twilio.tenantId),
    sources.spruce.control.journal(sources.spruce.tenantId),
    sources.athena.control.chart(sources.athena.tenantId),
  ]);
  const mine = { practiceId };
  const [reports, effects, noteRows] = await Promise.all([
    db
      .selectFrom('report')
      .select(['document_id', 'result_id'])
      .where('practice_id', '=', practiceId)
      .execute(),
    db.selectFrom('effect').selectAll().where('practice_id', '=', practiceId).execute(),
    db.selectFrom('chart_note').selectAll().where('practice_id', '=', practiceId).execute(),
  ]);
  const documentResult = new Map(reports.map((r) => [r.document_id, r.result_id]));
  const chartIds = await chartIdsOf(store, practiceId);
  const notices = await noticesOf(store, practiceId);
  const records = { effects, noticeByToken: await noticesByToken(store, practiceId) };
  return {
    zone: sources.zone,
    posted: [...postedIn(athena, chart), ...sentBy(sources.laboratories)],
    reports: reports.map((r) => ({ documentId: numberIn(r.document_id), resultId: r.result_id })),
    results: await resultsOf(store, mine.practiceId),
    tasks: await tasksOf(store, practiceId),
    messages: [
      ...textsFrom(twilio, effects, sources.clock),
      ...secureFrom(spruce, records, store),
      ...portalNotesFrom(athena, effects, documentResult),
    ],
    notices,
    firstPages: await firstPagesOf(store, practiceId, spruce, effects),
    events: (await db
      .selectFrom('event')
      .selectAll()
      .where('practice_id', '=', practiceId)
      .orderBy('result_id')
      .orderBy('seq')
      .execute()) as EventEvidence[],
    reachedPatients: await reachedPatientsOf(store, practiceId),
    noteRows: noteRows.map((n) => ({
      resultId: n.result_id,
      kind: n.kind,
      marker: n.marker,
      state: n.state,
      chartId: chartIds.get(n.patient_id) ?? null,
    })),
    chartDocuments: chart
      .filter((d) => d.class !== 'LABRESULT')
      .map((d) => ({ chartId: d.patientid, text: d.notes.map((n) => n.text).join('\n') })),
    optOuts: optOutsFrom(twilio),
    chartWrites: athena.filter((e) => e.kind === 'chart-write').map((e) => e.practiceAt),
  };
}

/** The chart says of each document which specimen and test it is. */
function postedIn(journal: readonly JournalEntry[], chart: readonly ChartEntry[]): Evidence['posted'] {
  const reports = new Map(
    chart.map(({ documentid, fields }) => [
      String(documentid),
      reportKey(String(fields['externalaccessionid']), String(fields['labresultloinc'])),
    ]),
  );
  return journal
    .filter((e) => e.kind === 'labresult-posted')
    .map((e) => {
      const documentId = String(e['labresultid']);
      return { documentId, report: reports.get(documentId) ?? documentId, practiceAt: e.practiceAt };
    });
}

function sentBy(laboratories: Sources['laboratories']): Evidence['posted'] {
  return laboratories.flat().map(({ number, accession, loinc, practiceAt }) => ({
    documentId: number,
    report: reportKey(accession, loinc),
    practiceAt,
  }));
}

/** The laboratory's number is part of what the record calls its delivery; a chart document has its own. */
function numberIn(documentId: string): string {
  return /\b(?:HL|BF)-\d{6}\b/.exec(documentId)?.[0] ?? documentId;
}

type Effects = readonly {
  readonly id: string;
  readonly key: string;
  readonly kind: string;
  readonly notice_id: string | null;
  readonly result_id: string | null;
  readonly task_id: string | null;
  readonly person_id: string | null;
  readonly step: string | null;
  readonly vendor_ref: string | null;
  readonly called_real_at: EpochMs | null;
}[];

/** Our callback address names the effect; the effect names the notice. */
function textsFrom(journal: readonly JournalEntry[], effects: Effects, clock: ClockMap): MessageEvidence[] {
  const noticeOf = new Map(effects.map((e) => [e.id, e.notice_id]));
  const failed = new Set(
    journal
      .filter((e) => e.kind === 'status' && ['failed', 'undelivered'].includes(textOf(e, 'status')))
      .map((e) => textOf(e, 'sid')),
  );
  return journal
    .filter((e) => e.kind === 'message-created' && e['direction'] === 'outbound-api')
    .map((e) => {
      const effectId = /[?&]e=([0-9a-f-]+)/.exec(textOf(e, 'statusCallback'))?.[1] ?? '';
      return {
        channel: 'text',
        at: e.at,
        practiceAt: e.practiceAt,
        to: textOf(e, 'to'),
        arrived: !failed.has(textOf(e, 'sid')),
        noticeId: noticeOf.get(effectId) ?? null,
        resultId: null,
        practiceJustBefore: toPractice(clock, e.at - machineDelayMs),
      };
    });
}

/** A secure message is known by the request that made it, else by its link. */
function secureFrom(
  journal: readonly JournalEntry[],
  records: { effects: Effects; noticeByToken: ReadonlyMap<string, string> },
  store: Store,
): MessageEvidence[] {
  const byRequest = new Map(
    records.effects
      .filter((e) => e.kind === 'secure' && e.vendor_ref !== null)
      .map((e) => [e.vendor_ref, e.notice_id]),
  );
  return journal
    .filter((e) => e.kind === 'item-created' && e['direction'] === 'outbound' && e['internal'] !== true)
    .flatMap((e) => {
      const token = linkTokenIn(textOf(e, 'text'));
      const byLink = token === null ? undefined : records.noticeByToken.get(tokenIndex(store.ring, token));
      const noticeId = byRequest.get(textOf(e, 'requestId')) ?? byLink ?? null;
      // Without link and notice it is an automatic answer (L36), which tells nothing.
      if (noticeId === null && token === null) return [];
      const { at, practiceAt } = e;
      const none = { to: null, resultId: null, practiceJustBefore: null };
      return [{ channel: 'secure' as const, at, practiceAt, arrived: true, noticeId, ...none }];
    });
}

/** The k-th note at a document belongs to the k-th call of ours for it; one too many belongs to nobody. */
function portalNotesFrom(
  journal: readonly JournalEntry[],
  effects: Effects,
  documentResult: ReadonlyMap<string, string | null>,
): MessageEvidence[] {
  const seen = new Map<string, number>();
  return journal
    .filter((e) => e.kind === 'note-written' && e['field'] === 'notetopatient')
    .map((e) => {
      const resultId = documentResult.get(String(e['documentid'])) ?? null;
      const nth = seen.get(resultId ?? '') ?? 0;
      seen.set(resultId ?? '', nth + 1);
      const calls = effects
        .filter(
          (one) =>
            one.kind === 'portal-note' && one.key.endsWith(`/${resultId}`) && one.called_real_at !== null,
        )
        .sort((a, b) => (a.called_real_at ?? 0) - (b.called_real_at ?? 0));
      return {
        channel: 'portal-note',
        at: e.at,
        practiceAt: e.practiceAt,
        to: null,
        arrived: true,
        noticeId: calls[nth]?.notice_id ?? null,
        resultId,
        practiceJustBefore: null,
      };
    });
}

/** When Spruce first showed a page about each result that somebody was to call about. */
async function firstPagesOf(
  store: Store,
  practiceId: string,
  journal: readonly JournalEntry[],
  effects: Effects,
): Promise<Map<string, EpochMs>> {
  const shown = new Map<string, EpochMs>();
  for (const e of journal)
    if (e.kind === 'item-created' && Array.isArray(e['pages']) && e['pages'].length > 0)
      shown.set(textOf(e, 'requestId'), e.at);
  const members = await store.db
    .selectFrom('task_member')
    .innerJoin('task', 'task.id', 'task_member.task_id')
    .select(['task.id', 'task_member.result_id'])
    .where('task.practice_id', '=', practiceId)
    .execute();
  const first = new Map<string, EpochMs>();
  for (const effect of effects) {
    if (effect.kind !== 'page' || !/\/critical\//.test(effect.step ?? '')) continue;
    const at = shown.get(effect.vendor_ref ?? '');
    if (at === undefined) continue;
    const about = members.filter((m) => m.id === effect.task_id).map((m) => m.result_id);
    for (const id of [...about, effect.result_id ?? ''])
      first.set(id, Math.min(first.get(id) ?? Infinity, at));
  }
  return first;
}

/** STOP counts once our webhook has answered. */
function optOutsFrom(journal: readonly JournalEntry[]): Evidence['optOuts'] {
  const answered = new Map<string, EpochMs>();
  for (const e of journal)
    if (e.kind === 'callback' && e['status'] === 'received' && !answered.has(textOf(e, 'sid')))
      answered.set(textOf(e, 'sid'), e.at);
  return journal.flatMap((e) => {
    if (e.kind !== 'inbound') return [];
    const out = e['optOutType'] === 'STOP' || readReply(textOf(e, 'body')) === 'opts-out';
    if (!out && e['optOutType'] !== 'START') return [];
    return [{ number: textOf(e, 'from'), at: answered.get(textOf(e, 'sid')) ?? e.at, out }];
  });
}

async function resultsOf(store: Store, practiceId: string): Promise<ResultEvidence[]> {
  const rows = await store.db
    .selectFrom('result')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .execute();
  const versions = await store.db
    .selectFrom('version')
    .innerJoin('result', 'result.id', 'version.result_id')
    .select(['version.result_id', 'version.number', 'version.tier'])
    .where('result.practice_id', '=', practiceId)
    .orderBy('version.number')
    .execute();
  return rows.map((r) => ({
    id: r.id,
    patientId: r.patient_id,
    tier: r.tier,
    ownerId: r.owner_id,
    dueAt: r.due_at,
    closure: r.closure,
    detectedAt: r.detected_at,
    detectedRealAt: r.detected_real_at,
    versions: versions.filter((v) => v.result_id === r.id).map(({ number, tier }) => ({ number, tier })),
  }));
}

async function tasksOf(store: Store, practiceId: string): Promise<Evidence['tasks']> {
  const rows = await store.db
    .selectFrom('task')
    .innerJoin('task_member', 'task_member.task_id', 'task.id')
    .select(['task.opened_real_at', 'task_member.result_id'])
    .where('task.practice_id', '=', practiceId)
    .execute();
  return rows.map((r) => ({ resultIds: [r.result_id], openedRealAt: r.opened_real_at }));
}

async function noticesOf(store: Store, practiceId: string): Promise<Map<string, NoticeEvidence>> {
  const rows = await store.db
    .selectFrom('notice')
    .innerJoin('notice_member', 'notice_member.notice_id', 'notice.id')
    .select([
      'notice.id',
      'notice.patient_id',
      'notice.purpose',
      'notice_member.result_id',
      'notice_member.version',
    ])
    .where('notice.practice_id', '=', practiceId)
    .where('notice_member.live', '=', true)
    .execute();
  const notices = new Map<string, NoticeEvidence>();
  for (const r of rows) {
    const known = notices.get(r.id);
    const members = [...(known?.members ?? []), { resultId: r.result_id, version: r.version }];
    notices.set(r.id, { patientId: r.patient_id, purpose: r.purpose, members });
  }
  return notices;
}

async function noticesByToken(store: Store, practiceId: string): Promise<Map<string, string>> {
  const rows = await store.db
    .selectFrom('notice')
    .select(['id', 'token_index'])
    .where('practice_id', '=', practiceId)
    .where('token_index', 'is not', null)
    .execute();
  return new Map(rows.map((r) => [r.token_index ?? '', r.id]));
}

async function chartIdsOf(store: Store, practiceId: string): Promise<Map<string, string>> {
  const rows = await store.db
    .selectFrom('patient')
    .select('id')
    .where('practice_id', '=', practiceId)
    .execute();
  const ids = new Map<string, string>();
  for (const { id } of rows) ids.set(id, (await loadPatient(store, id)).card.chartId);
  return ids;
}

async function reachedPatientsOf(store: Store, practiceId: string): Promise<string[]> {
  const rows = await store.db
    .selectFrom('attempt')
    .innerJoin('result', 'result.id', 'attempt.result_id')
    .select('result.patient_id')
    .where('attempt.practice_id', '=', practiceId)
    .where('attempt.outcome', 'in', contact)
    .execute();
  const letters = await store.db
    .selectFrom('event')
    .innerJoin('result', 'result.id', 'event.result_id')
    .select('result.patient_id')
    .where('event.practice_id', '=', practiceId)
    .where((e) =>
      e.or([e('event.kind', '=', 'told-by-hand'), e('result.closure', '=', 'notified-by-letter')]),
    )
    .execute();
  return [...new Set([...rows, ...letters].map((r) => r.patient_id).filter((id) => id !== null))];
}

/** What the chart and the laboratory both say of a report. */
function reportKey(accession: string, loinc: string): string {
  return `${accession} ${loinc}`;
}
