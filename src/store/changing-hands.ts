import { openIncident } from './incidents.js';
import type { Tx } from './database.js';
import { appendEvents } from './events.js';
import { addNews, type IdentityNews } from './news.js';
import { leaveNotices } from './notices.js';
import { loadPatient } from './patients.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

/**
 * L42: of the patients in question, those whose chart became this patient's: the old id is among the previous ids that
 * the chart names, and name and birth date are equal. Anything less is another person.
 */
export async function onceKnownAs(
  tx: Tx,
  store: Store,
  patientId: string,
  others: readonly string[],
  previousChartIds: readonly string[],
): Promise<string[]> {
  if (others.length === 0 || previousChartIds.length === 0) return [];
  const { card } = await loadPatient(store, patientId, tx);
  const same: string[] = [];
  for (const id of new Set(others)) {
    const { card: old } = await loadPatient(store, id, tx);
    const isSame =
      previousChartIds.includes(old.chartId) &&
      card.birthDate !== null &&
      card.birthDate === old.birthDate &&
      plain(card.familyName) === plain(old.familyName) &&
      plain(card.givenName) === plain(old.givenName);
    if (isSame) same.push(id);
  }
  return same;
}

/** L42: a merged chart. Everything of the old record is the survivor's; nothing is told anew. */
export async function rekeyPatient(
  tx: Tx,
  store: Store,
  practice: Practice,
  from: string,
  to: string,
): Promise<IdentityNews[]> {
  const results = await tx.selectFrom('result').select('id').where('patient_id', '=', from).execute();
  for (const table of ['result', 'alias', 'draw', 'notice', 'chart_note', 'patient_limit'] as const)
    await tx.updateTable(table).set({ patient_id: to }).where('patient_id', '=', from).execute();
  // A delivery that came under both ids is known under the survivor's already.
  await tx
    .updateTable('report')
    .set({ patient_id: to })
    .where('patient_id', '=', from)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('report as twin')
            .select('twin.id')
            .where('twin.patient_id', '=', to)
            .whereRef('twin.practice_id', '=', 'report.practice_id')
            .whereRef('twin.source', '=', 'report.source')
            .whereRef('twin.document_id', '=', 'report.document_id')
            .whereRef('twin.content_hash', '=', 'report.content_hash'),
        ),
      ),
    )
    .execute();
  const at = practiceNow(store, practice);
  for (const { id } of results)
    await appendEvents(tx, store, practice.id, id, [
      { at, actor: 'resultloop', kind: 'rekeyed', data: { why: 'chart-merged' } },
    ]);
  const [first] = results;
  return first
    ? [await addNews(tx, store, practice, { resultId: first.id, kind: 'rekeyed', otherId: null })]
    : [];
}

/** L42: a result was never this patient's. What it had not sent is withdrawn here and now; the rest is told. */
export async function disownResult(tx: Tx, resultId: string): Promise<void> {
  await tx.deleteFrom('alias').where('result_id', '=', resultId).execute();
  // The same content of the same document is news, should the document come back.
  await tx.updateTable('report').set({ content_hash: null }).where('result_id', '=', resultId).execute();
  await leaveNotices(tx, resultId);
}

/** L42, L43: the wrong patient's result is retracted, the compliance lead has a record, the right one's is fresh. */
export async function succeed(
  tx: Tx,
  store: Store,
  practice: Practice,
  oldId: string,
  freshId: string,
): Promise<IdentityNews> {
  await tx
    .updateTable('result')
    .set({ successor_id: freshId, successor_why: 'moved' })
    .where('id', '=', oldId)
    .execute();
  await openIncident(tx, store, practice, {
    key: `result-of-another-patient/${oldId}`,
    kind: 'result-of-another-patient',
    resultId: oldId,
    otherId: freshId,
  });
  await appendEvents(tx, store, practice.id, oldId, [
    {
      at: practiceNow(store, practice),
      actor: 'resultloop',
      kind: 'privacy-incident',
      data: { incident: 'result-of-another-patient' },
    },
  ]);
  return addNews(tx, store, practice, { resultId: oldId, kind: 'moved', otherId: freshId });
}

function plain(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}
