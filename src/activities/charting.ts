import { heartbeat } from '@temporalio/activity';
import { sql } from 'kysely';
import { VendorError } from '../clients/http/index.js';
import { noteBodyAad } from '../store/chart-notes.js';
import { loadPatient } from '../store/patients.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import type { ChartActivities } from '../workflows/activity-types.js';
import { chartGate, closesGate, isChartClosed } from './chart-gate.js';
import { takeChartTurn } from './chart-turn.js';
import type { ActivityDeps } from './deps.js';
import { guarded } from './failures.js';
import { createTell } from './tell.js';

const minuteMs = 60_000;
/** Notes taken up per batch: a minute's worth (S000-75). */
const batchSize = 30;
const retryMs = 10_000;

interface QueuedNote {
  readonly id: string;
  readonly resultId: string;
  readonly patientId: string;
  readonly key: string;
  readonly kind: 'touch' | 'closing' | 'action';
  readonly marker: string;
  readonly body: string;
  readonly queuedAt: number;
  /** A call was made before whose outcome is not known. */
  readonly wasCalled: boolean;
}

/** Writes chart notes: each once, with its marker, read back (L44). One bad note never stalls the others. */
export function createChartActivities(deps: ActivityDeps): ChartActivities {
  const { store } = deps;
  return {
    drainNotes: ({ practiceId }) =>
      guarded(async () => {
        const practice = await loadPractice(store, practiceId);
        let written = 0;
        let isClosed = (await chartGate(deps, practice)) === 'closed';
        for (
          let batch = isClosed ? [] : await dueNotes(deps, practice);
          batch.length > 0 && !isClosed;
          batch = await dueNotes(deps, practice)
        ) {
          for (const group of merged(batch)) {
            await writeGroup(deps, practice, group);
            written += 1;
            heartbeat();
            // Closed by this very write: what is left of the batch stays queued, untouched (S000-69).
            isClosed = await isChartClosed(deps, practice);
            if (isClosed) break;
          }
        }
        const open = await store.db
          .selectFrom('chart_note')
          .select(sql<number | null>`min(greatest(next_real_at, coalesce(lease_real_until, 0)))`.as('next'))
          .where('practice_id', '=', practice.id)
          .where('state', 'in', ['queued', 'called'])
          .executeTakeFirst();
        const next = open?.next ?? null;
        if (next === null || !isClosed) return { written, nextRealAt: next };
        return { written, nextRealAt: Math.max(next, store.realNow() + practice.settings.chartRecheckMs) };
      }),
  };
}

async function dueNotes({ store }: ActivityDeps, practice: Practice): Promise<QueuedNote[]> {
  const now = store.realNow();
  const rows = await store.db
    .selectFrom('chart_note')
    .selectAll()
    .where('practice_id', '=', practice.id)
    .where('next_real_at', '<=', now)
    .where((e) =>
      e.or([e('state', '=', 'queued'), e.and([e('state', '=', 'called'), e('lease_real_until', '<=', now)])]),
    )
    .orderBy('queued_at')
    .limit(batchSize)
    .execute();
  return rows.map((r) => ({
    id: r.id,
    resultId: r.result_id,
    patientId: r.patient_id,
    key: r.key.slice(r.result_id.length + 1),
    kind: r.kind,
    marker: r.marker,
    body: store.cipher.open(r.body_sealed, noteBodyAad),
    queuedAt: r.queued_at,
    wasCalled: r.state === 'called',
  }));
}

/** L44: touches of one result within a minute become one note; a closing note stands alone. */
function merged(notes: readonly QueuedNote[]): QueuedNote[][] {
  const groups = new Map<string, QueuedNote[]>();
  for (const n of notes) {
    const minute = Math.floor(n.queuedAt / minuteMs);
    const key = n.kind === 'closing' || n.wasCalled ? n.id : `${n.resultId}/${minute}`;
    groups.set(key, [...(groups.get(key) ?? []), n]);
  }
  return [...groups.values()];
}

