import { sameCollectionMs } from '../domain/result/identity.js';
import type { Report } from '../domain/result/report.js';
import { newId } from '../security/tokens.js';
import type { Tx } from './database.js';
import type { Store } from './store.js';

/** L18: one draw = one patient, within 2 h of its first member's collection; time unknown: same accession. */
export async function joinDraw(
  tx: Tx,
  store: Store,
  practiceId: string,
  patientId: string,
  report: Report,
): Promise<string> {
  const accession = report.identifiers.find((i) => i.namespace === 'accession');
  const accessionIndex = accession ? store.index.aliasIndex('accession', accession.value) : null;
  const draws = await tx.selectFrom('draw').selectAll().where('patient_id', '=', patientId).execute();
  const collected = report.collectedAt;
  const match = draws.find((d) =>
    collected !== null && d.first_collected_at !== null
      ? Math.abs(collected - d.first_collected_at) <= sameCollectionMs
      : accessionIndex !== null && d.accession_index === accessionIndex,
  );
  if (match) return match.id;
  const id = newId();
  await tx
    .insertInto('draw')
    .values({
      id,
      practice_id: practiceId,
      patient_id: patientId,
      first_collected_at: collected,
      accession_index: accessionIndex,
    })
    .execute();
  return id;
}
