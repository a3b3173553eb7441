import type { Report, ReportIdentifier } from '../domain/result/report.js';
import { lockNamed, type Tx } from './database.js';
import type { Store } from './store.js';

export interface AliasKey {
  readonly identifier: ReportIdentifier;
  readonly index: string;
}

/** The identifiers of a report with their keyed hashes. */
export function aliasKeys(store: Store, report: Report): AliasKey[] {
  return report.identifiers.map((identifier) => ({
    identifier,
    index: store.index.aliasIndex(identifier.namespace, identifier.value),
  }));
}

/** L39: names under which a result is known from now on; late ids come to those it has. */
export async function addAliases(
  tx: Tx,
  store: Store,
  practiceId: string,
  patientId: string,
  resultId: string,
  report: Report,
): Promise<void> {
  const test = store.index.index('test', (report.test.code ?? report.test.name).trim().toLowerCase());
  const rows = aliasKeys(store, report).map((k) => ({
    practice_id: practiceId,
    patient_id: patientId,
    namespace: k.identifier.namespace,
    value_index: k.index,
    test_index: test,
    result_id: resultId,
  }));
  if (rows.length > 0)
    await tx
      .insertInto('alias')
      .values(rows)
      .onConflict((c) => c.doNothing())
      .execute();
}

/** Everything that one result was known under leads to another (L39: joined). */
export async function repointAliases(tx: Tx, from: string, to: string): Promise<void> {
  const rows = await tx.deleteFrom('alias').where('result_id', '=', from).returningAll().execute();
  if (rows.length > 0)
    await tx
      .insertInto('alias')
      .values(rows.map((row) => ({ ...row, result_id: to })))
      .onConflict((c) => c.doNothing())
      .execute();
}

/**
 * Orders deliveries that name one document or one filler, whatever patients they name: only so can each see that the
 * other names another patient (L42). Taken before any patient lock.
 */
export async function lockIdentifiers(
  tx: Tx,
  store: Store,
  practiceId: string,
  report: Report,
): Promise<void> {
  const names = aliasKeys(store, report)
    .filter((k) => outranksPatient(k.identifier))
    .map((k) => `identity/${practiceId}/${k.identifier.namespace}/${k.index}`);
  names.push(`identity/${practiceId}/document/${store.index.aliasIndex(report.source, report.documentId)}`);
  for (const name of names.sort()) await lockNamed(tx, name);
}

/** L42: under these a hit for another patient means something. */
export function outranksPatient(identifier: Pick<ReportIdentifier, 'namespace'>): boolean {
  return identifier.namespace === 'lab-result' || identifier.namespace === 'filler';
}
