import { z } from 'zod';

/**
 * What happens to texts to one number. `sent-only` never gets a receipt; `opted-out` lasts until START or
 * another behaviour; `undelivered` and `failed` carry the error code of the callback, `refused` that of the
 * HTTP 400 answer.
 */
export type Behaviour =
  'deliver' | 'sent-only' | 'opted-out' | `undelivered:${number}` | `failed:${number}` | `refused:${number}`;

export const behaviourSchema = z.custom<Behaviour>(
  (value) =>
    typeof value === 'string' &&
    /^(deliver|sent-only|opted-out|(undelivered|failed|refused):\d{4,5})$/.test(value),
  'expected deliver, sent-only, opted-out, undelivered:<code>, failed:<code> or refused:<code>',
);

/** Where a message ends: the last status and its error code. */
export interface Outcome {
  readonly last: 'sent' | 'delivered' | 'undelivered' | 'failed' | 'refused';
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

/** The outcome for a recipient, from the tenant's table and the test numbers. */
export function outcomeFor(to: string, table: ReadonlyMap<string, Behaviour>): Outcome {
  const magic = magicRecipients[to];
  if (magic) return { last: 'refused', errorCode: magic };
  const behaviour = table.get(to) ?? 'deliver';
  if (behaviour === 'sent-only') return { last: 'sent', errorCode: null };
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

/** The line type that Lookup reports: landline where the table says that a text cannot arrive. */
export function lineTypeFor(to: string, table: ReadonlyMap<string, Behaviour>): 'mobile' | 'landline' {
  const { errorCode } = outcomeFor(to, table);
  return errorCode === 30006 || errorCode === 21614 ? 'landline' : 'mobile';
}
