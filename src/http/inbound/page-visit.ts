import { tellOpened } from '../../activities/tell-opened.js';
import { liveMembers, toldBy } from '../../store/notices.js';
import type { Practice } from '../../store/practices.js';
import type { Inbound, InboundPort } from './port.js';

/** A visit of the patient's page that looks like a person's. */
export interface PageVisit {
  readonly noticeId: string;
}

/** Birth date and button on the patient's page. */
export interface PageAnswer extends PageVisit {
  readonly answer: 'read' | 'call';
}

/** Seen, never acknowledged by it (L35). */
export async function onPageOpened(
  { store, tell }: InboundPort,
  practice: Practice,
  { body, receivedAt }: Inbound<PageVisit>,
): Promise<string> {
  await tellOpened(store, tell, practice, body.noticeId, receivedAt);
  return 'opened';
}

/** The patient confirmed, or wants a call (L35). */
export async function onPageAnswered(
  { store, tell }: InboundPort,
  practice: Practice,
  { body, receivedAt }: Inbound<PageAnswer>,
): Promise<string> {
  const { purpose } = await store.db
    .selectFrom('notice')
    .select('purpose')
    .where('id', '=', body.noticeId)
    .executeTakeFirstOrThrow();
  for (const m of await liveMembers(store.db, body.noticeId))
    await tell.confirmed(practice, m.resultId, {
      id: `${body.noticeId}/confirmed/${body.answer}`,
      at: receivedAt,
      wantsCall: body.answer === 'call',
      told: toldBy(purpose, m),
    });
  return body.answer === 'call' ? 'wants-call' : 'confirmed';
}
