import { tellOpened } from '../../activities/tell-opened.js';
import { liveMembers, toldBy } from '../../store/notices.js';
import type { Practice } from '../../store/practices.js';
import type { Inbound, InboundPort } from './port.js';
import { urgentResult } from './urgent-result.js';

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
  { id, body, receivedAt: at }: Inbound<PageAnswer>,
): Promise<string> {
  const { purpose, patient_id: patientId } = await store.db
    .selectFrom('notice')
    .select(['purpose', 'patient_id'])
    .where('id', '=', body.noticeId)
    .executeTakeFirstOrThrow();
  const wantsCall = body.answer === 'call';
  const members = await liveMembers(store.db, body.noticeId);
  for (const m of members)
    await tell.confirmed(practice, m.resultId, {
      // Read once is read for ever; a call may be asked for again.
      id: wantsCall ? `inbound/${id}` : `${body.noticeId}/confirmed/read`,
      at,
      wantsCall,
      told: toldBy(purpose, m),
    });
  if (!wantsCall) return 'confirmed';
  const urgent = await urgentResult(
    store,
    patientId,
    members.map((m) => m.resultId),
  );
  if (urgent !== null)
    await tell.replied(practice, urgent, {
      ...{ id: `inbound/${id}`, at, channel: 'page', acknowledges: false, told: null },
    });
  return 'wants-call';
}
