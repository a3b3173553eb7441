import type { PatientCard } from '../domain/result/patient.js';
import type { EpochMs, Report } from '../domain/result/report.js';
import { recordAccess } from './access.js';
import { loadPatient } from './patients.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';
import { contentAad } from './contents.js';

/** S003-4: work that has been open for longer is marked on every list. */
export const ageingAfterMs = 48 * 3_600_000;

/** Two identifiers, as they stand beside every piece of work (safety: the right patient). PHI. */
export interface PatientIdentity {
  readonly name: string;
  readonly birthDate: string | null;
  /** The chart's own id (MRN). */
  readonly chartId: string;
}

export interface WorklistMember {
  readonly resultId: string;
  readonly version: number;
  readonly tier: string | null;
  readonly urgency: string | null;
  readonly test: string;
  /** Person id; `null` when nobody on the roster ordered it. */
  readonly orderedBy: string | null;
  readonly phase: string;
}

/** One piece of work: one row per draw, owner and kind (L18a), with the results it is about, the worst first. */
export interface WorklistTask {
  readonly taskId: string;
  readonly kind: string;
  readonly state: 'open' | 'offered' | 'accepted';
  readonly ownerId: string;
  readonly acceptedBy: string | null;
  readonly openedAt: EpochMs;
  readonly dueAt: EpochMs;
  readonly isOverdue: boolean;
  /** Open for more than 48 h (S003-4). */
  readonly isAgeing: boolean;
  readonly tier: string | null;
  readonly patient: PatientIdentity | null;
  readonly members: readonly WorklistMember[];
}

/** An open result on which nobody has to work now. */
export interface WaitingResult extends WorklistMember {
  readonly ownerId: string | null;
  readonly waitsFor: string | null;
  readonly dueAt: EpochMs | null;
  readonly dueStep: string | null;
  readonly detectedAt: EpochMs;
  readonly patient: PatientIdentity | null;
}

/** L5, L14: nobody to own it yet; the named keeper holds it. */
export interface UnroutedResult {
  readonly resultId: string;
  readonly ownerId: string | null;
  /** `no-patient`, `document-not-found`, `unmatched`, `second-feed-only`, `nobody-ordered-it` … */
  readonly reason: string;
  readonly detectedAt: EpochMs;
}

export interface Worklist {
  /** Practice time at which it was read. */
  readonly at: EpochMs;
  readonly tasks: readonly WorklistTask[];
  readonly waiting: readonly WaitingResult[];
  readonly unrouted: readonly UnroutedResult[];
  /** Documents that the feed announced and that could not be read yet. */
  readonly unread: number;
}

export interface WorklistQuery {
  /** Who reads, for the access record. */
  readonly actor: string;
  /** Only what this person owns or has accepted; everybody's without. */
  readonly personId?: string | null;
  /** Also open results without a task, and the whole unrouted list. */
  readonly all?: boolean;
}

/**
 * The open work of a practice: critical first, then by due time. Holds PHI: the access is recorded before anything is
 * read, and without that record nothing is (architecture §8).
 */
export async function readWorklist(
  store: Store,
  practice: Practice,
  query: WorklistQuery,
): Promise<Worklist> {
  const personId = query.personId ?? null;
  await recordAccess(store, practice, {
    actor: query.actor,
    what: personId ? `worklist/${personId}` : 'worklist',
    resultId: null,
  });
  const at = practiceNow(store, practice);
  const isKeeper = personId === null || personId === practice.roster.keeper;
  return {
    at,
    tasks: await openTasks(store, practice, personId, at),
    waiting: query.all ? await waitingResults(store, practice, personId) : [],
    unrouted: query.all || isKeeper ? await unroutedResults(store, practice) : [],
    unread: await unreadDocuments(store, practice),
  };
}

