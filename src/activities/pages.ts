import type { PageOrder } from '../domain/lifecycle/decisions.js';
import { resolveRole } from '../domain/routing/roster.js';
import type { SpruceClient } from '../clients/spruce/index.js';
import { keyFor } from '../clients/spruce/index.js';
import { VendorError } from '../clients/http/index.js';
import {
  holdEffect,
  markCalled,
  markNotDone,
  markTaken,
  permission,
  settleEffect,
  type EffectKey,
} from '../store/effects.js';
import {
  alarmsToPage,
  forgetPageConversation,
  pageConversation,
  pageEffectsOf,
  pageReference,
  rememberPageConversation,
  unansweredCalls,
} from '../store/pages.js';
import { loadPractice, practiceNow, type Practice } from '../store/practices.js';
import { rulesReviewDue, watchRulesReview } from '../store/rules-review.js';
import { memberTask } from '../store/tasks.js';
import type { AlarmActivities, PageActivities } from '../workflows/activity-types.js';
import type { ActivityDeps } from './deps.js';
import { comeBack, guarded } from './failures.js';
import { acceptancesOf, commandByPage } from './page-acceptance.js';
import { alarmIfRefused } from './spruce-refused.js';
import { createTell } from './tell.js';
import { callPerson } from './voice-page.js';

/** L11: at most one page per person per hour, with a count. Criticals are not bound by it. */
const perPersonMs = 60 * 60_000;

type Paged = Awaited<ReturnType<PageActivities['page']>>;

/** Pages by Spruce, and critical ones by voice too. They hold no PHI (L11); a critical one is rather sent twice than never (architecture §8). */
export function createPageActivities(deps: ActivityDeps): PageActivities & AlarmActivities {
  const { store, vendors, metrics } = deps;
  const tell = createTell(deps.temporal);

  return {
    page: ({ practiceId, resultId, page }) =>
      guarded(async () => {
        const practice = await loadPractice(store, practiceId);
        const result = await store.db
          .selectFrom('result')
          .select(['owner_id', 'closure', 'detected_real_at'])
          .where('id', '=', resultId)
          .executeTakeFirstOrThrow();
        const task = await memberTask(store.db, resultId, page.task);
        const people = resolve(practice, page, result.owner_id, practiceNow(store, practice));
        const taskKey = task?.id ?? `result/${resultId}`;
        const outcome: Paged = { sentTo: [], failedFor: [], againAt: null };
        // Side by side: a channel that hangs for one person must not delay the page to the next.
        const tried = await Promise.allSettled(
          people.map(async (personId) => {
            const to = { personId, taskKey, taskId: task?.id, resultId };
            const one = await pagePerson(deps, practice, page, to);
            const call = await callPerson(deps, practice, page, { ...to, otherChannelFailed: one.failed });
            return {
              personId,
              againAt: one.againAt,
              sent: one.sent || call === 'called',
              // L10: an error of either channel rings the next person at once.
              failed: one.failed || call === 'failed',
            };
          }),
        );
        for (const result of tried) {
          if (result.status === 'rejected') throw result.reason;
          const { personId, ...one } = result.value;
          if (one.sent) (outcome.sentTo as string[]).push(personId);
          if (one.failed) (outcome.failedFor as string[]).push(personId);
          if (one.againAt !== null)
            Object.assign(outcome, { againAt: Math.max(outcome.againAt ?? 0, one.againAt) });
        }
        if (page.critical && outcome.sentTo.length > 0)
          metrics.pageSent(store.realNow() - result.detected_real_at);
        return outcome;
      }),

    pageAlarms: ({ practiceId }) =>
      guarded(async () => {
        const practice = await loadPractice(store, practiceId);
        await watchRulesReview(store, practice);
        const { administrator, medicalDirector } = practice.roster;
        const page = { step: 'alarm', critical: false };
        const toPerson = async (personId: string, codes?: readonly string[]) =>
          (await alarmsToPage(store, practiceId, personId, codes)).map((id) => ({
            personId,
            taskKey: `alarm/${id}`,
            taskId: undefined,
          }));
        // The review of the rules is the medical director's to do (S000-96), and the administrator's to know of.
        const lists = [
          await toPerson(administrator),
          medicalDirector === administrator ? [] : await toPerson(medicalDirector, [rulesReviewDue]),
        ];
        // All are written down before the first is sent: its page takes the others along, with their count (L11).
        for (const one of lists.flat())
          await store.db
            .transaction()
            .execute((tx) =>
              holdEffect(tx, store, effectKey(practice, page, one, practiceNow(store, practice))),
            );
        for (const [lead] of lists) if (lead) await pagePerson(deps, practice, page, lead);
      }),

    pollPages: ({ practiceId, resultId }) =>
      guarded(async () => {
        const practice = await loadPractice(store, practiceId);
        const spruce = vendors.spruce(practice);
        const pages = await pageEffectsOf(store, resultId);
        for (const conversationId of new Set(pages.map((p) => p.conversationId).filter((c) => c !== null))) {
          const mine = pages.filter((p) => p.conversationId === conversationId);
          const items = await spruce
            .items(conversationId, { order: 'newest_first' })
            .catch(async (err: unknown) => {
              if (!(await isGone(spruce, conversationId, err))) throw err;
              await forgetPageConversation(store, practiceId, conversationId);
              return [];
            });
          for (const item of items) {
            const page = mine.find(
              (p) =>
                (p.requestId !== null && p.requestId === item.requestId) ||
                item.text.includes(pageReference(p.effectId)),
            );
            if (!page) continue;
            await settleEffect(store.db, store, page.effectId, {
              state: 'confirmed',
              at: practiceNow(store, practice),
            });
            for (const accepted of acceptancesOf(practice, item))
              await commandByPage(store, tell, {
                practice,
                ...accepted,
                via: 'spruce-page',
                body: { kind: 'accept', task: 'callback' },
                taskId: page.taskId,
              });
          }
        }
        return { unanswered: await unansweredCalls(store, resultId) };
      }),
  };
}

