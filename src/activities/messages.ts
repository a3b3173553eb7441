import { planNotice, type MessageLanguage } from '../domain/notices/plan.js';
import { toPractice } from '../domain/calendar/clock-map.js';
import { newLinkToken, tokenIndex } from '../security/tokens.js';
import { lockPatient } from '../store/database.js';
import { liveMembers, purposeOf } from '../store/notices.js';
import { patientLock } from '../store/patients.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import { isReadingGood } from '../store/rereads.js';
import type { NoticeActivities, NoticeStep, SendInput } from '../workflows/activity-types.js';
import type { DeliveryStatus } from '../workflows/contract.js';
import type { Store } from '../store/store.js';
import { createDeliveryCheck } from './check-delivery.js';
import type { ActivityDeps } from './deps.js';
import { guarded } from './failures.js';
import { leftToResultsCall, memberFacts, noticeFacts } from './notice-facts.js';
import { tokenAad, type Notice } from './sending.js';
import { createSecureSend } from './send-secure.js';
import { createTextSend } from './send-text.js';
import { createTextGate, type TextGate } from './text-gate.js';
import { createPortalNote } from './send-portal-note.js';
import { createTell } from './tell.js';

/** The notices of a patient: planning is ours, sending is each channel's. */
export function createNoticeActivities(
  deps: ActivityDeps,
  gate: TextGate = createTextGate(deps),
): NoticeActivities {
  const { store } = deps;
  const tell = createTell(deps.temporal);

  const nextStep = async (practiceId: string, patientId: string): Promise<NoticeStep> => {
    const practice = await loadPractice(store, practiceId);
    let earliest: number | null = null;
    const open = await store.db
      .selectFrom('notice')
      .selectAll()
      .where('patient_id', '=', patientId)
      .where('state', 'in', ['waiting', 'sending'])
      .orderBy('created_at')
      .execute();
    for (const notice of open) {
      // A send that a crash interrupted goes on: its effect row knows how far it came.
      if (notice.state === 'sending' && notice.channel)
        return { do: 'send', noticeId: notice.id, channel: notice.channel, epoch: notice.epoch };
      const plan = planNotice(await noticeFacts(store, practice, notice.id));
      switch (plan.do) {
        case 'withdraw':
          await dropUntellable(deps, notice.id);
          return nextStep(practiceId, patientId);
        case 'wait':
          await wait(notice.id, plan.until, plan.why);
          earliest = Math.min(earliest ?? plan.until, plan.until);
          continue;
        case 'person': {
          const { task, why } = plan;
          await handOver(deps, practice, notice, { status: 'needs-person', channel: null, task, why });
          return nextStep(practiceId, patientId);
        }
        case 'stand':
          await store.db
            .updateTable('notice')
            .set({ state: 'confirmed', wait_until: null, waits_for: null })
            .where('id', '=', notice.id)
            .where('state', '=', 'waiting')
            .execute();
          continue;
        case 'leave':
        case 'send': {
          if (isReadingGood(store, notice)) {
            if (plan.do === 'send') {
              await beginSending(notice.id, plan.channel, plan.language);
              return { do: 'send', noticeId: notice.id, channel: plan.channel, epoch: notice.epoch };
            }
            await handOver(deps, practice, notice, {
              status: 'confirmed',
              channel: plan.to,
              task: null,
              why: leftToResultsCall,
            });
            return nextStep(practiceId, patientId);
          }
          const againAt = notice.reread_again_real_at ?? 0;
          if (againAt <= store.realNow()) return { do: 'reread', noticeId: notice.id };
          // L23: the patient's other notices go on meanwhile; L9 and L33 bring a person.
          const until = toPractice(practice.clock, againAt);
          await wait(notice.id, until, 'document-not-found');
          earliest = Math.min(earliest ?? until, until);
          continue;
        }
        default:
          plan satisfies never;
      }
    }
    const check = await dueCheck(store, patientId);
    if (check && check.realAt <= store.realNow()) return { do: 'check', ...check.ref };
    if (check) earliest = Math.min(earliest ?? Infinity, toPractice(practice.clock, check.realAt));
    return earliest === null ? { do: 'rest' } : { do: 'wait', until: earliest };
  };

  const wait = async (noticeId: string, until: number, why: string) =>
    void (await store.db
      .updateTable('notice')
      .set({ wait_until: until, waits_for: why })
      .where('id', '=', noticeId)
      .execute());

  const beginSending = async (
    noticeId: string,
    channel: 'text' | 'secure' | 'portal-note',
    language: MessageLanguage,
  ) => {
    const token = newLinkToken();
    await store.db
      .updateTable('notice')
      .set((e) => ({
        state: 'sending',
        channel,
        language,
        waits_for: null,
        wait_until: null,
        // One page per notice: a second channel leads to the same one.
        token_index: e.fn.coalesce('token_index', e.val(tokenIndex(store.ring, token))),
        token_sealed: e.fn.coalesce('token_sealed', e.val(store.cipher.seal(token, tokenAad))),
      }))
      .where('id', '=', noticeId)
      .where('state', '=', 'waiting')
      .execute();
  };

  return {
    nextNoticeStep: ({ practiceId, patientId }) => guarded(() => nextStep(practiceId, patientId)),
    checkDelivery: createDeliveryCheck(deps),
    sendText: createTextSend(deps, gate),
    sendSecure: createSecureSend(deps),
    writePortalNote: createPortalNote(deps),
    sendGaveUp: (input: SendInput) =>
      guarded(async () => {
        const practice = await loadPractice(store, input.practiceId);
        const notice = await store.db
          .selectFrom('notice')
          .selectAll()
          .where('id', '=', input.noticeId)
          .executeTakeFirstOrThrow();
        if (notice.state !== 'sending' || notice.epoch !== input.epoch) return;
        const members = await liveMembers(store.db, input.noticeId);
        await store.db
          .updateTable('notice')
          .set((e) => ({
            state: 'waiting',
            epoch: e('epoch', '+', 1),
            failed_channels: [...new Set([...notice.failed_channels, notice.channel ?? 'text'])],
          }))
          .where('id', '=', input.noticeId)
          .execute();
        for (const m of members)
          await tell.delivery(practice, m.resultId, {
            id: `${input.noticeId}/${input.epoch}/gave-up`,
            at: practiceNow(store, practice),
            noticeId: input.noticeId,
            version: m.version,
            purpose: purposeOf(notice, input.epoch),
            status: 'failed',
            channel: notice.channel,
            task: null,
            why: 'gave-up',
          });
      }),
  };
}