async function openTasks(
  store: Store,
  practice: Practice,
  personId: string | null,
  now: EpochMs,
): Promise<WorklistTask[]> {
  let query = store.db
    .selectFrom('task')
    .innerJoin('task_member', 'task_member.task_id', 'task.id')
    .innerJoin('result', 'result.id', 'task_member.result_id')
    .leftJoin('version', (j) =>
      j.onRef('version.result_id', '=', 'result.id').onRef('version.number', '=', 'result.current_version'),
    )
    .select([
      'task.id as task_id',
      'task.kind',
      'task.state',
      'task.owner_id',
      'task.accepted_by',
      'task.opened_at',
      'task.due_at',
      ...memberColumns,
    ])
    .where('task.practice_id', '=', practice.id)
    .where('task.state', 'in', ['open', 'offered', 'accepted'])
    .where('task_member.done', '=', false);
  if (personId !== null)
    query = query.where((e) =>
      e.or([e('task.owner_id', '=', personId), e('task.accepted_by', '=', personId)]),
    );
  const rows = await query.execute();
  const patients = await identities(store, rows);
  const tasks = new Map<string, WorklistTask & { members: WorklistMember[] }>();
  for (const row of rows) {
    const member = memberOf(store, row);
    const known = tasks.get(row.task_id);
    if (known) known.members.push(member);
    else
      tasks.set(row.task_id, {
        taskId: row.task_id,
        kind: row.kind,
        state: row.state as WorklistTask['state'],
        ownerId: row.owner_id,
        acceptedBy: row.accepted_by,
        openedAt: row.opened_at,
        dueAt: row.due_at,
        isOverdue: row.due_at < now,
        isAgeing: now - row.opened_at > ageingAfterMs,
        tier: null,
        patient: patients.get(row.patient_id) ?? null,
        members: [member],
      });
  }
  return [...tasks.values()]
    .map((task) => {
      const members = task.members.sort(
        (a, b) => rank(a.tier) - rank(b.tier) || a.resultId.localeCompare(b.resultId),
      );
      return { ...task, members, tier: members[0]?.tier ?? null };
    })
    .sort((a, b) => criticalFirst(a, b) || a.dueAt - b.dueAt || a.taskId.localeCompare(b.taskId));
}

async function waitingResults(
  store: Store,
  practice: Practice,
  personId: string | null,
): Promise<WaitingResult[]> {
  let query = store.db
    .selectFrom('result')
    .leftJoin('version', (j) =>
      j.onRef('version.result_id', '=', 'result.id').onRef('version.number', '=', 'result.current_version'),
    )
    .select([
      ...memberColumns,
      'result.owner_id',
      'result.waits_for',
      'result.due_at',
      'result.due_step',
      'result.detected_at',
    ])
    .where('result.practice_id', '=', practice.id)
    .where('result.closure', 'is', null)
    .where('result.current_version', '>', 0)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('task_member')
            .innerJoin('task', 'task.id', 'task_member.task_id')
            .select('task.id')
            .whereRef('task_member.result_id', '=', 'result.id')
            .where('task_member.done', '=', false)
            .where('task.state', 'in', ['open', 'offered', 'accepted']),
        ),
      ),
    );
  if (personId !== null) query = query.where('result.owner_id', '=', personId);
  const rows = await query.execute();
  const patients = await identities(store, rows);
  return rows
    .map((row) => ({
      ...memberOf(store, row),
      ownerId: row.owner_id,
      waitsFor: row.waits_for,
      dueAt: row.due_at,
      dueStep: row.due_step,
      detectedAt: row.detected_at,
      patient: patients.get(row.patient_id) ?? null,
    }))
    .sort((a, b) => criticalFirst(a, b) || (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity));
}

