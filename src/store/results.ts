import { newId } from '../security/tokens.js';
import type { Tx } from './database.js';
import { joinDraw } from './draws.js';
import { laneOf } from './lanes.js';
import type { Practice } from './practices.js';
import type { Store } from './store.js';
import type { Delivery } from './delivery.js';

/**
 * A result of its own (L39). L4: what only the second feed knows waits as `unmatched`; L42: a quarantined one belongs to
 * nobody, so that nothing of it can reach a patient.
 */
export async function newResult(
  tx: Tx,
  store: Store,
  practice: Practice,
  delivery: Delivery,
  quarantined: boolean,
): Promise<string> {
  const { patientId, report, waitingResultId } = delivery;
  const own = laneOf(practice, report, delivery.detectedAt, delivery.lane);
  const isWaiting = quarantined || (delivery.sourceLane === 'second' && own !== 'historic');
  const place = {
    patient_id: quarantined ? null : patientId,
    draw_id: quarantined ? null : await joinDraw(tx, store, practice.id, patientId, report),
    lane: isWaiting ? 'unmatched' : own,
    posted_at: report.postedAt,
  };
  if (waitingResultId) {
    await tx
      .updateTable('result')
      .set(place)
      .where('id', '=', waitingResultId)
      .where('patient_id', 'is', null)
      .execute();
    return waitingResultId;
  }
  const id = newId();
  await tx
    .insertInto('result')
    .values({
      id,
      practice_id: practice.id,
      ...place,
      detected_at: delivery.detectedAt,
      detected_real_at: delivery.detectedRealAt,
      tier: null,
      urgency: null,
      ordered_by: null,
      owner_id: null,
      waits_for: null,
      due_at: null,
      due_step: null,
      released_version: null,
      told_version: null,
      closure: null,
      closed_at: null,
      state: null,
    })
    .execute();
  return id;
}

/** L4: the master speaks of it now; from here on it is told as its lane says (L1). */
export async function matchResult(tx: Tx, resultId: string, lane: string): Promise<void> {
  await tx
    .updateTable('result')
    .set({ lane })
    .where('id', '=', resultId)
    .where('lane', '=', 'unmatched')
    .execute();
}
