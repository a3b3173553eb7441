import { DateTime } from 'luxon';
import type { EpochMs } from '../domain/result/report.js';
import { personById, type RosterPerson } from '../domain/routing/roster.js';
import { faultsOfProposal, type LimitProposal } from '../domain/rules/limit-proposal.js';
import { patientLimitSchema, type PatientLimit } from '../domain/rules/patient-limit.js';
import { newId } from '../security/tokens.js';
import { lockPatient, type Tx } from './database.js';
import { appendEvents } from './events.js';
import { patientLock } from './patients.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

const bodyAad = 'patient_limit.body';
const endReasonAad = 'patient_limit.end-reason';

/** Why a patient's limit was not signed or ended. The message is for the person at the desk and holds no PHI. */
export class LimitRefused extends Error {
  override readonly name = 'LimitRefused';
  constructor(
    readonly code:
      | 'not-on-roster'
      | 'not-credentialed'
      | 'no-patient'
      | 'limit-not-valid'
      | 'limit-exists'
      | 'no-such-limit'
      | 'limit-ended',
    message: string,
  ) {
    super(message);
  }
}

export interface SignedLimit {
  readonly id: string;
  readonly patientId: string;
  readonly resultId: string;
  /** Clinical: analyte, numbers, reason. */
  readonly limit: PatientLimit;
  /** Person ids; times are practice time. */
  readonly signedBy: string;
  readonly signedAt: EpochMs;
  readonly endedBy: string | null;
  readonly endedAt: EpochMs | null;
  readonly endReason: string | null;
}

/**
 * L46: a credentialed provider signs a limit for the patient of a result. It counts for versions that come from now on,
 * until it expires or is ended; the laboratory's own critical flag stands above it. The result's timeline says so.
 * @throws LimitRefused
 */
export async function signPatientLimit(
  store: Store,
  practice: Practice,
  input: { readonly resultId: string; readonly personId: string; readonly proposal: LimitProposal },
): Promise<SignedLimit> {
  const { resultId, personId, proposal } = input;
  const person = signerOf(practice, personId);
  const at = practiceNow(store, practice);
  const faults = faultsOfProposal(proposal, practice.ruleSet, at);
  if (faults.length > 0) throw new LimitRefused('limit-not-valid', faults.join(' '));
  const id = newId();
  const date = DateTime.fromMillis(at, { zone: practice.settings.zone }).toISODate() ?? '';
  const limit = patientLimitSchema.parse({ ...proposal, id, signedBy: { name: person.name, date } });
  return store.db.transaction().execute(async (tx) => {
    const patientId = await patientOf(tx, practice.id, resultId);
    await lockPatient(tx, patientLock(patientId));
    const others = await limitsInForce(tx, store, patientId);
    if (others.some((one) => one.analyteId === limit.analyteId && one.expiresAt > at))
      throw new LimitRefused(
        'limit-exists',
        'This patient has a limit for that analyte already. End it first: resultloop limits end LIMIT',
      );
    await appendEvents(tx, store, practice.id, resultId, [
      {
        at,
        actor: personId,
        kind: 'limit-signed',
        data: { limit: id, until: limit.expiresAt },
        text: limit.reason,
      },
    ]);
    await tx
      .insertInto('patient_limit')
      .values({
        id,
        practice_id: practice.id,
        patient_id: patientId,
        result_id: resultId,
        body_sealed: store.cipher.sealJson(limit, bodyAad),
        signed_by: personId,
        signed_at: at,
        signed_real_at: store.realNow(),
        expires_at: limit.expiresAt,
        ended_at: null,
        ended_by: null,
        end_reason_sealed: null,
      })
      .execute();
    return {
      id,
      patientId,
      resultId,
      limit,
      signedBy: personId,
      signedAt: at,
      endedBy: null,
      endedAt: null,
      endReason: null,
    };
  });
}

/**
 * Ends a limit at once: for versions that come from now on the practice's own apply again.
 * @throws LimitRefused
 */
