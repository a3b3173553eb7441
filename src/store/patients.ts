import type { PatientCard } from '../domain/result/patient.js';
import { newId } from '../security/tokens.js';
import { lockPatient, type Tx } from './database.js';
import type { Store } from './store.js';

const cardAad = 'patient.card';

/**
 * Stores what the chart says of a patient and returns our opaque id. The chart's own id is only kept sealed and as
 * a keyed hash.
 */
export async function upsertPatient(store: Store, practiceId: string, card: PatientCard): Promise<string> {
  const chartIndex = store.index.aliasIndex('patient', card.chartId);
  return store.db.transaction().execute(async (tx) => {
    await lockPatient(tx, `${practiceId}/${chartIndex}`);
    const values = {
      card_sealed: store.cipher.sealJson(card, cardAad),
      birth_index: card.birthDate ? store.index.birthDateIndex(card.birthDate) : null,
      mobile_index: card.mobilePhone ? store.index.phoneIndex(card.mobilePhone) : null,
      name_indexes: store.index.nameTokens(`${card.givenName} ${card.familyName}`),
      status: card.status,
      read_real_at: store.realNow(),
    };
    const known = await tx
      .selectFrom('patient')
      .select('id')
      .where('practice_id', '=', practiceId)
      .where('chart_index', '=', chartIndex)
      .executeTakeFirst();
    if (known) {
      await tx.updateTable('patient').set(values).where('id', '=', known.id).execute();
      return known.id;
    }
    const id = newId();
    await tx
      .insertInto('patient')
      .values({
        id,
        practice_id: practiceId,
        chart_index: chartIndex,
        spruce_contact_id: null,
        spruce_has_account: null,
        ...values,
      })
      .execute();
    return id;
  });
}

export interface KnownPatient {
  readonly id: string;
  readonly card: PatientCard;
  readonly mobileIndex: string | null;
  readonly birthIndex: string | null;
  readonly spruceContactId: string | null;
  readonly spruceHasAccount: boolean | null;
  readonly readRealAt: number;
}

/** The patient as last read from the chart. PHI: the caller writes the access line (`access.ts`). */
export async function loadPatient(
  store: Store,
  patientId: string,
  tx: Tx | Store['db'] = store.db,
): Promise<KnownPatient> {
  const row = await tx
    .selectFrom('patient')
    .selectAll()
    .where('id', '=', patientId)
    .executeTakeFirstOrThrow();
  return {
    id: row.id,
    card: store.cipher.openJson(row.card_sealed, cardAad) as PatientCard,
    mobileIndex: row.mobile_index,
    birthIndex: row.birth_index,
    spruceContactId: row.spruce_contact_id,
    spruceHasAccount: row.spruce_has_account,
    readRealAt: row.read_real_at,
  };
}

/** Our opaque id of a chart's patient, if it was ever read. */
export async function patientIdOf(store: Store, practiceId: string, chartId: string): Promise<string | null> {
  const row = await store.db
    .selectFrom('patient')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('chart_index', '=', store.index.aliasIndex('patient', chartId))
    .executeTakeFirst();
  return row?.id ?? null;
}

/** What Spruce says of the patient (L28: reachable only with an account). */
export async function rememberSpruceContact(
  store: Store,
  patientId: string,
  contact: { id: string; hasAccount: boolean } | null,
): Promise<void> {
  await store.db
    .updateTable('patient')
    .set({ spruce_contact_id: contact?.id ?? null, spruce_has_account: contact?.hasAccount ?? false })
    .where('id', '=', patientId)
    .execute();
}

/** The lock key of a patient: every writer of versions, commands and sends takes it (architecture §5). */
export function patientLock(patientId: string): string {
  return `id/${patientId}`;
}
