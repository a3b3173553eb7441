import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

/**
 * Remembers a practice's departments. @returns those that are new; none as long as the whole list was not seen once,
 * because then all are.
 */
export async function rememberDepartments(
  store: Store,
  practice: Practice,
  departmentIds: readonly string[],
  /** Whether this is the whole list, or only some that turned up. */
  isWhole: boolean,
): Promise<readonly string[]> {
  if (departmentIds.length === 0) return [];
  return store.db.transaction().execute(async (tx) => {
    const known = await tx
      .selectFrom('department')
      .select('department_id')
      .where('practice_id', '=', practice.id)
      .execute();
    if (known.length === 0 && !isWhole) return [];
    const first = practiceNow(store, practice);
    const added = await tx
      .insertInto('department')
      .values(
        [...new Set(departmentIds)].map((id) => ({
          practice_id: practice.id,
          department_id: id,
          first_seen_at: first,
        })),
      )
      .onConflict((c) => c.columns(['practice_id', 'department_id']).doNothing())
      .returning('department_id')
      .execute();
    return known.length === 0 ? [] : added.map((one) => one.department_id);
  });
}
