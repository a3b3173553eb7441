import { sql } from 'kysely';
import type { Practice } from './practices.js';
import type { Store } from './store.js';

/** A result that a sign-off would reach and that waits for one. */
export interface AwaitingSignOff {
  readonly resultId: string;
  readonly version: number;
  readonly urgency: string | null;
}

/**
 * What sign-offs of these results would decide: the results themselves, and their owners' other members of the same
 * draws (L18a). Only what waits for a decision.
 */
export async function awaitingSignOff(
  store: Store,
  practice: Pick<Practice, 'id'>,
  resultIds: readonly string[],
): Promise<AwaitingSignOff[]> {
  if (resultIds.length === 0) return [];
  return store.db
    .selectFrom('result as member')
    .innerJoin('result as chosen', (j) =>
      j
        .onRef('chosen.practice_id', '=', 'member.practice_id')
        .on((e) =>
          e.or([
            e('chosen.id', '=', e.ref('member.id')),
            e.and([
              e('chosen.draw_id', '=', e.ref('member.draw_id')),
              e('chosen.owner_id', '=', e.ref('member.owner_id')),
            ]),
          ]),
        ),
    )
    .select(['member.id as resultId', 'member.current_version as version', 'member.urgency'])
    .distinct()
    .where('member.practice_id', '=', practice.id)
    .where('chosen.id', 'in', [...resultIds])
    .where('member.closure', 'is', null)
    .where(sql<boolean>`member.state -> 'decision' ->> 'kind' = 'awaited'`)
    .orderBy('member.id')
    .execute();
}
