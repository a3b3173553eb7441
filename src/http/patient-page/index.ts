import { sql } from 'kysely';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Tell } from '../../activities/tell.js';
import { showPhone } from '../../domain/messages/render.js';
import { isLinkToken, tokenIndex } from '../../security/tokens.js';
import { recordAccess } from '../../store/access.js';
import { liveMembers, toldBy } from '../../store/notices.js';
import { loadPractice, practiceNow, type Practice } from '../../store/practices.js';
import type { Store } from '../../store/store.js';
import { looksLikePerson } from './bots.js';
import { renderPage, type PageLanguage, type PageView } from './page.js';

export interface PatientPageOptions {
  readonly store: Store;
  readonly tell: Tell;
}

/** After this many wrong birth dates the page is locked: the link alone must not let anybody guess. */
const triesAtMost = 5;

const answer = z.object({
  month: z.coerce.number().int().min(1).max(12),
  day: z.coerce.number().int().min(1).max(31),
  year: z.coerce.number().int().min(1880).max(2200),
  answer: z.enum(['read', 'call']),
});

/**
 * The page behind a tracked link (L24, L35). Opened = a visit that looks like a person's; confirmed = birth date and
 * button. It shows nothing of the result and leads on to the portal.
 */
export function patientPage({ store, tell }: PatientPageOptions): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Params: { token: string } }>('/p/:token', async (request, reply) => {
      const found = await find(request.params.token);
      if (!found) return show(reply, 404, 'eng', null, { kind: 'gone' });
      const { notice, practice, language } = found;
      if (request.method === 'GET' && looksLikePerson(request.headers)) await opened(practice, notice.id);
      const locked = notice.page_tries >= triesAtMost;
      return show(
        reply,
        200,
        language,
        practice,
        locked ? { kind: 'locked' } : { kind: 'ask', token: request.params.token, wrong: false },
      );
    });

    app.post<{ Params: { token: string } }>('/p/:token', async (request, reply) => {
      const { token } = request.params;
      const found = await find(token);
      if (!found) return show(reply, 404, 'eng', null, { kind: 'gone' });
      const { notice, practice, language } = found;
      if (notice.page_tries >= triesAtMost) return show(reply, 200, language, practice, { kind: 'locked' });
      const form = answer.safeParse(request.body);
      await recordAccess(store, practice, { actor: 'patient-page', what: 'birth-date-compared' });
      if (!form.success || !(await isBirthDate(notice.patient_id, form.data))) {
        const { page_tries } = await store.db
          .updateTable('notice')
          .set({ page_tries: sql`page_tries + 1` })
          .where('id', '=', notice.id)
          .returning('page_tries')
          .executeTakeFirstOrThrow();
        return show(
          reply,
          200,
          language,
          practice,
          page_tries >= triesAtMost ? { kind: 'locked' } : { kind: 'ask', token, wrong: true },
        );
      }
      const wantsCall = form.data.answer === 'call';
      const at = practiceNow(store, practice);
      await store.db
        .updateTable('notice')
        .set((e) => ({
          opened_at: e.fn.coalesce('opened_at', e.val(at)),
          ...(!wantsCall && { acknowledged_at: e.fn.coalesce('acknowledged_at', e.val(at)) }),
        }))
        .where('id', '=', notice.id)
        .execute();
      for (const m of await liveMembers(store.db, notice.id))
        await tell.confirmed(practice, m.resultId, {
          id: `${notice.id}/confirmed/${form.data.answer}`,
          at,
          wantsCall,
          told: toldBy(notice.purpose, m),
        });
      return show(reply, 200, language, practice, { kind: 'thanks', wantsCall });
    });
  };

  async function find(token: string) {
    if (!isLinkToken(token)) return null;
    const notice = await store.db
      .selectFrom('notice')
      .selectAll()
      .where('token_index', '=', tokenIndex(store.ring, token))
      .where('state', '<>', 'withdrawn')
      .executeTakeFirst();
    if (!notice) return null;
    const language: PageLanguage = notice.language === 'spa' ? 'spa' : 'eng';
    return { notice, practice: await loadPractice(store, notice.practice_id), language };
  }

  /** Seen, not acknowledged. The first visit counts. */
  async function opened(practice: Practice, noticeId: string): Promise<void> {
    const at = practiceNow(store, practice);
    await store.db
      .updateTable('notice')
      .set({ opened_at: at })
      .where('id', '=', noticeId)
      .where('opened_at', 'is', null)
      .execute();
    for (const m of await liveMembers(store.db, noticeId))
      await tell.opened(practice, m.resultId, { id: `${noticeId}/opened`, at });
  }

  async function isBirthDate(
    patientId: string,
    date: { month: number; day: number; year: number },
  ): Promise<boolean> {
    const iso = `${date.year}-${String(date.month).padStart(2, '0')}-${String(date.day).padStart(2, '0')}`;
    const patient = await store.db
      .selectFrom('patient')
      .select('birth_index')
      .where('id', '=', patientId)
      .executeTakeFirst();
    try {
      return patient?.birth_index !== null && patient?.birth_index === store.index.birthDateIndex(iso);
    } catch {
      return false; // 31 February is nobody's birth date
    }
  }
}

function show(
  reply: FastifyReply,
  status: number,
  language: PageLanguage,
  practice: Practice | null,
  view: PageView,
) {
  const shown = practice && {
    name: practice.name,
    phone: showPhone(practice.settings.phone),
    portalUrl: practice.settings.portalUrl,
  };
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    .send(renderPage(language, shown, view));
}
