import type { NoticeChannel } from '../store/schema.js';
import type { Practice } from '../store/practices.js';
import type { SendInput } from '../workflows/activity-types.js';
import type { ActivityDeps } from './deps.js';
import { markConfirmed, passOn, tellMembers, type Notice } from './sending.js';

/** A call that came to nothing, or of which nobody knows. Practice time. */
export interface LostCall {
  readonly state: 'failed' | 'unknown';
  readonly code: string;
  readonly calledAt: number | null;
}

/**
 * There is nothing to call. Where an earlier attempt settled the effect and was cut off before results and notice heard
 * of it, both hear of it now: the plan would ask for the same send for ever.
 * @param lost What the channel does with a call that came to nothing.
 */
export async function goOn(
  deps: ActivityDeps,
  practice: Practice,
  input: SendInput,
  channel: NoticeChannel,
  lost: (notice: Notice, call: LostCall) => Promise<void> = (notice, call) =>
    passOn(deps, practice, notice, channel, call.code),
): Promise<void> {
  const { db } = deps.store;
  const notice = await db
    .selectFrom('notice')
    .selectAll()
    .where('id', '=', input.noticeId)
    .executeTakeFirstOrThrow();
  if (notice.state !== 'sending' || notice.epoch !== input.epoch || notice.channel !== channel) return;
  const effect = await db
    .selectFrom('effect')
    .select(['state', 'code', 'called_at as calledAt'])
    .where('key', '=', `notice/${notice.id}/${channel}/${notice.epoch}`)
    .executeTakeFirst();
  switch (effect?.state) {
    case 'failed':
    case 'unknown': {
      const { state, calledAt } = effect;
      const code = state === 'unknown' ? 'outcome-unknown' : (effect.code ?? 'failed');
      return lost(notice, { state, code, calledAt });
    }
    case 'confirmed':
      await tellMembers(deps, practice, notice, 'confirmed');
      return markConfirmed(deps, practice, notice);
    default:
      // Not settled, or cancelled together with the notice's own step back.
      return;
  }
}
