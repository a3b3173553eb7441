import type { Tx } from './database.js';
import { appendEvents } from './events.js';
import { practiceNow, type Practice } from './practices.js';
import type { ItemOutcome } from './schema.js';
import type { Store } from './store.js';

const patientAad = 'transmission_item.patient';

/** The patient as printed in a message, as far as whoever looks for the chart needs it. PHI. */
export interface PatientAsSentRecord {
  readonly id: string | null;
  readonly authority: string | null;
  readonly identifiers: readonly {
    readonly id: string;
    readonly authority: string | null;
    readonly type: string | null;
  }[];
  readonly family: string | null;
  readonly given: string | null;
  readonly birthDate: string | null;
  readonly sex: 'F' | 'M' | null;
}

export interface TransmissionItem {
  readonly transmissionId: string;
  readonly position: number;
  readonly practiceId: string;
  readonly outcome: ItemOutcome;
  readonly resultId: string | null;
  readonly why?: string;
  readonly senderIndex?: string;
  /** Only while nobody knows whose it is. */
  readonly patient?: PatientAsSentRecord;
  /** When the chart is asked again, real time. */
  readonly nextRealAt?: number;
}

/** Writes what one result of a transmission became; again for a retry. */
export async function putItem(
  store: Store,
  item: TransmissionItem,
  tx: Tx | Store['db'] = store.db,
): Promise<void> {
  const row = {
    outcome: item.outcome,
    result_id: item.resultId,
    why: item.why ?? null,
    sender_index: item.senderIndex ?? null,
    patient_sealed: item.patient ? store.cipher.sealJson(item.patient, patientAad) : null,
    next_real_at: item.nextRealAt ?? 0,
  };
  await tx
    .insertInto('transmission_item')
    .values({
      transmission_id: item.transmissionId,
      position: item.position,
      practice_id: item.practiceId,
      ...row,
    })
    .onConflict((c) => c.columns(['transmission_id', 'position']).doUpdateSet(row))
    .execute();
}

/** A result whose patient nobody has found. */
export interface UnmatchedItem {
  /** Why: a code. */
  readonly why: string;
  readonly transmissionId: string;
  readonly position: number;
  readonly practiceId: string;
  readonly resultId: string;
  readonly senderIndex: string;
  readonly patient: PatientAsSentRecord;
}

/**
 * Unmatched results whose chart may be asked again now (`all`: every one), or those of one result; the newest of a
 * result first.
 */
export async function unmatchedItems(
  store: Store,
  which: {
    readonly practiceId: string;
    readonly resultId?: string;
    readonly limit?: number;
    readonly all?: boolean;
  },
): Promise<UnmatchedItem[]> {
  let query = store.db
    .selectFrom('transmission_item as item')
    .innerJoin('transmission', 'transmission.id', 'item.transmission_id')
    .innerJoin('result', 'result.id', 'item.result_id')
    .select([
      'item.transmission_id',
      'item.position',
      'item.practice_id',
      'item.result_id',
      'item.sender_index',
      'item.patient_sealed',
      'item.why',
    ])
    .where('item.practice_id', '=', which.practiceId)
    .where('item.outcome', '=', 'unmatched')
    .where('result.closure', 'is', null)
    .orderBy('transmission.received_real_at', 'desc')
    .limit(which.limit ?? 50);
  query =
    which.resultId === undefined
      ? query.where('item.next_real_at', '<=', which.all ? Number.MAX_SAFE_INTEGER : store.realNow())
      : query.where('item.result_id', '=', which.resultId);
  const rows = await query.execute();
  return rows.flatMap((r) =>
    r.result_id && r.sender_index && r.patient_sealed
      ? [
          {
            why: r.why ?? 'unknown',
            transmissionId: r.transmission_id,
            position: r.position,
            practiceId: r.practice_id,
            resultId: r.result_id,
            senderIndex: r.sender_index,
            patient: store.cipher.openJson(r.patient_sealed, patientAad) as PatientAsSentRecord,
          },
        ]
      : [],
  );
}

/** The chart was asked in vain: not again before this long, real ms. */
export async function askLater(store: Store, item: UnmatchedItem, waitMs: number): Promise<void> {
  await store.db
    .updateTable('transmission_item')
    .set({ next_real_at: store.realNow() + waitMs })
    .where('transmission_id', '=', item.transmissionId)
    .where('position', '=', item.position)
    .execute();
}

/** A result's patient was found: what is left of it among the unmatched has done its work. */
export async function endUnmatched(
  store: Store,
  item: UnmatchedItem,
  became: { readonly resultId: string; readonly patientId: string },
): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    // Where the master had it already, the waiting one is joined; its closing note goes into the same chart.
    await tx
      .updateTable('result')
      .set({ patient_id: became.patientId })
      .where('id', '=', item.resultId)
      .where('patient_id', 'is', null)
      .execute();
    await tx
      .updateTable('transmission_item')
      .set({ outcome: 'superseded', patient_sealed: null, result_id: became.resultId })
      .where('practice_id', '=', item.practiceId)
      .where('result_id', '=', item.resultId)
      .where('outcome', '=', 'unmatched')
      .execute();
    await tx
      .updateTable('transmission_item')
      .set({ outcome: 'result', why: null })
      .where('transmission_id', '=', item.transmissionId)
      .where('position', '=', item.position)
      .execute();
  });
}

/** A person said whose chart the sender's id is: remembered, and a line of the result's timeline. */
export async function recordMatch(
  store: Store,
  practice: Practice,
  match: {
    readonly item: UnmatchedItem;
    readonly sourceId: string;
    readonly patientId: string;
    readonly by: string;
  },
): Promise<void> {
  const { item, sourceId, patientId, by } = match;
  const at = practiceNow(store, practice);
  const said = { patient_id: patientId, by_person: by, at };
  await store.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('sender_patient')
      .values({ practice_id: practice.id, source_id: sourceId, sender_index: item.senderIndex, ...said })
      .onConflict((c) => c.columns(['practice_id', 'source_id', 'sender_index']).doUpdateSet(said))
      .execute();
    await appendEvents(tx, store, practice.id, item.resultId, [
      { at, actor: by, kind: 'patient-found', data: { source: sourceId } },
    ]);
    // The other results of that patient are looked at in the next round.
    await tx
      .updateTable('transmission_item')
      .set({ next_real_at: 0 })
      .where('practice_id', '=', practice.id)
      .where('sender_index', '=', item.senderIndex)
      .where('outcome', '=', 'unmatched')
      .execute();
  });
}
