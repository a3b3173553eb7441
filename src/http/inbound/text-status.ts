import { applyTextNews } from '../../activities/text-fate.js';
import { parseStatusCallback } from '../../clients/twilio/index.js';
import type { Practice } from '../../store/practices.js';
import type { Handled, Inbound, InboundPort } from './port.js';
import { unknownOf } from './unknown.js';

/** A status callback of Twilio with our own effect id from its URL, if it had one. */
export interface TextStatusBody {
  readonly effectId: string | null;
  readonly form: unknown;
}

/** A status callback. @returns the outcome for the inbound row, or the text that it waits for. */
export async function onTextStatus(
  port: InboundPort,
  practice: Practice,
  inbound: Inbound<TextStatusBody>,
): Promise<Handled> {
  const news = parseStatusCallback(inbound.body.form);
  if (!news) return 'unreadable';
  const effect = await findEffect(port, practice, inbound.body.effectId, news.sid);
  if (effect) return applyTextNews(port, practice, effect, news, inbound.receivedAt);
  // Nobody's text: somebody else sends through our service, or our record lost one (S000-85).
  const alarm = unknownOf(practice, inbound, 'status-of-unknown-text');
  return { waitsFor: news.sid, otherwise: { outcome: 'unknown-message', alarm } };
}

async function findEffect({ store }: InboundPort, practice: Practice, effectId: string | null, sid: string) {
  const effects = store.db.selectFrom('effect').selectAll().where('practice_id', '=', practice.id);
  const bySid = await effects.where('vendor_ref', '=', sid).executeTakeFirst();
  if (bySid || effectId === null) return bySid;
  // The answer to our call was lost; the callback's own id ties the text to its effect (architecture §8).
  return effects
    .where('id', '=', effectId)
    .where('kind', '=', 'text')
    .where('vendor_ref', 'is', null)
    .executeTakeFirst();
}
