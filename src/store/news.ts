import { newId } from '../security/tokens.js';
import type { Tx } from './database.js';
import { practiceNow, type Practice } from './practices.js';
import type { IdentityNewsTable } from './schema.js';
import type { Store } from './store.js';

/** What a result's workflow has to hear about who it is (L39, L42). */
export interface IdentityNews {
  readonly id: string;
  readonly resultId: string;
  readonly kind: IdentityNewsTable['kind'];
  readonly otherId: string | null;
  readonly at: number;
}

/** Written in the transaction that makes it true, told afterwards: a crash between the two loses nothing. */
export async function addNews(
  tx: Tx,
  store: Store,
  practice: Practice,
  news: Pick<IdentityNews, 'resultId' | 'kind' | 'otherId'>,
): Promise<IdentityNews> {
  const row = { id: newId(), at: practiceNow(store, practice), ...news };
  await tx
    .insertInto('identity_news')
    .values({
      id: row.id,
      practice_id: practice.id,
      result_id: row.resultId,
      kind: row.kind,
      other_id: row.otherId,
      at: row.at,
      real_at: store.realNow(),
      heard_real_at: null,
    })
    .execute();
  return row;
}

export async function newsHeard(store: Store, id: string): Promise<void> {
  await store.db
    .updateTable('identity_news')
    .set({ heard_real_at: store.realNow() })
    .where('id', '=', id)
    .execute();
}

/** A version that was stored and that its workflow has not staged. */
export interface UnheardVersion {
  readonly resultId: string;
  readonly version: number;
  readonly isLate: boolean;
}

/** News that was written before `before` (real time) and not told, because a process died in between. */
export async function unheardNews(store: Store, practiceId: string, before: number): Promise<IdentityNews[]> {
  const rows = await store.db
    .selectFrom('identity_news')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .where('heard_real_at', 'is', null)
    .where('real_at', '<', before)
    .orderBy('real_at')
    .execute();
  return rows.map((r) => ({ id: r.id, resultId: r.result_id, kind: r.kind, otherId: r.other_id, at: r.at }));
}

/**
 * Versions that no workflow has staged: current ones, and late ones, which are looked at as well (L41). Those of a
 * result that became another are told there.
 */
export async function unheardVersions(
  store: Store,
  practiceId: string,
  before: number,
  resultId?: string,
): Promise<UnheardVersion[]> {
  let query = store.db
    .selectFrom('version')
    .innerJoin('result', 'result.id', 'version.result_id')
    .select(['version.result_id', 'version.number', 'version.change'])
    .where('result.practice_id', '=', practiceId)
    .where('result.successor_id', 'is', null)
    .where('version.rule_set_version', 'is', null)
    .where('version.detected_real_at', '<', before)
    .where((e) =>
      e.or([e('version.change', '=', 'late'), e('version.number', '=', e.ref('result.current_version'))]),
    )
    .orderBy('version.detected_real_at');
  if (resultId !== undefined) query = query.where('version.result_id', '=', resultId);
  const rows = await query.execute();
  return rows.map((r) => ({ resultId: r.result_id, version: r.number, isLate: r.change === 'late' }));
}
