import type { Selectable } from 'kysely';
import type { EpochMs } from '../domain/result/report.js';
import { newId } from '../security/tokens.js';
import { lockPatient, type Tx } from './database.js';
import { patientLock } from './patients.js';
import type { NoticePurpose, NoticeTable } from './schema.js';
import type { Store } from './store.js';

export interface NoticeJoin {
  readonly practiceId: string;
  readonly patientId: string;
  readonly drawId: string;
  readonly resultId: string;
  readonly version: number;
  readonly purpose: NoticePurpose;
  readonly at: EpochMs;
}

/**
 * Puts a released version into its draw's notice (L18): one message for what a draw released together. A version is
 * told once per purpose; asking again is harmless.
 */
export async function joinNotice(tx: Tx, _store: Store, join: NoticeJoin): Promise<void> {
  // Members of one draw ask at the same time; the draw's row orders them.
  await tx.selectFrom('draw').select('id').where('id', '=', join.drawId).forUpdate().execute();
  const known = await tx
    .selectFrom('notice_member')
    .select('notice_id')
    .where('result_id', '=', join.resultId)
    .where('version', '=', join.version)
    .where('purpose', '=', join.purpose)
    .where('live', '=', true)
    .executeTakeFirst();
  if (known) return;
  const open = await tx
    .selectFrom('notice')
    .select(['id', 'epoch'])
    .where('draw_id', '=', join.drawId)
    .where('purpose', '=', join.purpose)
    .where('state', '=', 'waiting')
    // What has told its members in the chart takes no other in (L25).
    .where('noted_epoch', 'is', null)
    // Whoever begins to send it or confirms it sees the new member, or this one does not see it waiting.
    .forUpdate()
    .executeTakeFirst();
  const noticeId = open?.id ?? newId();
  if (open)
    await tx
      .updateTable('notice')
      .set({ latest_fact_at: join.at, wait_until: null })
      .where('id', '=', noticeId)
      .execute();
  else
    await tx
      .insertInto('notice')
      .values({
        id: noticeId,
        practice_id: join.practiceId,
        patient_id: join.patientId,
        draw_id: join.drawId,
        purpose: join.purpose,
        state: 'waiting',
        channel: null,
        language: null,
        wait_until: null,
        waits_for: null,
        token_index: null,
        token_sealed: null,
        body_sealed: null,
        created_at: join.at,
        latest_fact_at: join.at,
        reread_real_at: null,
        sent_at: null,
        confirmed_at: null,
        opened_at: null,
        acknowledged_at: null,
        vendor_conversation_id: null,
      })
      .execute();
  const joined = { live: true, withdrawn: false, joined_epoch: open?.epoch ?? 0 };
  await tx
    .insertInto('notice_member')
    .values({
      notice_id: noticeId,
      result_id: join.resultId,
      version: join.version,
      purpose: join.purpose,
      ...joined,
    })
    .onConflict((c) => c.columns(['notice_id', 'result_id', 'version']).doUpdateSet(joined))
    .execute();
}

/**
 * A send of the notice is proved to have reached the patient, also when the notice has gone on since: it says the same
 * no second time. Members who joined after that send were not told by it; a notice of their own goes on with them, unless
 * a call is under way that speaks of them. Doing it again is harmless.
 * @param epoch Of the send.
 */
