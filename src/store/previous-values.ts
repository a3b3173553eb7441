import type { EpochMs, Report } from '../domain/result/report.js';
import type { PreviousValue } from '../domain/rules/classification.js';
import { daysAskedFor, previousValues } from '../domain/rules/previous-values.js';
import type { SignedRuleSet } from '../domain/rules/rule-set.js';
import { contentAad } from './contents.js';
import type { Tx } from './database.js';
import type { Store } from './store.js';

const dayMs = 86_400_000;

/** Ways in which a result ends that is no value of this patient. */
export const endedWithoutValue = ['void', 'superseded', 'non-production', 'not-performed'] as const;
/** In doubt whose it is (L42). */
export const doubtfulMarks = ['patient-changed', 'filler-of-another-patient'] as const;
/** L4, L5a: perhaps this very result again, by its second feed; never a person's value. */
export const notTheirs = ['unmatched', 'non-production'] as const;

/**
 * The earlier values of a patient that the change rules of a version compare with: the newest final version of each
 * other result, no further back than they ask. Never of a result that was withdrawn, joined into another one, or may be
 * another patient's. Whoever keeps what comes out holds the patient lock.
 */
export async function loadPreviousValues(
  db: Tx | Store['db'],
  store: Store,
  ruleSet: SignedRuleSet,
  about: { resultId: string; patientId: string; report: Report; takenAt: EpochMs },
): Promise<readonly PreviousValue[]> {
  const { resultId, patientId, report, takenAt } = about;
  const days = daysAskedFor(report, ruleSet, report.laboratory ?? null);
  if (days.size === 0) return [];
  const since = takenAt - Math.max(...days.values()) * dayMs;
  const newest = db
    .selectFrom('result')
    .innerJoin('version', 'version.result_id', 'result.id')
    .innerJoin('version as current', (j) =>
      j.onRef('current.result_id', '=', 'result.id').onRef('current.number', '=', 'result.current_version'),
    )
    .distinctOn('result.id')
    .select(['version.content_sealed', 'version.marks'])
    .select((e) => e.fn.coalesce('version.collected_at', 'version.detected_at').as('at'))
    .where('result.patient_id', '=', patientId)
    .where('result.id', '<>', resultId)
    .where('result.successor_id', 'is', null)
    .where('result.lane', 'not in', [...notTheirs])
    .where((e) =>
      e.or([e('result.closure', 'is', null), e('result.closure', 'not in', [...endedWithoutValue])]),
    )
    .where('current.status', 'not in', ['withdrawn', 'cancelled'])
    .where('version.status', 'in', ['final', 'corrected'])
    .where((e) => e.or([e('version.change', 'is', null), e('version.change', '<>', 'late')]))
    .orderBy('result.id')
    .orderBy('version.number', 'desc')
    .as('newest');
  const rows = await db
    .selectFrom(newest)
    .selectAll()
    .where('newest.at', '<', takenAt)
    .where('newest.at', '>=', since)
    .execute();
  const earlier = rows
    .filter(({ marks }) => !doubtfulMarks.some((mark) => marks.includes(mark)))
    .map(({ content_sealed, at }) => {
      const version = store.cipher.openJson(content_sealed, contentAad) as Report;
      return { version, laboratory: version.laboratory ?? null, at };
    });
  return previousValues(days, takenAt, ruleSet, earlier);
}
