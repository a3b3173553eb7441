import { createHash } from 'node:crypto';
import { lockNamed } from './database.js';
import { chainStart } from './events.js';
import { practiceNow, type Practice } from './practices.js';
import type { Store } from './store.js';

export interface Access {
  /** Who read: a person's id, or the process that did it for a patient. */
  readonly actor: string;
  /** What was read, as a code: `worklist`, `timeline`, `patient-page` … */
  readonly what: string;
  readonly resultId?: string | null;
}

/**
 * Writes that PHI was read, chained per practice like the timelines. Call it before showing anything: when it fails,
 * nothing is shown (architecture §8).
 */
export async function recordAccess(store: Store, practice: Practice, access: Access): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    await lockNamed(tx, `access/${practice.id}`);
    const last = await tx
      .selectFrom('access')
      .select('hash')
      .where('practice_id', '=', practice.id)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    const row = {
      practice_id: practice.id,
      actor: access.actor,
      what: access.what,
      result_id: access.resultId ?? null,
      at: practiceNow(store, practice),
      real_at: store.realNow(),
      prev_hash: last?.hash ?? chainStart,
    };
    const parts = [row.prev_hash, row.practice_id, row.actor, row.what, row.result_id, row.at, row.real_at];
    const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    await tx
      .insertInto('access')
      .values({ ...row, hash })
      .execute();
  });
}
