import type { EpochMs } from '../domain/result/report.js';
import type { Store } from './store.js';

export interface SpruceWatch {
  /** Everything up to here was read back; Spruce's clock. */
  readonly readUntilAt: EpochMs;
  readonly readRealAt: EpochMs;
}

/** How far Spruce was read back; `null` before the first time. */
export async function spruceWatch(store: Store, practiceId: string): Promise<SpruceWatch | null> {
  const row = await store.db
    .selectFrom('spruce_watch')
    .selectAll()
    .where('practice_id', '=', practiceId)
    .executeTakeFirst();
  return row ? { readUntilAt: row.read_until_at, readRealAt: row.read_real_at } : null;
}

/** After what was read is kept. */
export async function markSpruceRead(store: Store, practiceId: string, until: EpochMs): Promise<void> {
  const values = { read_until_at: until, read_real_at: store.realNow() };
  await store.db
    .insertInto('spruce_watch')
    .values({ practice_id: practiceId, ...values })
    .onConflict((c) => c.column('practice_id').doUpdateSet(values))
    .execute();
}
