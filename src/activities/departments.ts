import type { AthenaClient } from '../clients/athenahealth/index.js';
import { rememberDepartments } from '../store/departments.js';
import type { Practice } from '../store/practices.js';
import { raiseStanding } from '../store/standing-alarms.js';
import type { ActivityDeps } from './deps.js';

/** The list is asked for at most this often by one process (real time). */
const spacingMs = 60 * 60_000;
const askedAt = new WeakMap<object, Map<string, number>>();

/**
 * A new department must not go silent: the feeds hand out its results at once, but its time zone, its phone and who
 * works there stand in our configuration. The administrator is told, once for each.
 */
export async function watchDepartments(
  deps: ActivityDeps,
  practice: Practice,
  athena: AthenaClient,
): Promise<void> {
  const { store } = deps;
  const asked = askedAt.get(store.db) ?? new Map<string, number>();
  askedAt.set(store.db, asked);
  if (store.realNow() - (asked.get(practice.id) ?? -Infinity) < spacingMs) return;
  const departments = await athena.departments();
  asked.set(practice.id, store.realNow());
  const ids = departments.map((one) => one.departmentId);
  await tellNew(deps, practice, await rememberDepartments(store, practice, ids, true));
}

/** A department that turns up in a feed before it was listed. */
export async function noticeDepartments(
  deps: ActivityDeps,
  practice: Practice,
  departmentIds: readonly (string | null)[],
): Promise<void> {
  const ids = departmentIds.filter((id) => id !== null);
  await tellNew(deps, practice, await rememberDepartments(deps.store, practice, ids, false));
}

async function tellNew(deps: ActivityDeps, practice: Practice, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    if (!(await raiseStanding(deps.store, practice, { code: 'department-new', about: id }))) continue;
    deps.metrics.alarm('department-new');
    deps.log.warn({ practice: practice.id, department: id }, 'a department is new in athenahealth');
  }
}