export async function confirmNotice(
  store: Store,
  sent: { readonly noticeId: string; readonly epoch: number; readonly at: EpochMs },
): Promise<void> {
  const { noticeId, epoch, at } = sent;
  await store.db.transaction().execute(async (tx) => {
    const read = () => tx.selectFrom('notice').selectAll().where('id', '=', noticeId);
    const { patient_id, draw_id } = await read().executeTakeFirstOrThrow();
    await lockPatient(tx, patientLock(patient_id));
    // Before the notice, in the order of everybody who joins one.
    await tx.selectFrom('draw').select('id').where('id', '=', draw_id).forUpdate().execute();
    const notice = await read().forUpdate().executeTakeFirstOrThrow();
    if (!['waiting', 'sending', 'sent'].includes(notice.state)) return;
    const members = tx
      .selectFrom('notice_member')
      .selectAll()
      .where('notice_id', '=', noticeId)
      .where('live', '=', true);
    const later = await members.where('joined_epoch', '>', epoch).orderBy('result_id').execute();
    const calls = await tx
      .selectFrom('effect')
      .select(['epoch', 'state', 'channel', 'key'])
      .where('notice_id', '=', noticeId)
      .where('epoch', '>', epoch)
      .where('state', 'in', ['called', 'confirmed'])
      .execute();
    if (later.length > 0 && calls.some((c) => c.state === 'called' && c.epoch === notice.epoch)) return;
    await tx
      .updateTable('notice')
      .set((e) => ({
        state: 'confirmed',
        wait_until: null,
        waits_for: null,
        sent_at: e.fn.coalesce('sent_at', e.val(at)),
        confirmed_at: at,
      }))
      .where('id', '=', noticeId)
      .execute();
    for (const m of later) {
      // A note in the portal stands beside one result; every other message speaks of all members.
      const isProof = (c: (typeof calls)[number]) =>
        c.state === 'confirmed' &&
        c.epoch >= m.joined_epoch &&
        (c.channel !== 'portal-note' || c.key.endsWith(`/${m.result_id}`));
      if (calls.some(isProof)) continue;
      await tx
        .updateTable('notice_member')
        .set({ live: false })
        .where('notice_id', '=', noticeId)
        .where('result_id', '=', m.result_id)
        .where('version', '=', m.version)
        .execute();
      if (m.withdrawn) continue;
      await joinNotice(tx, store, {
        practiceId: notice.practice_id,
        patientId: notice.patient_id,
        drawId: notice.draw_id,
        resultId: m.result_id,
        version: m.version,
        purpose: m.purpose as NoticePurpose,
        at: notice.latest_fact_at,
      });
    }
  });
}

/**
 * Takes a result out of every notice that has not left (L20, L33). A notice whose call was made stays as it is: its
 * outcome is news, not intent; should it fail, no other channel goes on with it. A withdrawn notice never revives.
 */
export async function leaveNotices(tx: Tx, resultId: string): Promise<void> {
  const notices = await tx
    .selectFrom('notice')
    .innerJoin('notice_member', 'notice_member.notice_id', 'notice.id')
    .select(['notice.id', 'notice.state'])
    .where('notice_member.result_id', '=', resultId)
    .where('notice_member.live', '=', true)
    .where('notice.state', 'in', ['waiting', 'sending', 'sent'])
    .forUpdate('notice')
    .execute();
  for (const notice of notices) {
    const called = await tx
      .selectFrom('effect')
      .select('id')
      .where('notice_id', '=', notice.id)
      .where('state', 'in', ['called', 'unknown', 'confirmed'])
      .executeTakeFirst();
    if (called) {
      await tx
        .updateTable('notice_member')
        .set({ withdrawn: true })
        .where('notice_id', '=', notice.id)
        .where('result_id', '=', resultId)
        .execute();
      continue;
    }
    await tx
      .updateTable('notice_member')
      .set({ live: false })
      .where('notice_id', '=', notice.id)
      .where('result_id', '=', resultId)
      .execute();
    const left = await liveMembers(tx, notice.id);
    await tx
      .updateTable('notice')
      .set(left.length === 0 ? { state: 'withdrawn' } : { state: 'waiting', wait_until: null })
      .where('id', '=', notice.id)
      .execute();
  }
}

export interface NoticeMember {
  readonly resultId: string;
  readonly version: number;
  readonly withdrawn: boolean;
}

/** What a member was told by a message of this purpose: "we tried to reach you" tells nothing (L25). */
export function toldBy(purpose: NoticePurpose, member: NoticeMember): number | null {
  return purpose === 'tried-to-reach' ? null : member.version;
}

/** As what a send of a notice is told: after the patient's note it is the text that goes with it (L25), and tells nothing. */
export function purposeOf(
  notice: Pick<Selectable<NoticeTable>, 'purpose' | 'noted_epoch'>,
  epoch: number,
): NoticePurpose | 'note-text' {
  return notice.noted_epoch !== null && epoch > notice.noted_epoch ? 'note-text' : notice.purpose;
}

/** @param epoch Only those of whom the send of this epoch spoke; all unless given. */
export async function liveMembers(
  tx: Tx | Store['db'],
  noticeId: string,
  epoch: number | null = null,
): Promise<NoticeMember[]> {
  return tx
    .selectFrom('notice_member')
    .select(['result_id as resultId', 'version', 'withdrawn'])
    .where('notice_id', '=', noticeId)
    .where('live', '=', true)
    .$if(epoch !== null, (q) => q.where('joined_epoch', '<=', epoch))
    .orderBy('result_id')
    .execute();
}
