import { isOpen } from '../domain/calendar/open-hours.js';
import type { PageOrder } from '../domain/lifecycle/decisions.js';
import { defaultPolicy } from '../domain/lifecycle/policy.js';
import { VendorError } from '../clients/http/index.js';
import { staffedHours } from '../store/calendar.js';
import { lockNamed } from '../store/database.js';
import { holdEffect, markCalled, markTaken, permission, settleEffect } from '../store/effects.js';
import { practiceNow, type Practice } from '../store/practices.js';
import type { ActivityDeps } from './deps.js';

/** A call rings and is answered within this; until then the person is not called again. Real time. */
const callMs = 90_000;
const ringSeconds = 25;
/**
 * L10: in staffed hours the voice joins at minute 5, with the first repeat. Ticks come a little early or late, so half
 * of the time between two of them decides.
 */
const joinsAfterMs = defaultPolicy.criticalRepeatMs / 2;

export interface VoicePage {
  readonly personId: string;
  readonly taskKey: string;
  readonly taskId: string | undefined;
  readonly resultId?: string;
  /** The page by Spruce did not leave: then the voice does not wait. */
  readonly otherChannelFailed: boolean;
}

/**
 * The second channel of a critical page (L10): a call that asks for a PIN and one digit. At once outside staffed hours
 * or when Spruce failed, else from minute 5. One effect per step and person; rather called twice than never.
 * @returns `none` when this practice or person has no phone on file, or the time has not come.
 */
export async function callPerson(
  deps: ActivityDeps,
  practice: Practice,
  page: Pick<PageOrder, 'step' | 'critical'>,
  to: VoicePage,
): Promise<'called' | 'failed' | 'none'> {
  const { store, vendors } = deps;
  const { voice } = practice.connections.twilio;
  const phone = voice?.people[to.personId]?.phone;
  if (!page.critical || !voice || phone === undefined) return 'none';
  const now = practiceNow(store, practice);
  if (!(await isTime(deps, practice, to, now))) return 'none';
  const claimed = await store.db.transaction().execute(async (tx) => {
    await lockNamed(tx, `voice/${practice.id}/${to.personId}`);
    const effect = await holdEffect(tx, store, {
      practiceId: practice.id,
      key: `page/${to.taskKey}/${page.step}/${to.personId}/voice`,
      kind: 'page',
      at: now,
      ...(to.resultId && { resultId: to.resultId }),
      ...(to.taskId && { taskId: to.taskId }),
      personId: to.personId,
      step: page.step,
      channel: 'voice',
    });
    const may = permission(store, effect);
    if (may.may === 'nothing') return { do: 'nothing' as const, failed: effect.state === 'failed' };
    if (may.may === 'wait') return { do: 'nothing' as const, failed: false };
    // Several criticals at once ring one phone once; each goes on with its own repeat.
    const ringing = await tx
      .selectFrom('effect')
      .select('id')
      .where('practice_id', '=', practice.id)
      .where('kind', '=', 'page')
      .where('channel', '=', 'voice')
      .where('person_id', '=', to.personId)
      .where('id', '<>', effect.id)
      .where('state', '=', 'called')
      .where('lease_real_until', '>', store.realNow())
      .executeTakeFirst();
    if (ringing) {
      await settleEffect(tx, store, effect.id, { state: 'cancelled', at: now, code: 'call-under-way' });
      return { do: 'nothing' as const, failed: false };
    }
    await markCalled(tx, store, effect.id, effect.id, callMs, now);
    return { do: 'call' as const, effectId: effect.id };
  });
  if (claimed.do === 'nothing') return claimed.failed ? 'failed' : 'called';
  const base = `${practice.settings.publicBaseUrl}/webhooks/twilio/${practice.id}/voice`;
  try {
    const placed = await vendors.twilio(practice).placeCall({
      to: phone,
      from: voice.from,
      url: `${base}?e=${claimed.effectId}`,
      statusCallback: `${base}/status?e=${claimed.effectId}#rc=3&rp=5xx,ct,rt`,
      ringSeconds,
    });
    await markTaken(store.db, claimed.effectId, placed.sid, placed.status);
    return 'called';
  } catch (err) {
    if (!(err instanceof VendorError)) throw err;
    // It may ring all the same after an unknown outcome; whoever answers is heard. The next step calls again.
    if (err.outcome === 'unknown') return 'called';
    await settleEffect(store.db, store, claimed.effectId, {
      state: 'failed',
      at: practiceNow(store, practice),
      code: err.code,
    });
    return 'failed';
  }
}

async function isTime(
  { store }: ActivityDeps,
  practice: Practice,
  { taskId, resultId, otherChannelFailed }: VoicePage,
  now: number,
): Promise<boolean> {
  if (otherChannelFailed || !isOpen(staffedHours(practice.settings, now), now)) return true;
  if (taskId === undefined && resultId === undefined) return false;
  const first = await store.db
    .selectFrom('effect')
    .select((e) => e.fn.min('created_at').as('at'))
    .where('practice_id', '=', practice.id)
    .where('kind', '=', 'page')
    .where((e) => (taskId === undefined ? e('result_id', '=', resultId ?? null) : e('task_id', '=', taskId)))
    .executeTakeFirst();
  return first?.at !== null && first?.at !== undefined && now - first.at >= joinsAfterMs;
}
