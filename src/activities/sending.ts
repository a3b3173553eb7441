import { isOpen } from '../domain/calendar/open-hours.js';
import { isSecureTime } from '../domain/notices/plan.js';
import { MessageError } from '../domain/messages/template.js';
import type { EpochMs } from '../domain/result/report.js';
import { staffedHours, textHours } from '../store/calendar.js';
import { lockPatient, type Db, type Tx } from '../store/database.js';
import { holdEffect, markCalled, permission, settleEffect, type EffectRow } from '../store/effects.js';
import { confirmNotice, liveMembers, purposeOf, type NoticeMember } from '../store/notices.js';
import { patientLock } from '../store/patients.js';
import { practiceNow, type Practice } from '../store/practices.js';
import { isReadingGood } from '../store/rereads.js';
import type { NoticeChannel, NoticeTable } from '../store/schema.js';
import type { Selectable } from 'kysely';
import type { SendInput } from '../workflows/activity-types.js';
import { mayReachPatients, noteAgreement } from './agreement-gate.js';
import type { ActivityDeps } from './deps.js';
import { comeBack } from './failures.js';
import { memberFacts } from './notice-facts.js';
import { createTell } from './tell.js';

export const tokenAad = 'notice.token';

export type Notice = Selectable<NoticeTable>;

export type Claim =
  /** Ours to call, once, now. */
  | { readonly do: 'act'; readonly effectId: string; readonly token: string; readonly notice: Notice }
  /** A call was made whose outcome nobody knows. */
  | { readonly do: 'ask-vendor'; readonly effect: EffectRow; readonly notice: Notice }
  | { readonly do: 'nothing' };

/** No call is made by this channel; the notice is on its way to the next. */
interface Lost {
  readonly do: 'lost';
  readonly notice: Notice;
  readonly why: 'agreement-missing' | 'gave-up';
}

/** As long as one send is tried (real ms), also when it is planned anew in between. */
const triedAtMostMs = 24 * 3_600_000;

/**
 * Claims a notice's send under the patient lock: every version it speaks of must be current and released in the very
 * transaction that moves the effect to `called` (L20), and chart and patient were read within 2 min before (L23).
 * Otherwise nothing is sent and the notice is planned again.
 * Without the vendor's agreement on record nothing is called either (S000-22): the notice goes on to its next channel,
 * at the end to a person, and an alarm stands.
 */
export async function claimSend(
  deps: ActivityDeps,
  practice: Practice,
  input: SendInput,
  channel: NoticeChannel,
  keySuffix = '',
): Promise<Claim> {
  const claim = await underLock(deps, practice, input, channel, keySuffix);
  if (claim.do === 'act' || (claim.do === 'lost' && claim.why === 'agreement-missing'))
    await noteAgreement(deps, practice, channel);
  if (claim.do !== 'lost') return claim;
  await tellMembers(deps, practice, claim.notice, 'failed', claim.why);
  return { do: 'nothing' };
}

