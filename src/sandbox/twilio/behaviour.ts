import { z } from 'zod';

/**
 * What happens to texts to one number. `sent-only` never gets a receipt; `opted-out` lasts until START or
 * another behaviour; `stuck` never leaves Twilio's queue and expires (30036) after its validity period; `undelivered`
 * and `failed` carry the error code of the callback, `refused` that of the HTTP 400 answer.
 */
export type Behaviour =
  | 'deliver'
  | 'sent-only'
  | 'opted-out'
  | 'stuck'
  | `undelivered:${number}`
  | `failed:${number}`
  | `refused:${number}`;

const one = z.custom<Behaviour>(
  (value) =>
    typeof value === 'string' &&
    /^(deliver|sent-only|opted-out|stuck|(undelivered|failed|refused):\d{4,5})$/.test(value),
  'expected deliver, sent-only, opted-out, stuck, undelivered:<code>, failed:<code> or refused:<code>',
);

/** One behaviour for ever, or one after the other for each text; the last stays. */
export const behaviourSchema = z.union([one, z.array(one).min(1)]);
export type Behaviours = Behaviour | readonly Behaviour[];

/** Where a message ends: the last status and its error code. */
export interface Outcome {
  readonly last: 'sent' | 'delivered' | 'undelivered' | 'failed' | 'refused' | 'expired';
  readonly errorCode: number | null;
}

/** Twilio's test numbers: refused when they are the recipient. */
const magicRecipients: Readonly<Record<string, number>> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550003': 21408,
  '+15005550004': 21610,
  '+15005550009': 21614,
};

/** Twilio's test numbers: refused when they are the sender; `+15005550006` is the one that works. */
const magicSenders: Readonly<Record<string, number>> = {
  '+15005550001': 21212,
  '+15005550007': 21606,
  '+15005550008': 21611,
};

/** The outcome for a recipient, from its behaviour and the test numbers. */
export function outcomeFor(to: string, behaviour: Behaviour = 'deliver'): Outcome {
  const magic = magicRecipients[to];
  if (magic) return { last: 'refused', errorCode: magic };
  if (behaviour === 'sent-only') return { last: 'sent', errorCode: null };
  if (behaviour === 'stuck') return { last: 'expired', errorCode: 30036 };
  const [last, code] = behaviour.split(':');
  if (last === 'undelivered' || last === 'failed' || last === 'refused')
    return { last, errorCode: Number(code) };
  return { last: 'delivered', errorCode: null };
}

/** The code that refuses a sender, `null` when it may send. */
export function senderRefusal(from: string, owned: string): number | null {
  if (from === owned || from === '+15005550006') return null;
  return magicSenders[from] ?? 21606;
}

/** The line type that Lookup reports: landline where the behaviour says that a text cannot arrive. */
export function lineTypeFor(to: string, behaviour: Behaviour | undefined): 'mobile' | 'landline' {
  const { errorCode } = outcomeFor(to, behaviour);
  return errorCode === 30006 || errorCode === 21614 ? 'landline' : 'mobile';
}
