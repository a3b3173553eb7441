import { DateTime } from 'luxon';
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
import { loadPatient } from './patients.js';
import { loadPractice, practiceNow } from './practices.js';
import type { Store } from './store.js';
import { contentAad } from './contents.js';

export const reasonsAad = 'version.reasons';
const hour = 3_600_000;

type Staged = Omit<Extract<Fact, { kind: 'staged' }>, 'id' | 'at' | 'kind'>;

/**
 * Classifies a stored version by the practice's signed rules, finds its owner and its staffed hours, and compares it
 * with the version before (L41). Deterministic for the same rule set; a repeat writes the same.
 */
export async function stageVersion(
  store: Store,
  practiceId: string,
  resultId: string,
  number: number,
): Promise<Staged> {
  const practice = await loadPractice(store, practiceId);
  const result = await store.db
    .selectFrom('result')
    .selectAll()
    .where('id', '=', resultId)
    .executeTakeFirstOrThrow();
  const row = await store.db
    .selectFrom('version')
    .selectAll()
    .where('result_id', '=', resultId)
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  const report = store.cipher.openJson(row.content_sealed, contentAad) as Report;
  const patient = result.patient_id ? await loadPatient(store, result.patient_id) : null;
  const card = patient?.card;
  const classified = classify(
    report,
    practice.ruleSet,
    card
      ? {
          sex: card.sex,
          ageYears: ageYears(card.birthDate, report.collectedAt ?? row.detected_at),
          pregnant: card.pregnant,
        }
      : null,
  );
  const isLate = row.change === 'late';
  const classification = withDoubts(classified, isLate ? [] : row.marks);
  const before = await store.db
    .selectFrom('version')
    .selectAll()
    .where('result_id', '=', resultId)
    .where('number', '<', number)
    .where((e) => e.or([e('change', 'is', null), e('change', '<>', 'late')]))
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const toldElsewhere = isLate ? [] : await toldByOthers(store, resultId, number);
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
    contactByAt,
  };
  await store.db.transaction().execute(async (tx) => {
    await tx
      .updateTable('version')
      .set({
        ...(!isLate && { change }),
        tier: classification.tier,
        urgency: classification.urgency,
        panel_id: classification.panelId,
        sensitive: [...classification.sensitive],
        contact_by_at: contactByAt,
        rule_set_version: practice.ruleSet.version,
        reasons_sealed: store.cipher.sealJson(classification.reasons, reasonsAad),
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
  });
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
async function toldByOthers(
  store: Store,
  resultId: string,
  number: number,
): Promise<('portal' | 'resultscall')[]> {
  const rows = await store.db
    .selectFrom('version')
    .select(['published_at', 'content_sealed'])
    .where('result_id', '=', resultId)
    .where('number', '<', number)
    .execute();
  const told: ('portal' | 'resultscall')[] = [];
  if (rows.some((row) => row.published_at !== null)) told.push('portal');
  const route = (sealed: string) => (store.cipher.openJson(sealed, contentAad) as Report).documentRoute;
  if (rows.some((row) => route(row.content_sealed)?.toUpperCase() === 'RESULTSCALL'))
    told.push('resultscall');
  return told;
}

/** Whole years at an instant; `null` when the birth date is not known. */
export function ageYears(birthDate: string | null, at: number): number | null {
  if (birthDate === null) return null;
  const years = DateTime.fromMillis(at).diff(DateTime.fromISO(birthDate), 'years').years;
  return Number.isFinite(years) ? Math.floor(years) : null;
}
