import { sql } from 'kysely';
import { sourceSchema, type SourceConfig } from '../domain/practice/source.js';
import type { SourceLane } from '../domain/result/placement.js';
import type { Report } from '../domain/result/report.js';
import type { Store } from './store.js';

/**
 * L4: what a document of the chart is, when the laboratory's results also come by a feed of their own. The chart's is the
 * second feed then: its numbers get the authority that the master prints, so that both lead to one result.
 * @param facilityId athenahealth's id of the laboratory; `null` = not said, and the chart speaks for the result.
 */
export async function asChartDelivery(
  store: Store,
  practiceId: string,
  facilityId: string | null,
  report: Report,
): Promise<{ readonly report: Report; readonly sourceLane: SourceLane }> {
  const master = facilityId === null ? undefined : await masterOf(store, practiceId, facilityId);
  if (!master) return { report, sourceLane: 'master' };
  return { report: withAuthority(report, master.inChart?.numbersOf ?? null), sourceLane: 'second' };
}

async function masterOf(
  store: Store,
  practiceId: string,
  facilityId: string,
): Promise<SourceConfig | undefined> {
  const wanted = { active: true, feed: 'master', inChart: { facilities: [facilityId] } };
  const row = await store.db
    .selectFrom('source')
    .select('config')
    .where('practice_id', '=', practiceId)
    .where(sql<boolean>`config @> ${JSON.stringify(wanted)}::jsonb`)
    .orderBy('id')
    .executeTakeFirst();
  return row && sourceSchema.parse(row.config);
}

/** Laboratories file their filler number as the chart's accession, so it may be met as either. */
function withAuthority(report: Report, authority: string | null): Report {
  const identifiers = report.identifiers.flatMap((one) => {
    if (one.namespace !== 'accession') return [one];
    const value = authority === null ? one.value : `${one.value}^${authority}`;
    return [
      { ...one, value },
      { namespace: 'filler' as const, value },
    ];
  });
  return { ...report, identifiers };
}
