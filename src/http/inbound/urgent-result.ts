import { sql } from 'kysely';
import type { Store } from '../../store/store.js';

/**
 * The open critical, else same-day, result of a patient that hears whatever the patient says, whichever message it
 * answers (L36): criticals are told by phone, so no message of ours speaks of them.
 * @param heardBy Results that are told anyway; when one of them is urgent, nobody else has to be.
 * @returns `null` when none is open, or one hears it already.
 */
export async function urgentResult(
  { db }: Store,
  patientId: string,
  heardBy: readonly string[],
): Promise<string | null> {
  const urgent = await db
    .selectFrom('result')
    .select('id')
    .where('patient_id', '=', patientId)
    .where('closure', 'is', null)
    .where('lane', '<>', 'historic')
    .where((e) => e.or([e('tier', '=', 'critical'), e('urgency', '=', 'same-day')]))
    .where(sql<boolean>`state -> 'ending' ->> 'kind' = 'open'`)
    .where(sql<boolean>`state ->> 'acknowledgement' is null`)
    .orderBy(sql`tier = 'critical'`, 'desc')
    .orderBy('detected_at', 'desc')
    .execute();
  return urgent.some(({ id }) => heardBy.includes(id)) ? null : (urgent[0]?.id ?? null);
}
