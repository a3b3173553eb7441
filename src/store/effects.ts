import { sql } from 'kysely';
import { newId } from '../security/tokens.js';
import type { EpochMs } from '../domain/result/report.js';
import type { Tx } from './database.js';
import type { EffectKind, EffectState } from './schema.js';
import type { Store } from './store.js';

/**
 * Effects on the outside happen once. Every one has a row with a unique business key and goes
 * `intended → called (token, lease) → confirmed | failed | unknown`. HTTP timeouts are shorter than the lease, so
 * after the lease nobody is calling any more: the next attempt asks the vendor before it may act (architecture §8).
 */
export interface EffectKey {
  readonly practiceId: string;
  readonly key: string;
  readonly kind: EffectKind;
  readonly at: EpochMs;
  readonly resultId?: string;
  readonly noticeId?: string;
  readonly taskId?: string;
  readonly personId?: string;
  readonly step?: string;
  readonly channel?: string;
  readonly epoch?: number;
}

export interface EffectRow {
  readonly id: string;
  readonly state: EffectState;
  readonly vendorRef: string | null;
  readonly createdRealAt: EpochMs;
  readonly calledRealAt: EpochMs | null;
  readonly leaseRealUntil: EpochMs | null;
  /** When it was settled last, also when it is tried anew since. */
  readonly settledRealAt: EpochMs | null;
  readonly tries: number;
}

/** Creates the row if it is new and locks it until the end of the transaction. */
export async function holdEffect(tx: Tx, store: Store, key: EffectKey): Promise<EffectRow> {
  await tx
    .insertInto('effect')
    .values({
      id: newId(),
      practice_id: key.practiceId,
      key: key.key,
      kind: key.kind,
      state: 'intended',
      result_id: key.resultId ?? null,
      notice_id: key.noticeId ?? null,
      task_id: key.taskId ?? null,
      person_id: key.personId ?? null,
      step: key.step ?? null,
      channel: key.channel ?? null,
      epoch: key.epoch ?? 0,
      token: null,
      lease_real_until: null,
      vendor_ref: null,
      vendor_status: null,
      code: null,
      created_at: key.at,
      created_real_at: store.realNow(),
      called_at: null,
      called_real_at: null,
      settled_at: null,
      settled_real_at: null,
    })
    .onConflict((c) => c.column('key').doNothing())
    .execute();
  const row = await tx
    .selectFrom('effect')
    .selectAll()
    .where('key', '=', key.key)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return {
    id: row.id,
    state: row.state,
    vendorRef: row.vendor_ref,
    createdRealAt: row.created_real_at,
    calledRealAt: row.called_real_at,
    leaseRealUntil: row.lease_real_until,
    settledRealAt: row.settled_real_at,
    tries: row.tries,
  };
}

/** What an attempt may do with an effect it holds. */
export type Permission =
  | { readonly may: 'act'; readonly token: string }
  /** Somebody else's call may still be under way. */
  | { readonly may: 'wait'; readonly realMs: number }
  /** A call was made and its outcome is not known: ask the vendor. */
  | { readonly may: 'ask-vendor' }
  | { readonly may: 'nothing'; readonly state: EffectState };

export function permission(store: Store, row: EffectRow): Permission {
  switch (row.state) {
    case 'intended':
      return { may: 'act', token: newId() };
    case 'called': {
      const left = (row.leaseRealUntil ?? 0) - store.realNow();
      return left > 0 ? { may: 'wait', realMs: left } : { may: 'ask-vendor' };
    }
    case 'confirmed':
    case 'failed':
    case 'unknown':
    case 'cancelled':
      return { may: 'nothing', state: row.state };
    default:
      return row.state satisfies never;
  }
}

/** Moves to `called`: from here on the call may have happened. In the same transaction as {@link holdEffect}. */
export async function markCalled(
  tx: Tx,
  store: Store,
  id: string,
  token: string,
  leaseMs: number,
  at: EpochMs,
): Promise<void> {
  const now = store.realNow();
  await tx
    .updateTable('effect')
    .set({
      state: 'called',
      token,
      lease_real_until: now + leaseMs,
      called_at: at,
      called_real_at: now,
      tries: sql`tries + 1`,
    })
    .where('id', '=', id)
    .execute();
}

/** The vendor took it and named it; proof of the effect may come later. */
export async function markTaken(
  db: Store['db'] | Tx,
  id: string,
  vendorRef: string,
  vendorStatus: string,
): Promise<void> {
  await db
    .updateTable('effect')
    // A callback may have been faster than the answer; what it said is newer.
    .set({ vendor_ref: vendorRef, vendor_status: sql`coalesce(vendor_status, ${vendorStatus})` })
    .where('id', '=', id)
    .where('state', '=', 'called')
    .execute();
}

/** The call surely did not happen (refused connection, 429): a later attempt may act again. */
export async function markNotDone(db: Store['db'] | Tx, id: string, token: string): Promise<void> {
  await db
    .updateTable('effect')
    .set({ state: 'intended', token: null, lease_real_until: null })
    .where('id', '=', id)
    .where('token', '=', token)
    .where('state', '=', 'called')
    .execute();
}

/**
 * Settles an effect. A settled one stays as it is: what comes later is late news about the same call.
 * @returns false when it was settled before.
 */
export async function settleEffect(
  db: Store['db'] | Tx,
  store: Store,
  id: string,
  outcome: {
    state: 'confirmed' | 'failed' | 'unknown' | 'cancelled';
    at: EpochMs;
    code?: string;
    vendorRef?: string;
    vendorStatus?: string;
  },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('effect')
    .set({
      state: outcome.state,
      settled_at: outcome.at,
      settled_real_at: store.realNow(),
      ...(outcome.code !== undefined && { code: outcome.code }),
      ...(outcome.vendorRef !== undefined && { vendor_ref: outcome.vendorRef }),
      ...(outcome.vendorStatus !== undefined && { vendor_status: outcome.vendorStatus }),
    })
    .where('id', '=', id)
    // `unknown` may still become proof: a late receipt is better than none.
    .where(
      'state',
      'in',
      outcome.state === 'confirmed' ? ['intended', 'called', 'unknown'] : ['intended', 'called'],
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
