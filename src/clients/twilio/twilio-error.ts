import { z } from 'zod';
import type { HttpAnswer, VendorErrorFields } from '../http/index.js';
import { statusFailure, VendorError } from '../http/index.js';
import type { TextFailure } from './errors.js';
import { afterTwilioError } from './errors.js';

/** A {@link VendorError} that also carries Twilio's own error code and what it means for the message. */
export class TwilioError extends VendorError {
  /** Twilio's error code, e.g. 21610, or null when the answer held none. */
  readonly twilioCode: number | null;
  /** What happens next with the patient's message; `unknown` when only a person can say. */
  readonly failure: TextFailure;

  constructor(message: string, fields: VendorErrorFields, twilioCode: number | null) {
    super(message, fields);
    this.name = 'TwilioError';
    this.twilioCode = twilioCode;
    // Without a code of Twilio's, a refusal of the whole call is about our account, not about the number.
    const isOurs = twilioCode === null && (fields.code === 'forbidden' || fields.code === 'not-found');
    this.failure = isOurs ? 'configuration' : afterTwilioError(twilioCode);
  }
}

/** Both of Twilio's error forms (its own, and RFC 9457) have the code in the same place. */
const errorBody = z.object({ code: z.coerce.number().int() });

/**
 * Reads an answer that is no success. Twilio's message is dropped on purpose: it repeats the phone number.
 * A full sender queue (21611) is a 400 that took nothing on, so it may be repeated like a 429.
 */
export function twilioFailure(answer: HttpAnswer): TwilioError {
  const twilioCode = codeIn(answer.text);
  const refined =
    twilioCode === 20003
      ? ({ code: 'unauthorized' } as const)
      : twilioCode === 20429 || twilioCode === 21611
        ? ({ code: 'rate-limited' } as const)
        : {};
  const failure = statusFailure(answer.call, answer, refined);
  const message = twilioCode === null ? failure.message : `${failure.message} (Twilio error ${twilioCode})`;
  return new TwilioError(message, failure, twilioCode);
}

function codeIn(text: string): number | null {
  try {
    return errorBody.safeParse(JSON.parse(text)).data?.code ?? null;
  } catch {
    // Not JSON: a proxy in between answered, and the status alone decides.
    return null;
  }
}
