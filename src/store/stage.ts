import { contactBy } from '../domain/lifecycle/urgency.js';
import { defaultPolicy } from '../domain/lifecycle/policy.js';
import type { Fact } from '../domain/lifecycle/facts.js';
import type { Lane, StagedVersion } from '../domain/lifecycle/state.js';
import { changes } from '../domain/result/content.js';
import { withDoubts } from '../domain/result/doubts.js';
import type { Report } from '../domain/result/report.js';
import { classify } from '../domain/rules/classify.js';
import { ownerFor } from '../domain/routing/roster.js';
import { staffedHours } from './calendar.js';
import { classifiedColumns, inputsOf } from './classifying.js';
import { lockPatient, type Tx } from './database.js';
import { openDecision } from './decisions.js';
import { patientLock } from './patients.js';
import { loadPractice, practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';
import { contentAad } from './contents.js';

const hour = 3_600_000;
/** A result changes hands at most once or twice in its life (L42). */
const attemptsAtMost = 3;

type Staged = Omit<Extract<Fact, { kind: 'staged' }>, 'id' | 'at' | 'kind'>;

/**
 * Classifies a stored version by the practice's signed rules, with what is known of the patient and of earlier results
 * (L46, clinical rules §5), finds its owner and its staffed hours, and compares it with the version before (L41).
 * Deterministic for the same rule set: what it was classified with is kept with the version, and a repeat takes that.
 */
export async function stageVersion(
  store: Store,
  practiceId: string,
  resultId: string,
  number: number,
): Promise<Staged> {
  const practice = await loadPractice(store, practiceId);
  for (let attempt = 0; attempt < attemptsAtMost; attempt += 1) {
    const { patient_id: patientId } = await store.db
      .selectFrom('result')
      .select('patient_id')
      .where('id', '=', resultId)
      .executeTakeFirstOrThrow();
    const staged = await store.db.transaction().execute(async (tx) => {
      // Under the lock no result of the patient arrives or changes hands, and no limit is signed.
      if (patientId !== null) await lockPatient(tx, patientLock(patientId));
      return stageLocked(tx, store, practice, { resultId, number, patientId });
    });
    if (staged) return staged;
  }
  throw new Error('A result changed hands again and again while it was classified. It is tried again.');
}

/** @returns `null` when the result is another patient's by now. */
async function stageLocked(
  tx: Tx,
  store: Store,
  practice: Practice,
  { resultId, number, patientId }: { resultId: string; number: number; patientId: string | null },
): Promise<Staged | null> {
  const result = await tx
    .selectFrom('result')
    .selectAll()
    .where('id', '=', resultId)
    .executeTakeFirstOrThrow();
  if (result.patient_id !== patientId) return null;
  const row = await tx
    .selectFrom('version')
    .selectAll()
    .where('result_id', '=', resultId)
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  const report = store.cipher.openJson(row.content_sealed, contentAad) as Report;
  const kept = openDecision(store, row.decision_sealed);
  const about = { resultId, patientId, report, detectedAt: row.detected_at };
  const inputs = kept?.patientId === patientId ? kept : await inputsOf(tx, store, practice, about);
  const classified = classify(report, practice.ruleSet, inputs.patient, inputs.context);
  const isLate = row.change === 'late';
  const classification = withDoubts(classified, isLate ? [] : row.marks);
  const before = await tx
    .selectFrom('version')
    .selectAll()
    .where('result_id', '=', resultId)
    .where('number', '<', number)
    .where((e) => e.or([e('change', 'is', null), e('change', '<>', 'late')]))
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const toldElsewhere = isLate ? [] : await toldByOthers(tx, resultId, number);
  const change = before
    ? before.tier !== null && before.tier !== classification.tier
      ? 'clinical'
      : changes(store.cipher.openJson(before.content_sealed, contentAad) as Report, report)
    : 'first';
  const now = practiceNow(store, practice);
  const critical = classification.tier === 'critical';
  const ownership = ownerFor(practice.roster, report.orderingProvider, critical, now);
  const hours = staffedHours(practice.settings, now);
  const contactByAt = contactBy(
    defaultPolicy,
    hours,
    { ...classification, detectedAt: row.detected_at },
    classification.contactByHours * hour,
  );
  const version: StagedVersion = {
    number,
    hash: row.content_hash,
    status: report.status,
    tier: classification.tier,
    urgency: classification.urgency,
    sensitive: classification.sensitive.length > 0,
    detectedAt: row.detected_at,
    verifiedAt: report.reportedAt,
    contactByAt,
  };
  await tx
    .updateTable('version')
    .set({
      ...(!isLate && { change }),
      contact_by_at: contactByAt,
      ...classifiedColumns(store, classification, inputs),
    })
    .where('result_id', '=', resultId)
    .where('number', '=', number)
    .execute();
  if (!isLate)
    await tx
      .updateTable('result')
      .set({ ordered_by: ownership.orderedBy })
      .where('id', '=', resultId)
      .execute();
  return {
    version,
    lane: result.lane as Lane,
    ...ownership,
    change,
    comparedWith: before?.number ?? null,
    ...(isLate && { late: true }),
    ...(result.patient_id === null && { unclaimed: true }),
    ...(row.marks.length > 0 && { marks: row.marks }),
    ...(toldElsewhere.length > 0 && { toldElsewhere }),
    hours,
    policy: defaultPolicy,
  };
}

/** L41: an earlier version stood in the portal, or went out by ResultsCall. */
async function toldByOthers(tx: Tx, resultId: string, number: number): Promise<('portal' | 'resultscall')[]> {
  const rows = await tx
    .selectFrom('version')
    .select(['published_at', 'resultscall'])
    .where('result_id', '=', resultId)
    .where('number', '<', number)
    .execute();
  const told: ('portal' | 'resultscall')[] = [];
  if (rows.some((row) => row.published_at !== null)) told.push('portal');
  if (rows.some((row) => row.resultscall)) told.push('resultscall');
  return told;
}