/** Roles become persons now (L14). When everybody is left out, the list begins again (L10). */
function resolve(practice: Practice, page: PageOrder, ownerId: string | null, at: number): string[] {
  const people = [...new Set(page.roles.map((role) => resolveRole(practice.roster, role, ownerId, at)))];
  const left = people.filter((p) => !page.without.includes(p));
  return left.length > 0 || !page.critical ? left : people;
}

interface PersonPage {
  readonly personId: string;
  readonly taskKey: string;
  readonly taskId: string | undefined;
  /** Left out where the page is about no result: an alarm of the practice. */
  readonly resultId?: string;
}

type PageStep = Pick<PageOrder, 'step' | 'critical' | 'anyHour' | 'asks'>;

/** One page of one step to one person happens once, whatever retries it. */
function effectKey(practice: Practice, page: PageStep, to: PersonPage, at: number): EffectKey {
  return {
    practiceId: practice.id,
    key: `page/${to.taskKey}/${page.step}/${to.personId}/spruce`,
    kind: 'page',
    at,
    ...(to.resultId && { resultId: to.resultId }),
    ...(to.taskId && { taskId: to.taskId }),
    personId: to.personId,
    step: page.step,
    channel: 'spruce',
  };
}

async function pagePerson(
  deps: ActivityDeps,
  practice: Practice,
  page: PageStep,
  to: PersonPage,
): Promise<{ sent: boolean; failed: boolean; againAt: number | null }> {
  const { store } = deps;
  const now = practiceNow(store, practice);
  const member = practice.roster.people.find((p) => p.id === to.personId)?.spruceMemberId;
  const claimed = await store.db.transaction().execute(async (tx) => {
    const membership = await tx
      .selectFrom('membership')
      .select('last_paged_at')
      .where('practice_id', '=', practice.id)
      .where('person_id', '=', to.personId)
      .forUpdate()
      .executeTakeFirst();
    const effect = await holdEffect(tx, store, effectKey(practice, page, to, now));
    // What Spruce refused is tried anew whenever its step is: nobody heard of it.
    const isRefused = effect.state === 'failed';
    const may = permission(store, effect);
    if (may.may === 'nothing' && !isRefused)
      return { do: 'done' as const, sent: effect.state === 'confirmed' };
    // A critical page waits for nobody: its key makes Spruce refuse what it has taken already.
    if (may.may === 'wait' && !page.critical)
      throw comeBack(may.realMs, 'another attempt may still be calling');
    if (!member) {
      await settleEffect(tx, store, effect.id, { state: 'failed', at: now, code: 'no-spruce-member' });
      return { do: 'failed' as const };
    }
    const since = effect.settledRealAt ?? effect.createdRealAt;
    if (page.critical) {
      await markCalled(tx, store, effect.id, effect.id, practice.settings.leaseMs, now);
      return { do: 'call' as const, effects: [effect.id], member, since };
    }
    const free = (membership?.last_paged_at ?? -Infinity) + perPersonMs;
    if (free > now) return { do: 'later' as const, againAt: free };
    // Everything that waits for this person goes in one page, with its count.
    const waiting = await tx
      .selectFrom('effect')
      .select('id')
      .where('practice_id', '=', practice.id)
      .where('kind', '=', 'page')
      .where('channel', '=', 'spruce')
      .where('person_id', '=', to.personId)
      // Alarms that were refused have nobody else to bring them up again.
      .where((e) =>
        e.or([
          e('state', '=', 'intended'),
          e.and([e('state', '=', 'failed'), e('key', 'like', 'page/alarm/%')]),
        ]),
      )
      .forUpdate()
      .execute();
    const effects = [...new Set([effect.id, ...waiting.map((w) => w.id)])];
    for (const id of effects) await markCalled(tx, store, id, effect.id, practice.settings.leaseMs, now);
    await tx
      .updateTable('membership')
      .set({ last_paged_at: now })
      .where('practice_id', '=', practice.id)
      .where('person_id', '=', to.personId)
      .execute();
    return { do: 'call' as const, effects, member, since };
  });
  switch (claimed.do) {
    case 'done':
      return { sent: claimed.sent, failed: false, againAt: null };
    case 'failed':
      return { sent: false, failed: true, againAt: null };
    case 'later':
      return { sent: false, failed: false, againAt: claimed.againAt };
    case 'call':
      return call(deps, practice, page, to.personId, claimed.member, claimed);
    default:
      claimed satisfies never;
      throw new Error('unreachable');
  }
}