export async function endPatientLimit(
  store: Store,
  practice: Practice,
  input: { readonly limitId: string; readonly personId: string; readonly reason: string },
): Promise<void> {
  const { limitId, personId, reason } = input;
  signerOf(practice, personId);
  if (reason.trim() === '') throw new LimitRefused('limit-not-valid', 'A reason is needed to end a limit.');
  const at = practiceNow(store, practice);
  await store.db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('patient_limit')
      .select(['patient_id', 'result_id', 'ended_at'])
      .where('id', '=', limitId)
      .where('practice_id', '=', practice.id)
      .forUpdate()
      .executeTakeFirst();
    if (!row)
      throw new LimitRefused(
        'no-such-limit',
        'There is no such limit. Look it up: resultloop limits list RESULT',
      );
    if (row.ended_at !== null) throw new LimitRefused('limit-ended', 'This limit was ended already.');
    await appendEvents(tx, store, practice.id, row.result_id, [
      { at, actor: personId, kind: 'limit-ended', data: { limit: limitId }, text: reason },
    ]);
    await tx
      .updateTable('patient_limit')
      .set({ ended_at: at, ended_by: personId, end_reason_sealed: store.cipher.seal(reason, endReasonAad) })
      .where('id', '=', limitId)
      .execute();
  });
}

/**
 * Limits of a patient, or of everybody in the practice, newest first. PHI: the caller writes the access line.
 * @param which `open` leaves out what was ended; what expired stays in it.
 */
export async function listPatientLimits(
  store: Store,
  practice: Practice,
  which: { readonly resultId?: string; readonly all?: boolean },
): Promise<SignedLimit[]> {
  let query = store.db
    .selectFrom('patient_limit')
    .selectAll()
    .where('practice_id', '=', practice.id)
    .orderBy('signed_at', 'desc')
    .orderBy('id');
  if (which.resultId !== undefined)
    query = query.where('patient_id', '=', await patientOf(store.db, practice.id, which.resultId));
  if (!which.all) query = query.where('ended_at', 'is', null);
  return (await query.execute()).map((row) => ({
    id: row.id,
    patientId: row.patient_id,
    resultId: row.result_id,
    limit: openLimit(store, row.body_sealed),
    signedBy: row.signed_by,
    signedAt: row.signed_at,
    endedBy: row.ended_by,
    endedAt: row.ended_at,
    endReason: row.end_reason_sealed && store.cipher.open(row.end_reason_sealed, endReasonAad),
  }));
}

/**
 * What was signed for a patient and not ended, expired or not: an expired one says of itself why it does not count.
 * Runs under the patient lock.
 */
export async function limitsInForce(tx: Tx, store: Store, patientId: string): Promise<PatientLimit[]> {
  const rows = await tx
    .selectFrom('patient_limit')
    .select('body_sealed')
    .where('patient_id', '=', patientId)
    .where('ended_at', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map((row) => openLimit(store, row.body_sealed));
}

function openLimit(store: Store, sealed: string): PatientLimit {
  return patientLimitSchema.parse(store.cipher.openJson(sealed, bodyAad));
}

async function patientOf(db: Tx | Store['db'], practiceId: string, resultId: string): Promise<string> {
  const row = await db
    .selectFrom('result')
    .select('patient_id')
    .where('id', '=', resultId)
    .where('practice_id', '=', practiceId)
    .executeTakeFirst();
  if (row?.patient_id) return row.patient_id;
  throw new LimitRefused('no-patient', 'This result has no patient yet, so nothing can be signed for one.');
}

function signerOf({ roster }: Practice, personId: string): RosterPerson {
  const person = personById(roster, personId);
  if (!person?.active)
    throw new LimitRefused('not-on-roster', `"${personId}" is not an active person on this roster.`);
  if (!person.credentialed)
    throw new LimitRefused(
      'not-credentialed',
      'Only a credentialed provider signs or ends a limit for a patient. Ask the owner of the result.',
    );
  return person;
}
