import { newId } from '../security/tokens.js';
import type { Tx } from './database.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

/** L43: the clock of the compliance lead (45 CFR 164.404). */
const complianceMs = 60 * 24 * 3_600_000;

export type IncidentKind = 'result-of-another-patient' | 'message-to-wrong-person' | 'wrong-number';

/** Opens a privacy-incident record, once per key. Codes and ids only. */
export async function openIncident(
  tx: Tx,
  store: Store,
  practice: Practice,
  incident: {
    readonly key: string;
    readonly kind: IncidentKind;
    readonly resultId: string | null;
    readonly otherId: string | null;
  },
): Promise<void> {
  const at = practiceNow(store, practice);
  await tx
    .insertInto('incident')
    .values({
      id: newId(),
      practice_id: practice.id,
      key: incident.key,
      kind: incident.kind,
      result_id: incident.resultId,
      other_result_id: incident.otherId,
      opened_at: at,
      opened_real_at: store.realNow(),
      due_at: at + complianceMs,
      closed_at: null,
      closed_by: null,
      outcome: null,
    })
    .onConflict((c) => c.column('key').doNothing())
    .execute();
}
