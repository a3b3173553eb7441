import { newId } from '../security/tokens.js';
import { lockNamed } from './database.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

/** Alarms of the practice that stand as long as their cause does (L49), and are raised anew when it comes back. */
export type StandingAlarm =
  | 'chart-writes-paused'
  | 'athena-scope-missing'
  | 'athena-refused'
  | 'imaging-feed-refused'
  /** Charts could not all be compared with the record last night. */
  | 'chart-comparison-incomplete'
  | 'department-new'
  /** Nothing is sent to patients through this vendor: no agreement is recorded (S000-22). */
  | 'agreement-missing'
  /** A line of `doctor` that failed in the daily round. */
  | 'connection-check-failed';

export interface Standing {
  readonly code: StandingAlarm;
  /** What of several it is about, e.g. a department's id. Never PHI. */
  readonly about?: string;
}

/** True while it stands. */
export async function isStanding(
  store: Store,
  practice: Pick<Practice, 'id'>,
  what: Standing,
): Promise<boolean> {
  return (await open(store, practice.id, what)) !== undefined;
}

/** Raises it unless it stands already. @returns whether it is new. */
export async function raiseStanding(
  store: Store,
  practice: Pick<Practice, 'id' | 'clock'>,
  what: Standing,
): Promise<boolean> {
  const prefix = prefixOf(practice.id, what);
  return store.db.transaction().execute(async (tx) => {
    await lockNamed(tx, prefix);
    const all = await tx
      .selectFrom('alarm')
      .select('cleared_at')
      .where('practice_id', '=', practice.id)
      .where('key', 'like', `${prefix}%`)
      .execute();
    if (all.some((one) => one.cleared_at === null)) return false;
    await tx
      .insertInto('alarm')
      .values({
        id: newId(),
        practice_id: practice.id,
        // One key per occurrence: alarms are told by their keys, once each.
        key: `${prefix}${all.length + 1}`,
        code: what.code,
        result_id: null,
        raised_at: practiceNow(store, practice),
        raised_real_at: store.realNow(),
        cleared_at: null,
      })
      .execute();
    return true;
  });
}

/** Its cause is gone. @returns whether it stood. */
export async function clearStanding(
  store: Store,
  practice: Pick<Practice, 'id' | 'clock'>,
  what: Standing,
): Promise<boolean> {
  const cleared = await store.db
    .updateTable('alarm')
    .set({ cleared_at: practiceNow(store, practice) })
    .where('practice_id', '=', practice.id)
    .where('key', 'like', `${prefixOf(practice.id, what)}%`)
    .where('cleared_at', 'is', null)
    .executeTakeFirst();
  return cleared.numUpdatedRows > 0n;
}

async function open(store: Store, practiceId: string, what: Standing) {
  return store.db
    .selectFrom('alarm')
    .select('id')
    .where('practice_id', '=', practiceId)
    .where('key', 'like', `${prefixOf(practiceId, what)}%`)
    .where('cleared_at', 'is', null)
    .executeTakeFirst();
}

function prefixOf(practiceId: string, { code, about }: Standing): string {
  return `standing/${practiceId}/${code}/${about === undefined ? '' : `${about}/`}`;
}
