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
/** What cannot be read back for this long is not looked for any more (real ms). */
const givenUpAfterMs = 24 * 60 * minuteMs;
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
  /** When the chart was called with it (real ms); from then on it may be there. */
  readonly calledRealAt: number | null;
  /** The chart's answer: it took the note. Such a note is never written again, whatever its lists say (L44). */
  readonly documentId: string | null;
  /** Its result was told that it cannot be read back. */
  readonly isToldUnread: boolean;
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
          .where('state', 'in', ['queued', 'called', 'unknown'])
          .executeTakeFirst();
        const next = open?.next ?? null;
        if (next === null) return { written, nextRealAt: null };
        const recheckAt = store.realNow() + practice.settings.chartRecheckMs;
        // New notes wait for the same time: one that is to be looked for much later must not hold them up.
        return { written, nextRealAt: isClosed ? Math.max(next, recheckAt) : Math.min(next, recheckAt) };
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
      e.or([
        e('state', 'in', ['queued', 'unknown']),
        e.and([e('state', '=', 'called'), e('lease_real_until', '<=', now)]),
      ]),
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
    calledRealAt: r.state === 'queued' ? null : (r.called_real_at ?? r.lease_real_until ?? 0),
    documentId: r.document_id,
    isToldUnread: r.state === 'unknown',
  }));
}

/** L44: touches of one result within a minute become one note; a closing note stands alone. */
function merged(notes: readonly QueuedNote[]): QueuedNote[][] {
  const groups = new Map<string, QueuedNote[]>();
  for (const n of notes) {
    const minute = Math.floor(n.queuedAt / minuteMs);
    const isAlone = n.kind === 'closing' || n.calledRealAt !== null;
    const key = n.documentId ?? (isAlone ? n.id : `${n.resultId}/${minute}`);
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
  const readBack = async (documentId: string | null) => {
    const documents = await athena.clinicalDocuments(card.chartId, departmentId);
    return documents.find(
      (d) =>
        (documentId !== null && d.documentId === documentId) ||
        d.internalNote?.includes(first.marker) === true,
    );
  };
  let reached: 'nothing' | 'calling' | 'written' = 'nothing';
  try {
    if (first.calledRealAt !== null) {
      const there = await readBack(first.documentId);
      if (there) return await confirm(deps, practice, group, first.documentId ?? there.documentId);
      // The list lags: not listed is no proof that it is not there, before it had its time (L44).
      const isOpen = store.realNow() < first.calledRealAt + practice.settings.noteReadBackMs;
      if (first.documentId !== null || isOpen) return await lookAgain(deps, practice, group);
    }
    await takeChartTurn(store, practice);
    if (!(await claim(deps, practice, ids))) return;
    reached = 'calling';
    const { documentId } = await athena.createClinicalDocument({
      patientId: card.chartId,
      departmentId,
      internalNote: group.map((n) => `${n.body}\n${n.marker}`).join('\n'),
      autoClose: true,
    });
    reached = 'written';
    await store.db
      .updateTable('chart_note')
      .set({ document_id: documentId })
      .where('id', 'in', ids)
      .execute();
    const there = await readBack(documentId);
    if (there) return await confirm(deps, practice, group, documentId);
    // Written and not readable yet: looked for after its lease.
  } catch (err) {
    // What may be in the chart stays `called`: it is looked for after its lease, never written again unseen.
    const outcome = err instanceof VendorError ? err.outcome : 'unknown';
    if (reached === 'written' || (reached === 'calling' && outcome === 'unknown')) return;
    if (first.documentId === null) return await later(deps, practice, group, err, reached === 'calling');
    // Only its reading failed, whatever the answer was.
    await lookAgain(deps, practice, group, err instanceof VendorError ? err.retryAfterMs : null);
    if (!(err instanceof VendorError)) throw err;
  }
}

/**
 * Not to be seen in the chart. What the chart took is looked for on; when it had its time, its result is told once, so
 * that a person looks (L44). It may still turn up: then it is confirmed like any other.
 */
async function lookAgain(
  deps: ActivityDeps,
  practice: Practice,
  group: readonly QueuedNote[],
  retryAfterMs: number | null = null,
): Promise<void> {
  const { store } = deps;
  const { leaseMs, noteReadBackMs } = practice.settings;
  const [first] = group;
  if (!first) return;
  const now = store.realNow();
  const age = now - (first.calledRealAt ?? now);
  const isLate = first.documentId !== null && age >= noteReadBackMs;
  if (isLate && !first.isToldUnread) await tellAll(deps, practice, group, 'unread');
  await store.db
    .updateTable('chart_note')
    .set({
      next_real_at: now + Math.max(isLate ? noteReadBackMs : leaseMs, retryAfterMs ?? 0),
      ...(isLate && { state: age < givenUpAfterMs ? 'unknown' : 'failed', code: 'not-read-back' }),
    })
    .where(
      'id',
      'in',
      group.map((n) => n.id),
    )
    // Another drain may have seen it meanwhile.
    .where('state', '<>', 'confirmed')
    .execute();
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
      .set({
        state: 'called',
        called_real_at: now,
        lease_real_until: now + practice.settings.leaseMs,
        tries: sql`tries + 1`,
      })
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
    .set({
      state: 'confirmed',
      confirmed_at: at,
      document_id: documentId,
      lease_real_until: null,
      code: null,
    })
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
  await tellAll(deps, practice, group, 'failed');
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

async function tellAll(
  { store, temporal }: ActivityDeps,
  practice: Practice,
  group: readonly QueuedNote[],
  state: 'failed' | 'unread',
): Promise<void> {
  const tell = createTell(temporal);
  const at = practiceNow(store, practice);
  for (const n of group)
    await tell.charted(practice, n.resultId, {
      id: `note/${n.id}/${state}`,
      at,
      noteKey: n.key,
      noteKind: n.kind,
      state,
    });
}
