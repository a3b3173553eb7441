import { acceptanceId, commandByPage } from '../../activities/page-acceptance.js';
import { VendorError } from '../../clients/http/index.js';
import { isCallOver, parseCall } from '../../clients/twilio/index.js';
import type { TaskKind } from '../../domain/lifecycle/state.js';
import { settleEffect } from '../../store/effects.js';
import type { Practice } from '../../store/practices.js';
import type { Inbound, InboundPort } from './port.js';

/** What was pressed after the right PIN. */
export interface CallAnswerBody {
  readonly effectId: string;
  readonly callSid: string;
  readonly answer: 'accept' | 'decline';
}

export interface CallStatusBody {
  readonly effectId: string | null;
  readonly form: unknown;
}

/** A called person accepted or passed on: a command, as if written at the desk (architecture §5, the voice PIN). */
export async function onCallAnswer(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<CallAnswerBody>,
): Promise<string> {
  const { store, tell } = port;
  const { effectId, callSid, answer } = inbound.body;
  const page = await store.db
    .selectFrom('effect')
    .innerJoin('task', 'task.id', 'effect.task_id')
    .select(['effect.person_id', 'task.id as taskId', 'task.kind'])
    .where('effect.id', '=', effectId)
    .where('effect.practice_id', '=', practice.id)
    .where('effect.channel', '=', 'voice')
    .executeTakeFirst();
  if (!page?.person_id) return 'unknown-page';
  const refused = await commandByPage(store, tell, {
    practice,
    personId: page.person_id,
    via: 'voice-pin',
    body: { kind: answer, task: page.kind as TaskKind },
    taskId: page.taskId,
    id: acceptanceId(callSid, effectId, answer),
  });
  // Done meanwhile, or the person was taken off the roster since the call began: nobody's decision.
  if (refused !== null) return refused;
  const at = inbound.receivedAt;
  await settleEffect(store.db, store, effectId, { state: 'confirmed', at, code: answer });
  if (answer === 'accept') await hangUpOthers(port, practice, page.taskId, effectId, at);
  return answer === 'accept' ? 'call-accepted' : 'call-declined';
}

/** Nobody else needs to be woken. */
async function hangUpOthers(
  { store, twilio }: InboundPort,
  practice: Practice,
  taskId: string,
  accepted: string,
  at: number,
): Promise<void> {
  const others = await store.db
    .selectFrom('effect')
    .select(['id', 'vendor_ref'])
    .where('practice_id', '=', practice.id)
    .where('task_id', '=', taskId)
    .where('channel', '=', 'voice')
    .where('state', '=', 'called')
    .where('id', '<>', accepted)
    .execute();
  for (const { id, vendor_ref: sid } of others) {
    await settleEffect(store.db, store, id, { state: 'cancelled', at, code: 'taken' });
    // Whoever answers all the same hears that it is taken.
    if (sid !== null && twilio)
      await twilio(practice)
        .endCall(sid)
        .catch((err: unknown) => {
          if (!(err instanceof VendorError)) throw err;
        });
  }
}

/** How a call ended. Without an answer it reached nobody, whatever Twilio calls it. */
export async function onCallStatus(
  { store }: InboundPort,
  practice: Practice,
  inbound: Inbound<CallStatusBody>,
): Promise<string> {
  const news = parseCall(inbound.body.form);
  if (!news || inbound.body.effectId === null) return 'unreadable';
  const effect = await store.db
    .selectFrom('effect')
    .select(['id', 'vendor_ref'])
    .where('id', '=', inbound.body.effectId)
    .where('practice_id', '=', practice.id)
    .where('channel', '=', 'voice')
    .executeTakeFirst();
  if (!effect || (effect.vendor_ref !== null && effect.vendor_ref !== news.sid)) return 'unknown-call';
  await store.db
    .updateTable('effect')
    .set({ vendor_ref: news.sid, vendor_status: news.status })
    .where('id', '=', effect.id)
    .execute();
  if (!isCallOver(news.status)) return 'call-answered';
  const code = news.status === 'completed' ? 'not-accepted' : news.status;
  const isNews = await settleEffect(store.db, store, effect.id, {
    state: 'failed',
    at: inbound.receivedAt,
    code,
  });
  return isNews ? `call-${code}` : 'settled-before';
}