async function call(
  deps: ActivityDeps,
  practice: Practice,
  page: PageStep,
  personId: string,
  memberId: string,
  { effects, since }: { readonly effects: readonly string[]; readonly since: number },
): Promise<{ sent: boolean; failed: boolean; againAt: null }> {
  const { store, vendors } = deps;
  const [lead] = effects;
  try {
    const spruce = vendors.spruce(practice);
    const post = (conversationId: string, effect: string) =>
      spruce.postMessage({
        conversationId,
        text: `${words(page, effects.length)} (${pageReference(lead ?? '')})`,
        internal: true,
        pageMemberIds: [memberId],
        // The same key for the same effect: a repeat after an unknown outcome is refused by Spruce, not doubled. Spruce
        // forgets keys; what is repeated for a day gets another, rather twice than never.
        idempotencyKey: keyFor(effect, since, store.realNow()),
      });
    const conversation = () => conversationFor(deps, practice, spruce, personId, memberId);
    const known = await conversation();
    const posted = await post(known, `page-${lead}`).catch(async (err: unknown) => {
      if (!(await isGone(spruce, known, err))) throw err;
      await forgetPageConversation(store, practice.id, known);
      return post(await conversation(), `page-${lead}-anew`);
    });
    for (const id of effects)
      await markTaken(store.db, id, 'requestId' in posted ? posted.requestId : 'duplicate', 'posted');
    return { sent: true, failed: false, againAt: null };
  } catch (err) {
    if (!(err instanceof VendorError)) throw err;
    await alarmIfRefused(store, practice, err);
    const at = practiceNow(store, practice);
    for (const id of effects) {
      if (err.outcome === 'refused')
        await settleEffect(store.db, store, id, { state: 'failed', at, code: err.code });
      // Also after an unknown outcome: the same key makes Spruce refuse what it has taken already.
      else if (lead) await markNotDone(store.db, id, lead);
    }
    if (!page.critical) await forgetPaged(deps, practice, personId);
    // L10: for a critical the next rung is rung at once; anything else is tried again by its own retry rule.
    if (page.critical || err.outcome === 'refused') return { sent: false, failed: true, againAt: null };
    throw err;
  }
}

/** Whether the conversation was deleted. Posting and listing call that a bad request (reference §3), so it is asked for. */
async function isGone(spruce: SpruceClient, conversationId: string, err: unknown): Promise<boolean> {
  if (!(err instanceof VendorError) || err.outcome !== 'refused') return false;
  return spruce.conversation(conversationId).then(
    () => false,
    (answer: unknown) => answer instanceof VendorError && answer.code === 'not-found',
  );
}

/** A page that did not leave does not count for the hour (L11). */
async function forgetPaged({ store }: ActivityDeps, practice: Practice, personId: string): Promise<void> {
  await store.db
    .updateTable('membership')
    .set({ last_paged_at: null })
    .where('practice_id', '=', practice.id)
    .where('person_id', '=', personId)
    .execute();
}

/** No PHI in a page (L11): it says that something waits, and where. */
function words(page: PageStep, count: number): string {
  if (page.critical)
    return `resultloop: a critical result needs you now. Open your worklist and accept it, or resolve this page.${
      page.asks === 'lab-phoned'
        ? ' The laboratory had it over an hour before us: has it phoned anybody about it?'
        : ''
    }`;
  if (page.anyHour)
    return `resultloop: a same-day result needs your decision now${count > 1 ? `, and ${count - 1} more ${count === 2 ? 'item waits' : 'items wait'} for you` : ''}. Open your worklist.`;
  return count > 1
    ? `resultloop: ${count} items wait for you. Open your worklist.`
    : 'resultloop: an item waits for you. Open your worklist.';
}

/** Pages of one person live in one internal note conversation. */
async function conversationFor(
  { store }: ActivityDeps,
  practice: Practice,
  spruce: SpruceClient,
  personId: string,
  memberId: string,
): Promise<string> {
  const known = await pageConversation(store, practice.id, personId);
  if (known) return known;
  const { conversationId } = await spruce.createNoteConversation({
    title: 'resultloop pages',
    memberIds: [memberId],
    // A second conversation after a lost answer is harmless; a reused key would be refused without its id.
    idempotencyKey: `pages-${personId}-${store.realNow()}`,
    isUrgent: true,
  });
  await rememberPageConversation(store, practice.id, personId, conversationId);
  return conversationId;
}
