import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { askAnswer, askPin, farewell, parseCall } from '../../clients/twilio/index.js';
import type { CallAnswerBody, CallStatusBody } from '../inbound/call-news.js';
import { keepInbound } from '../../store/inbound.js';
import type { Practice } from '../../store/practices.js';
import type { Store } from '../../store/store.js';

/** A PIN is asked for this often in one call. */
const triesAtMost = 3;

export interface VoiceRoutes {
  readonly store: Store;
  /** The practice in the path, if the request was signed by its Twilio account. */
  readonly signedBy: (request: FastifyRequest, practiceId: string) => Promise<Practice | null>;
  readonly refuse: (kind: string, reply: FastifyReply) => unknown;
  readonly onStored: () => void;
}

type Call = { Params: { practice: string }; Querystring: { e?: string; try?: string } };

/**
 * What a called person hears (L10): the PIN, then 1 or 2. Twilio only asks for addresses that we gave it, and each is
 * signed, so that the second question is reached by the right PIN alone. PINs and keys are not kept.
 */
export function voiceRoutes(app: FastifyInstance, { store, signedBy, refuse, onStored }: VoiceRoutes): void {
  const twiml = (reply: FastifyReply, document: string) => reply.type('text/xml').send(document);
  const path = (practice: Practice, rest: string) =>
    `${practice.settings.publicBaseUrl}/webhooks/twilio/${practice.id}/voice${rest}`;

  app.post<Call>('/webhooks/twilio/:practice/voice', async (request, reply) => {
    const practice = await signedBy(request, request.params.practice);
    if (!practice) return refuse('call', reply);
    const page = await pageOf(store, practice, request.query.e);
    if (page !== 'open') return twiml(reply, farewell(page));
    const action = path(practice, `/pin?e=${request.query.e ?? ''}&try=1`);
    return twiml(reply, askPin({ action, practiceName: practice.name, isRepeat: false }));
  });

  app.post<Call>('/webhooks/twilio/:practice/voice/pin', async (request, reply) => {
    const practice = await signedBy(request, request.params.practice);
    if (!practice) return refuse('call', reply);
    const { e: effectId = '', try: tried = '1' } = request.query;
    const page = await pageOf(store, practice, effectId);
    if (page !== 'open') return twiml(reply, farewell(page));
    const digits = parseCall(request.body)?.digits ?? '';
    if (await isPin(store, practice, effectId, digits))
      return twiml(reply, askAnswer({ action: path(practice, `/answer?e=${effectId}`) }));
    const next = Number(tried) + 1;
    if (!(next <= triesAtMost)) return twiml(reply, farewell('not-recognised'));
    const action = path(practice, `/pin?e=${effectId}&try=${next}`);
    return twiml(reply, askPin({ action, practiceName: practice.name, isRepeat: true }));
  });

  app.post<Call>('/webhooks/twilio/:practice/voice/answer', async (request, reply) => {
    const practice = await signedBy(request, request.params.practice);
    const call = parseCall(request.body);
    if (!practice || !call) return refuse('call', reply);
    const { e: effectId = '' } = request.query;
    const page = await pageOf(store, practice, effectId);
    if (page !== 'open') return twiml(reply, farewell(page));
    const answer = call.digits === '1' ? 'accept' : call.digits === '2' ? 'decline' : null;
    if (answer === null) return twiml(reply, farewell('not-recognised'));
    const body: CallAnswerBody = { effectId, callSid: call.sid, answer };
    await keepInbound(store, practice, {
      vendor: 'twilio',
      kind: 'call-answer',
      dedupeKey: `call-answer/${call.sid}/${effectId}`,
      body,
    });
    onStored();
    return twiml(reply, farewell(answer === 'accept' ? 'accepted' : 'declined'));
  });

  app.post<Call>('/webhooks/twilio/:practice/voice/status', async (request, reply) => {
    const practice = await signedBy(request, request.params.practice);
    if (!practice) return refuse('call-status', reply);
    const call = parseCall(request.body);
    const body: CallStatusBody = { effectId: request.query.e ?? null, form: request.body };
    await keepInbound(store, practice, {
      vendor: 'twilio',
      kind: 'call-status',
      dedupeKey: `call/${call?.sid ?? ''}/${call?.status ?? ''}/${request.query.e ?? ''}`,
      body,
    });
    onStored();
    return reply.code(204).send();
  });
}

/** Whether the page behind a call still waits for somebody. */
async function pageOf(
  store: Store,
  practice: Practice,
  effectId: string | undefined,
): Promise<'open' | 'taken' | 'over'> {
  if (!effectId) return 'over';
  const page = await store.db
    .selectFrom('effect')
    .leftJoin('task', 'task.id', 'effect.task_id')
    .select(['task.state'])
    .where('effect.id', '=', effectId)
    .where('effect.practice_id', '=', practice.id)
    .where('effect.channel', '=', 'voice')
    .executeTakeFirst();
  if (!page || page.state === null || page.state === 'done' || page.state === 'cancelled') return 'over';
  return page.state === 'accepted' ? 'taken' : 'open';
}

/** Compared in constant time. Nothing pressed is no PIN. */
async function isPin(store: Store, practice: Practice, effectId: string, digits: string): Promise<boolean> {
  const page = await store.db
    .selectFrom('effect')
    .select('person_id')
    .where('id', '=', effectId)
    .executeTakeFirst();
  const pin = practice.connections.twilio.voice?.people[page?.person_id ?? '']?.pin;
  if (pin === undefined) return false;
  const [given, right] = [Buffer.from(digits.padEnd(8, '-')), Buffer.from(pin.padEnd(8, '-'))];
  return given.length === right.length && timingSafeEqual(given, right);
}