async function unroutedResults(store: Store, practice: Practice): Promise<UnroutedResult[]> {
  const rows = await store.db
    .selectFrom('result')
    .leftJoin('report', (j) => j.onRef('report.result_id', '=', 'result.id').on('report.state', '=', 'held'))
    .select([
      'result.id',
      'result.owner_id',
      'result.current_version',
      'result.detected_at',
      'result.lane',
      'result.patient_id',
      'report.reason',
    ])
    .distinctOn('result.id')
    .where('result.practice_id', '=', practice.id)
    .where('result.closure', 'is', null)
    .where((e) =>
      e.or([
        e('result.current_version', '=', 0),
        e.exists(
          e
            .selectFrom('task_member')
            .innerJoin('task', 'task.id', 'task_member.task_id')
            .select('task.id')
            .whereRef('task_member.result_id', '=', 'result.id')
            .where('task_member.done', '=', false)
            .where('task.kind', '=', 'match')
            .where('task.state', 'in', ['open', 'offered', 'accepted']),
        ),
      ]),
    )
    .orderBy('result.id')
    .execute();
  return rows
    .map((row) => ({
      resultId: row.id,
      ownerId: row.owner_id,
      reason: whyUnrouted(row),
      detectedAt: row.detected_at,
    }))
    .sort((a, b) => a.detectedAt - b.detectedAt);
}

/** Without content the feed's own reason; else what is missing: its patient, its document (L4, L42), its orderer. */
function whyUnrouted(row: {
  readonly current_version: number;
  readonly lane: string;
  readonly patient_id: string | null;
  readonly reason: string | null;
}): string {
  if (row.current_version === 0) return row.reason ?? 'not-read';
  if (row.patient_id === null) return 'unmatched';
  return row.lane === 'unmatched' ? 'second-feed-only' : 'nobody-ordered-it';
}

async function unreadDocuments(store: Store, practice: Practice): Promise<number> {
  const { n } = await store.db
    .selectFrom('report')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('practice_id', '=', practice.id)
    .where('state', '=', 'fed')
    .executeTakeFirstOrThrow();
  return n;
}

const memberColumns = [
  'result.id as result_id',
  'result.current_version',
  'result.tier',
  'result.urgency',
  'result.ordered_by',
  'result.phase',
  'version.content_sealed',
  'result.patient_id',
] as const;

interface MemberRow {
  readonly result_id: string;
  readonly current_version: number;
  readonly tier: string | null;
  readonly urgency: string | null;
  readonly ordered_by: string | null;
  readonly phase: string;
  readonly content_sealed: string | null;
}

function memberOf(store: Store, row: MemberRow): WorklistMember {
  const report = row.content_sealed
    ? (store.cipher.openJson(row.content_sealed, contentAad) as Pick<Report, 'test'>)
    : null;
  return {
    resultId: row.result_id,
    version: row.current_version,
    tier: row.tier,
    urgency: row.urgency,
    test: report?.test.name ?? 'not readable yet',
    orderedBy: row.ordered_by,
    phase: row.phase,
  };
}

async function identities(
  store: Store,
  rows: readonly { readonly patient_id: string | null }[],
): Promise<Map<string | null, PatientIdentity>> {
  const ids = [...new Set(rows.map((row) => row.patient_id).filter((id) => id !== null))];
  const cards = await Promise.all(ids.map((id) => loadPatient(store, id)));
  return new Map(cards.map(({ id, card }) => [id, patientIdentity(card)]));
}

/** The two identifiers of a patient card. */
export function patientIdentity(card: PatientCard): PatientIdentity {
  const name = [card.familyName, card.givenName].filter((part) => part !== '').join(', ');
  return { name: name || 'name not recorded', birthDate: card.birthDate, chartId: card.chartId };
}

const tierOrder: readonly (string | null)[] = ['critical', 'abnormal', 'review', 'void', 'normal', null];

function rank(tier: string | null): number {
  return tierOrder.indexOf(tier);
}

function criticalFirst(a: { tier: string | null }, b: { tier: string | null }): number {
  return Number(b.tier === 'critical') - Number(a.tier === 'critical');
}
