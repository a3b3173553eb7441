import type { EpochMs, Report } from '../domain/result/report.js';
import type { PreviousValue } from '../domain/rules/classification.js';
import type { StoredVersion } from '../domain/rules/life/stored-version.js';
import { daysAskedFor } from '../domain/rules/previous-values.js';
import type { SignedRuleSet, Tier } from '../domain/rules/rule-set.js';
import { classifiablePatient } from './classifying.js';
import { contentAad } from './contents.js';
import { openDecision, type Decision } from './decisions.js';
import { loadPatient } from './patients.js';
import type { Practice } from './practices.js';
import { loadPreviousValues } from './previous-values.js';
import type { Store } from './store.js';

/** So many contents are open at a time. */
const page = 200;

/**
 * The current version of every result of a practice, with what it was classified with when it came. PHI: the caller
 * writes the access line.
 * @param tried The rules it will be tried with; earlier values that only they ask for are looked up now.
 * @param since Practice time of detection; without it all.
 */
export async function* storedVersions(
  store: Store,
  practice: Practice,
  tried: SignedRuleSet,
  since?: EpochMs,
): AsyncGenerator<StoredVersion> {
  for (let after = ''; ;) {
    let query = store.db
      .selectFrom('result')
      .innerJoin('version', (j) =>
        j.onRef('version.result_id', '=', 'result.id').onRef('version.number', '=', 'result.current_version'),
      )
      .select(['result.id', 'result.patient_id', 'version.content_sealed', 'version.decision_sealed'])
      .select(['version.tier', 'version.marks', 'version.detected_at'])
      .where('result.practice_id', '=', practice.id)
      .where('result.id', '>', after)
      .where('result.successor_id', 'is', null)
      .where('result.lane', '<>', 'non-production')
      .where('version.rule_set_version', 'is not', null)
      .orderBy('result.id')
      .limit(page);
    if (since !== undefined) query = query.where('version.detected_at', '>=', since);
    const rows = await query.execute();
    for (const row of rows) {
      const report = store.cipher.openJson(row.content_sealed, contentAad) as Report;
      const decision = openDecision(store, row.decision_sealed);
      const kept = decision?.patientId === row.patient_id ? decision : null;
      const takenAt = report.collectedAt ?? row.detected_at;
      const about = { resultId: row.id, patientId: row.patient_id, report, takenAt };
      yield {
        ref: row.id,
        version: report,
        patient:
          kept || row.patient_id === null
            ? (kept?.patient ?? null)
            : classifiablePatient((await loadPatient(store, row.patient_id)).card, takenAt),
        context: {
          laboratory: report.laboratory ?? null,
          now: row.detected_at,
          patientLimits: kept?.context.patientLimits ?? [],
          previous: await previousFor(store, practice, tried, about, kept),
        },
        marks: row.marks,
        tier: row.tier as Tier | null,
      };
    }
    const last = rows.at(-1);
    if (!last || rows.length < page) return;
    after = last.id;
  }
}

/** What it was compared with when it came; looked up now where the tried rules ask for more than was asked for then. */
async function previousFor(
  store: Store,
  practice: Practice,
  tried: SignedRuleSet,
  about: { resultId: string; patientId: string | null; report: Report; takenAt: EpochMs },
  kept: Decision | null,
): Promise<readonly PreviousValue[]> {
  const { patientId, report } = about;
  if (patientId === null) return [];
  const laboratory = report.laboratory ?? null;
  const then = kept ? daysAskedFor(report, practice.ruleSet, laboratory) : new Map<string, number>();
  const more = new Set(
    [...daysAskedFor(report, tried, laboratory)].flatMap(([id, days]) =>
      days > (then.get(id) ?? 0) ? id : [],
    ),
  );
  const before = (kept?.context.previous ?? []).filter((one) => !more.has(one.analyteId));
  if (more.size === 0) return before;
  const fresh = await loadPreviousValues(store.db, store, tried, { ...about, patientId });
  return [...before, ...fresh.filter((one) => more.has(one.analyteId))];
}
