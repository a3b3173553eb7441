import type { Practice } from './practices.js';
import type { Store } from './store.js';

/** Patients with an open result, oldest first. Merged and unknown ones are left out: their chart is not theirs any more. */
export async function patientsWithOpenWork(
  store: Store,
  practice: Pick<Practice, 'id'>,
): Promise<readonly string[]> {
  const rows = await store.db
    .selectFrom('result')
    .innerJoin('patient', 'patient.id', 'result.patient_id')
    .select((e) => ['patient.id', e.fn.min('result.detected_real_at').as('since')])
    .where('result.practice_id', '=', practice.id)
    .where('result.closure', 'is', null)
    .where('patient.status', 'not in', ['merged', 'unknown'])
    .groupBy('patient.id')
    .orderBy('since')
    .orderBy('patient.id')
    .execute();
  return rows.map(({ id }) => id);
}
