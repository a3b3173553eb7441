import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { showPhone } from '../../domain/messages/render.js';
import { isLinkToken, tokenIndex } from '../../security/tokens.js';
import { recordAccess } from '../../store/access.js';
import { keepInbound } from '../../store/inbound.js';
import { loadPractice, practiceNow, type Practice } from '../../store/practices.js';
import type { NoticeTable } from '../../store/schema.js';
import type { Store } from '../../store/store.js';
import type { PageAnswer, PageVisit } from '../inbound/page-visit.js';
import { looksLikePerson } from './bots.js';
import { renderPage, type PageLanguage, type PageView } from './page.js';
import { giveTryBack, takeTry, triesAtMost } from './tries.js';

export interface PatientPageOptions {
  readonly store: Store;
  /** Called after a visit or an answer was stored. */
  readonly onStored: () => void;
}

/** A link in an old message opens nothing any more after this, practice ms. */
const linkLifeMs = 90 * 24 * 3_600_000;
/** A button pressed twice is one wish for a call; on another day it is a new one. */
const callAgainMs = 3_600_000;

const answer = z.object({
  month: z.coerce.number().int().min(1).max(12),
  day: z.coerce.number().int().min(1).max(31),
  year: z.coerce.number().int().min(1880).max(2200),
  answer: z.enum(['read', 'call']),
});

/**
 * The page behind a tracked link (L24, L35). Opened = a visit that looks like a person's; confirmed = birth date and
 * button. It shows nothing of the result and leads on to the portal. What a patient did is stored before it is
 * answered and told to the workflows after.
 */
export function patientPage({ store, onStored }: PatientPageOptions): FastifyPluginAsync {
  return async (app) => {
    app.get<{ Params: { token: string } }>('/p/:token', async (request, reply) => {
      const link = await find(request.params.token);
      if (link.state !== 'live') return gone(request, reply, link);
      const { notice, practice, language } = link;
      if (request.method === 'GET' && looksLikePerson(request.headers)) await opened(practice, notice.id);
      if (notice.page_tries >= triesAtMost) return show(reply, 200, language, practice, { kind: 'locked' });
      return show(reply, 200, language, practice, { kind: 'ask', token: request.params.token, wrong: false });
    });

    app.post<{ Params: { token: string } }>('/p/:token', async (request, reply) => {
      const { token } = request.params;
      const link = await find(token);
      if (link.state !== 'live') return gone(request, reply, link);
      const { notice, practice, language } = link;
      const tries = await takeTry(store, notice.id);
      if (tries === null) return show(reply, 200, language, practice, { kind: 'locked' });
      const form = answer.safeParse(request.body);
      await recordAccess(store, practice, { actor: 'patient-page', what: 'birth-date-compared' });
      if (!form.success || !(await isBirthDate(notice.patient_id, form.data)))
        return show(
          reply,
          200,
          language,
          practice,
          tries >= triesAtMost ? { kind: 'locked' } : { kind: 'ask', token, wrong: true },
        );
      await giveTryBack(store, notice.id);
      await answered(practice, notice.id, form.data.answer);
      return show(reply, 200, language, practice, {
        kind: 'thanks',
        wantsCall: form.data.answer === 'call',
      });
    });
  };

  async function find(token: string): Promise<Link> {
    if (!isLinkToken(token)) return { state: 'unknown' };
    const notice = await store.db
      .selectFrom('notice')
      .selectAll()
      .where('token_index', '=', tokenIndex(store.ring, token))
      .executeTakeFirst();
    if (!notice) return { state: 'unknown' };
    const practice = await loadPractice(store, notice.practice_id);
    const language: PageLanguage = notice.language === 'spa' ? 'spa' : 'eng';
    const isOver =
      notice.state === 'withdrawn' ||
      practiceNow(store, practice) - (notice.sent_at ?? notice.created_at) > linkLifeMs;
    return { state: isOver ? 'over' : 'live', notice, practice, language };
  }

  /** Seen, not acknowledged. The first visit counts. */
  async function opened(practice: Practice, noticeId: string): Promise<void> {
    await keepInbound(store, practice, {
      vendor: 'patient-page',
      kind: 'page-opened',
      dedupeKey: `${noticeId}/opened`,
      body: { noticeId } satisfies PageVisit,
    });
    await store.db
      .updateTable('notice')
      .set({ opened_at: practiceNow(store, practice) })
      .where('id', '=', noticeId)
      .where('opened_at', 'is', null)
      .execute();
    onStored();
  }

  async function answered(practice: Practice, noticeId: string, answer: PageAnswer['answer']): Promise<void> {
    await keepInbound(store, practice, {
      vendor: 'patient-page',
      kind: 'page-answered',
      dedupeKey:
        answer === 'call'
          ? `${noticeId}/call/${Math.floor(store.realNow() / callAgainMs)}`
          : `${noticeId}/read`,
      body: { noticeId, answer } satisfies PageAnswer,
    });
    const at = practiceNow(store, practice);
    await store.db
      .updateTable('notice')
      .set((e) => ({
        opened_at: e.fn.coalesce('opened_at', e.val(at)),
        ...(answer === 'read' && { acknowledged_at: e.fn.coalesce('acknowledged_at', e.val(at)) }),
      }))
      .where('id', '=', noticeId)
      .execute();
    onStored();
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

type Link =
  | { readonly state: 'unknown' }
  | {
      readonly state: 'live' | 'over';
      readonly notice: Selectable<NoticeTable>;
      readonly practice: Practice;
      readonly language: PageLanguage;
    };

/** A link that is over still knows whom to call; one that nobody knows speaks the browser's language. */
function gone(request: FastifyRequest, reply: FastifyReply, link: Link) {
  if (link.state !== 'unknown') return show(reply, 410, link.language, link.practice, { kind: 'gone' });
  const isSpanish = /^\s*es\b/i.test(request.headers['accept-language'] ?? '');
  return show(reply, 404, isSpanish ? 'spa' : 'eng', null, { kind: 'gone' });
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
