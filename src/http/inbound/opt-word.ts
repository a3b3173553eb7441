import { VendorError } from '../../clients/http/index.js';
import { lastOptWord, optIn, optOut } from '../../store/opting.js';
import type { Practice } from '../../store/practices.js';
import type { InboundPort } from './port.js';

export interface OptWord {
  /** Twilio's id of the text. */
  readonly sid: string;
  readonly reading: 'opts-out' | 'opts-in';
  /** Practice time at which it came. */
  readonly at: number;
}

/**
 * STOP or START (L37). Webhooks overtake each other and carry no time, so a second word is compared with the first by
 * Twilio's clock: the one that was written last counts. @returns false for one that was overtaken.
 */
export async function onOptWord(
  port: InboundPort,
  practice: Practice,
  number: string,
  word: OptWord,
): Promise<boolean> {
  const { store } = port;
  const say = word.reading === 'opts-out' ? optOut : optIn;
  for (;;) {
    const after = await lastOptWord(store, practice.id, number);
    if (after !== null && after !== word.sid && !(await isLater(port, practice, word, after))) return false;
    if (await say(store, practice.id, number, { sid: word.sid, at: word.at, after })) return true;
  }
}

async function isLater(port: InboundPort, practice: Practice, word: OptWord, last: string): Promise<boolean> {
  const twilio = port.twilio?.(practice);
  if (!twilio) return true;
  try {
    const { createdAt: written } = await twilio.fetchText(word.sid);
    const { createdAt: before } = await twilio.fetchText(last);
    // In the same second nobody knows: no text is the safe side.
    return written > before || (written === before && word.reading === 'opts-out');
  } catch (err) {
    // Twilio is away: a STOP counts at once, a START can wait. It no longer has the text: as they came.
    if (word.reading === 'opts-out' || (err instanceof VendorError && err.outcome === 'refused')) return true;
    throw err;
  }
}