async function writeGroup(
  deps: ActivityDeps,
  practice: Practice,
  group: readonly QueuedNote[],
): Promise<void> {
  const { store, vendors } = deps;
  const [first] = group;
  if (!first) return;
  const athena = vendors.athena(practice);
  const ids = group.map((n) => n.id);
  const { card } = await loadPatient(store, first.patientId);
  const { departmentId } = card;
  if (departmentId === null) return giveUp(deps, practice, group, 'no-department');
  const readBack = async () => {
    const documents = await athena.clinicalDocuments(card.chartId, departmentId);
    return documents.find((d) => d.internalNote?.includes(first.marker));
  };
  let reached: 'nothing' | 'calling' | 'written' = 'nothing';
  try {
    if (first.wasCalled) {
      const there = await readBack();
      if (there) return await confirm(deps, practice, group, there.documentId);
    }
    await takeChartTurn(store, practice);
    if (!(await claim(deps, practice, ids))) return;
    reached = 'calling';
    const written = await athena.createClinicalDocument({
      patientId: card.chartId,
      departmentId,
      internalNote: group.map((n) => `${n.body}\n${n.marker}`).join('\n'),
      autoClose: true,
    });
    reached = 'written';
    const there = await readBack();
    if (there) return await confirm(deps, practice, group, written.documentId);
    // Written and not readable yet: asked for again after its lease, never written a second time unseen.
  } catch (err) {
    // What may be in the chart stays `called`: it is looked for after its lease, never written again unseen.
    const outcome = err instanceof VendorError ? err.outcome : 'unknown';
    if (reached === 'written' || (reached === 'calling' && outcome === 'unknown')) return;
    await later(deps, practice, group, err, reached === 'calling');
  }
}

/** Takes a group for one write. False when another drain (after an outage there may be two) has part of it. */
async function claim({ store }: ActivityDeps, practice: Practice, ids: readonly string[]): Promise<boolean> {
  return store.db.transaction().execute(async (tx) => {
    const now = store.realNow();
    const free = await tx
      .selectFrom('chart_note')
      .select('id')
      .where('id', 'in', ids)
      .where((e) =>
        e.or([
          e('state', '=', 'queued'),
          e.and([e('state', '=', 'called'), e('lease_real_until', '<=', now)]),
        ]),
      )
      .forUpdate()
      .execute();
    if (free.length !== ids.length) return false;
    await tx
      .updateTable('chart_note')
      .set({ state: 'called', lease_real_until: now + practice.settings.leaseMs, tries: sql`tries + 1` })
      .where('id', 'in', ids)
      .execute();
    return true;
  });
}

async function confirm(
  deps: ActivityDeps,
  practice: Practice,
  group: readonly QueuedNote[],
  documentId: string | null,
): Promise<void> {
  const { store } = deps;
  const tell = createTell(deps.temporal);
  const at = practiceNow(store, practice);
  const ids = group.map((n) => n.id);
  // Told before it is marked: a crash between the two tells again, and the fact's id makes that harmless.
  for (const n of group)
    if (n.kind === 'closing')
      await tell.charted(practice, n.resultId, {
        id: `note/${n.id}/confirmed`,
        at,
        noteKey: n.key,
        noteKind: n.kind,
        state: 'confirmed',
      });
  await store.db
    .updateTable('chart_note')
    .set({ state: 'confirmed', confirmed_at: at, document_id: documentId, lease_real_until: null })
    .where('id', 'in', ids)
    .execute();
}

/** A failed write waits, or becomes work for a person; the rest of the batch goes on. */
async function later(
  deps: ActivityDeps,
  practice: Practice,
  group: readonly QueuedNote[],
  err: unknown,
  /** The call was made and surely did nothing: the notes are free again. Otherwise they stay as they were. */
  isFree: boolean,
): Promise<void> {
  const { store } = deps;
  const ids = group.map((n) => n.id);
  const vendor = err instanceof VendorError ? err : null;
  const isPaused = await closesGate(deps, practice, err);
  if (vendor?.outcome === 'refused' && !isPaused) return giveUp(deps, practice, group, vendor.code);
  const isPaced = (err as { type?: string }).type === 'Paced';
  // A closed gate is what they wait for; once it opens, nothing else holds them up.
  const wait = isPaused ? 0 : isPaced ? 1_000 : (vendor?.retryAfterMs ?? retryMs);
  await store.db
    .updateTable('chart_note')
    .set({
      ...(isFree && { state: 'queued', lease_real_until: null }),
      next_real_at: store.realNow() + wait,
      code: vendor?.code ?? null,
    })
    .where('id', 'in', ids)
    .execute();
  if (!vendor && !isPaced) throw err;
}

/** The chart will not take it: a person writes the note by hand (L44), and the alarm says so. */
async function giveUp(
  deps: ActivityDeps,
  practice: Practice,
  group: readonly QueuedNote[],
  code: string,
): Promise<void> {
  const { store } = deps;
  const tell = createTell(deps.temporal);
  const at = practiceNow(store, practice);
  for (const n of group)
    await tell.charted(practice, n.resultId, {
      id: `note/${n.id}/failed`,
      at,
      noteKey: n.key,
      noteKind: n.kind,
      state: 'failed',
    });
  await store.db
    .updateTable('chart_note')
    .set({ state: 'failed', code })
    .where(
      'id',
      'in',
      group.map((n) => n.id),
    )
    .execute();
}