async function underLock(
  { store }: ActivityDeps,
  practice: Practice,
  input: SendInput,
  channel: NoticeChannel,
  keySuffix: string,
): Promise<Claim | Lost> {
  return store.db.transaction().execute(async (tx) => {
    const found = await tx
      .selectFrom('notice')
      .select('patient_id')
      .where('id', '=', input.noticeId)
      .executeTakeFirstOrThrow();
    await lockPatient(tx, patientLock(found.patient_id));
    const notice = await tx
      .selectFrom('notice')
      .selectAll()
      .where('id', '=', input.noticeId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (notice.state !== 'sending' || notice.epoch !== input.epoch || notice.channel !== channel)
      return { do: 'nothing' };
    const now = practiceNow(store, practice);
    const effect = await holdEffect(tx, store, {
      practiceId: practice.id,
      key: `notice/${notice.id}/${channel}/${notice.epoch}${keySuffix}`,
      kind: channel,
      at: now,
      noticeId: notice.id,
      channel,
      epoch: notice.epoch,
    });
    const may = permission(store, effect);
    switch (may.may) {
      case 'nothing':
        return { do: 'nothing' };
      case 'wait':
        throw comeBack(may.realMs, 'another attempt may still be calling');
      case 'ask-vendor':
        return { do: 'ask-vendor', effect, notice };
      case 'act': {
        const code = await whyNotNow(tx, store, practice, notice, channel);
        if (code !== null) {
          await settleEffect(tx, store, effect.id, { state: 'cancelled', at: now, code });
          if (code === 'reading-too-old' && (await isTriedEnough(tx, store, notice, channel))) {
            await toNextChannel(tx, notice, channel);
            return { do: 'lost', notice, why: 'gave-up' };
          }
          await tx
            .updateTable('notice')
            .set((e) => ({ state: 'waiting', epoch: e('epoch', '+', 1) }))
            .where('id', '=', notice.id)
            .execute();
          return { do: 'nothing' };
        }
        if (!mayReachPatients(store, practice, channel)) {
          await settleEffect(tx, store, effect.id, { state: 'failed', at: now, code: 'agreement-missing' });
          await toNextChannel(tx, notice, channel);
          return { do: 'lost', notice, why: 'agreement-missing' };
        }
        await markCalled(tx, store, effect.id, may.token, practice.settings.leaseMs, now);
        return { do: 'act', effectId: effect.id, token: may.token, notice };
      }
      default:
        return may satisfies never;
    }
  });
}

/**
 * Composes a message before anything is claimed. Words that the lint refuses are no call: the notice goes on to its
 * next channel, at the end to a person. `null` = there is nothing to send any more.
 */
export async function composed<T>(
  deps: ActivityDeps,
  practice: Practice,
  input: SendInput,
  channel: NoticeChannel,
  compose: (notice: Notice) => Promise<T>,
): Promise<T | null> {
  const notice = await deps.store.db
    .selectFrom('notice')
    .selectAll()
    .where('id', '=', input.noticeId)
    .executeTakeFirstOrThrow();
  if (notice.state !== 'sending' || notice.epoch !== input.epoch || notice.channel !== channel) return null;
  try {
    return await compose(notice);
  } catch (err) {
    if (!(err instanceof MessageError)) throw err;
    deps.log.error({ code: err.code, channel }, 'a message may not be sent as composed');
    await passOn(deps, practice, notice, channel, 'message-refused');
    return null;
  }
}

/** L27: as it was planned: texts within their window, secure messages with two staffed hours left. */
function mayLeaveNow(practice: Practice, channel: NoticeChannel, now: EpochMs): boolean {
  if (channel === 'text') return isOpen(textHours(practice.settings, now), now);
  return channel !== 'secure' || isSecureTime(staffedHours(practice.settings, now), now);
}

/** Between plan and send a worker may have been down, or the vendor's limit or absence may have held us back. */
async function whyNotNow(
  tx: Tx,
  store: ActivityDeps['store'],
  practice: Practice,
  notice: Notice,
  channel: NoticeChannel,
): Promise<'not-tellable' | 'outside-hours' | 'reading-too-old' | null> {
  if (!(await stillTellable(tx, notice.id))) return 'not-tellable';
  if (!mayLeaveNow(practice, channel, practiceNow(store, practice))) return 'outside-hours';
  return isReadingGood(store, notice) ? null : 'reading-too-old';
}

/**
 * Every plan after a new reading begins a send afresh, so its own limit of a day would never come: it counts from one
 * that was cancelled for its reading. A hold-up of some days ago is another trouble, not the same.
 */
async function isTriedEnough(
  tx: Tx,
  store: ActivityDeps['store'],
  notice: Notice,
  channel: NoticeChannel,
): Promise<boolean> {
  const { since } = await tx
    .selectFrom('effect')
    .select((e) => e.fn.min('created_real_at').as('since'))
    .where('notice_id', '=', notice.id)
    .where('channel', '=', channel)
    .where('code', '=', 'reading-too-old')
    .where('created_real_at', '>', store.realNow() - triedAtMostMs - 3_600_000)
    .executeTakeFirstOrThrow();
  return since !== null && store.realNow() - since >= triedAtMostMs;
}

async function stillTellable(tx: Tx, noticeId: string): Promise<boolean> {
  const members = await memberFacts(tx, noticeId);
  return members.length > 0 && members.every((m) => m.tellable);
}

/** The link to the patient's page; its token is all that the URL holds. */
export function linkOf({ store }: ActivityDeps, practice: Practice, notice: Notice): string {
  const token = notice.token_sealed ? store.cipher.open(notice.token_sealed, tokenAad) : '';
  return `${practice.settings.publicBaseUrl}/p/${token}`;
}

/** Tells the results that a notice speaks of (all unless given) what became of it. Fact ids make a repeat harmless. */
export async function tellMembers(
  deps: ActivityDeps,
  practice: Practice,
  notice: Notice,
  status: 'sending' | 'left' | 'confirmed' | 'failed',
  why: string | null = null,
  members?: readonly Pick<NoticeMember, 'resultId' | 'version'>[],
): Promise<void> {
  const tell = createTell(deps.temporal);
  for (const m of members ?? (await liveMembers(deps.store.db, notice.id)))
    await tell.delivery(practice, m.resultId, {
      id: `${notice.id}/${notice.epoch}/${status}`,
      at: practiceNow(deps.store, practice),
      noticeId: notice.id,
      version: m.version,
      purpose: purposeOf(notice, notice.epoch),
      status,
      channel: notice.channel,
      task: null,
      why,
    });
}

/** The vendor took the message: it has left. */
export async function markLeft(
  { store }: Pick<ActivityDeps, 'store'>,
  practice: Practice,
  notice: Notice,
  conversationId: string | null = null,
): Promise<void> {
  await store.db
    .updateTable('notice')
    .set((e) => ({
      state: e.case().when('state', '=', 'confirmed').then('confirmed').else('sent').end() as never,
      sent_at: e.fn.coalesce('sent_at', e.val(practiceNow(store, practice))),
      ...(conversationId !== null && { vendor_conversation_id: conversationId }),
    }))
    .where('id', '=', notice.id)
    // News of an earlier channel says nothing about the one that goes on now.
    .where('epoch', '=', notice.epoch)
    .where('state', 'in', ['sending', 'confirmed'])
    .execute();
}

/** The message that was sent at `epoch` is with the patient; no further channel says it again (L47). */
export async function markConfirmed(
  { store }: Pick<ActivityDeps, 'store'>,
  practice: Practice,
  notice: Notice,
  epoch = notice.epoch,
): Promise<void> {
  await confirmNotice(store, { noticeId: notice.id, epoch, at: practiceNow(store, practice) });
}

/** L25: the patient's note is in the chart, which tells; next comes the text that goes with it. */
export async function markNoted(
  { store }: Pick<ActivityDeps, 'store'>,
  practice: Practice,
  notice: Notice,
): Promise<void> {
  const at = practiceNow(store, practice);
  await store.db
    .updateTable('notice')
    .set((e) => ({
      state: 'waiting',
      noted_epoch: e.ref('epoch'),
      epoch: e('epoch', '+', 1),
      wait_until: null,
      sent_at: e.fn.coalesce('sent_at', e.val(at)),
      confirmed_at: at,
    }))
    .where('id', '=', notice.id)
    .where('epoch', '=', notice.epoch)
    .where('state', '=', 'sending')
    .execute();
}

/** L47: after a failure, and only then, the next channel. */
export async function nextChannel(
  { store }: Pick<ActivityDeps, 'store'>,
  notice: Notice,
  failed: NoticeChannel,
): Promise<void> {
  await toNextChannel(store.db, notice, failed);
}

/** The results hear that a call came to nothing; the notice goes on (L47). */
export async function passOn(
  deps: ActivityDeps,
  practice: Practice,
  notice: Notice,
  channel: NoticeChannel,
  why: string,
): Promise<void> {
  await tellMembers(deps, practice, notice, 'failed', why);
  await nextChannel(deps, notice, channel);
}

/** As {@link nextChannel}, in a transaction of the caller's. */
export async function toNextChannel(db: Db | Tx, notice: Notice, failed: NoticeChannel): Promise<void> {
  await db
    .updateTable('notice')
    .set((e) => ({
      state: 'waiting',
      epoch: e('epoch', '+', 1),
      wait_until: null,
      failed_channels: [...new Set([...notice.failed_channels, failed])],
    }))
    .where('id', '=', notice.id)
    .where('epoch', '=', notice.epoch)
    .where('state', 'in', ['sending', 'sent'])
    .execute();
}
