import { createTell } from '../activities/tell.js';
import { markDelivered } from '../store/commands.js';
import { loadPractice } from '../store/practices.js';
import type { ProcessDeps } from './deps.js';

type Deps = Pick<ProcessDeps, 'store' | 'temporal'>;

/**
 * Hands a written command to the workflow of every result it speaks of. Repeating it is harmless: the command's id is
 * the fact's id. A closed result has nothing left to decide.
 */
export async function deliverCommand(deps: Deps, commandId: string): Promise<void> {
  const row = await deps.store.db
    .selectFrom('command')
    .select(['practice_id', 'targets'])
    .where('id', '=', commandId)
    .executeTakeFirstOrThrow();
  const practice = await loadPractice(deps.store, row.practice_id);
  const tell = createTell(deps.temporal);
  for (const target of row.targets) await tell.command(practice, target.resultId, commandId);
  await markDelivered(deps.store, commandId);
}

/** Commands whose door stopped between writing and telling; older than this many real milliseconds. */
const overdueMs = 5_000;

/** Tells again what was written and not delivered. */
export async function deliverOverdueCommands(deps: Deps): Promise<void> {
  const rows = await deps.store.db
    .selectFrom('command')
    .select('id')
    .where('delivered_real_at', 'is', null)
    .where('real_at', '<', deps.store.realNow() - overdueMs)
    .limit(50)
    .execute();
  for (const row of rows) await deliverCommand(deps, row.id);
}