/**
 * The next message that left and is not confirmed; after a day nobody asks any more (L48: it has a task by then). A text
 * is settled by the question that ends its day (L38).
 */
async function dueCheck(store: Store, patientId: string) {
  const row = await store.db
    .selectFrom('effect')
    .innerJoin('notice', 'notice.id', 'effect.notice_id')
    .select(['notice.id as noticeId', 'notice.channel', 'effect.epoch', 'effect.lease_real_until as realAt'])
    .where('notice.patient_id', '=', patientId)
    .where('notice.state', '=', 'sent')
    .where('effect.state', '=', 'called')
    .whereRef('effect.epoch', '=', 'notice.epoch')
    .where((e) =>
      e.or([
        e('effect.kind', '=', 'text'),
        e('effect.called_real_at', '>', store.realNow() - 24 * 3_600_000),
      ]),
    )
    .orderBy('effect.lease_real_until')
    .limit(1)
    .executeTakeFirst();
  if (!row?.channel || row.realAt === null) return null;
  return { realAt: row.realAt, ref: { noticeId: row.noticeId, channel: row.channel, epoch: row.epoch } };
}

/** L20: a notice never speaks of a version that is not current and released. */
async function dropUntellable({ store }: ActivityDeps, noticeId: string): Promise<void> {
  await store.db.transaction().execute(async (tx) => {
    const notice = await tx
      .selectFrom('notice')
      .select(['patient_id'])
      .where('id', '=', noticeId)
      .executeTakeFirstOrThrow();
    await lockPatient(tx, patientLock(notice.patient_id));
    // Whoever joins now is seen here, or does not see it waiting any more.
    await tx.selectFrom('notice').select('id').where('id', '=', noticeId).forUpdate().execute();
    const members = await memberFacts(tx, noticeId);
    for (const m of members.filter((one) => !one.tellable))
      await tx
        .updateTable('notice_member')
        .set({ live: false })
        .where('notice_id', '=', noticeId)
        .where('result_id', '=', m.resultId)
        .execute();
    if (members.every((m) => !m.tellable))
      await tx.updateTable('notice').set({ state: 'withdrawn' }).where('id', '=', noticeId).execute();
  });
}

/** A notice that no channel of ours carries becomes work for a person, or is left to ResultsCall (L31). */
async function handOver(
  deps: ActivityDeps,
  practice: Practice,
  notice: Notice,
  news: Pick<DeliveryStatus, 'status' | 'channel' | 'task'> & { readonly why: string },
): Promise<void> {
  const { store } = deps;
  const tell = createTell(deps.temporal);
  const at = practiceNow(store, practice);
  // Told first: if this stops half way, the notice is still waiting and is planned again; the fact's id is the same.
  for (const m of await liveMembers(store.db, notice.id))
    await tell.delivery(practice, m.resultId, {
      id: `${notice.id}/handed-over`,
      at,
      noticeId: notice.id,
      version: m.version,
      purpose: notice.purpose,
      ...news,
    });
  await store.db
    .updateTable('notice')
    .set({
      state: 'handed-over',
      waits_for: news.why,
      // It counts toward the patient's texts (L31).
      ...(news.why === leftToResultsCall && { sent_at: at }),
    })
    .where('id', '=', notice.id)
    .where('state', '=', 'waiting')
    // A member that joined meanwhile was told nothing: the notice is planned anew.
    .where('latest_fact_at', '=', notice.latest_fact_at)
    .execute();
}
