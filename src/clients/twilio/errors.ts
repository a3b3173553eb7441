/**
 * What a Twilio error means for the patient's message:
 *
 * - `wrong-number` the number on the chart is no phone that exists: correct it, use the next channel.
 * - `no-texts` the phone exists and never takes a text (landline): next channel, a call may work.
 * - `unreachable` the phone is off or without coverage: next channel at once, a later text may work.
 * - `opted-out` the person or carrier refuses our texts: never text this number again until START.
 * - `filtered` a carrier or Twilio blocked the content or traffic: same text again would fail again.
 * - `transient` nothing wrong with number or text: it was not delivered, and later it may be.
 * - `configuration` our account, sender or request is at fault: alarm, the number is not to blame.
 * - `expired` never left the queue in its validity period: decide again whether it is still wanted.
 * - `unknown` not delivered as far as anyone knows: a person takes over.
 */
export type TextFailure =
  | 'wrong-number'
  | 'no-texts'
  | 'unreachable'
  | 'opted-out'
  | 'filtered'
  | 'transient'
  | 'configuration'
  | 'expired'
  | 'unknown';

/** What happens next after a text that did not arrive. */
export interface AfterFailure {
  /** What the number itself is marked with; `null` = it is not to blame. */
  readonly number: 'opted-out' | 'wrong' | 'no-texts' | null;
  /** `text-later`: surely not delivered and worth another text, a few times; then, and else, the next channel. */
  readonly next: 'text-later' | 'next-channel';
  /** An alarm for the practice's administrator (L49): our side has to be put right. */
  readonly alarm: boolean;
  /** A coordinator corrects the number on the chart. */
  readonly contactFix: boolean;
}

const nextChannel: AfterFailure = { number: null, next: 'next-channel', alarm: false, contactFix: false };

const consequences: Readonly<Record<TextFailure, AfterFailure>> = {
  'wrong-number': { ...nextChannel, number: 'wrong', contactFix: true },
  'no-texts': { ...nextChannel, number: 'no-texts' },
  unreachable: nextChannel,
  'opted-out': { ...nextChannel, number: 'opted-out' },
  filtered: { ...nextChannel, alarm: true },
  transient: { ...nextChannel, next: 'text-later' },
  configuration: { ...nextChannel, alarm: true },
  expired: { ...nextChannel, next: 'text-later' },
  // Perhaps it arrived: a second text could reach the patient twice.
  unknown: nextChannel,
};

/** The one table of Twilio error codes, synchronous (HTTP) and asynchronous (callback) alike. */
export const failureOf: ReadonlyMap<number, TextFailure> = new Map([
  [14107, 'configuration'], // reply loop between two numbers
  [20003, 'configuration'], // authentication
  [20404, 'configuration'], // account or sender does not exist
  [20429, 'transient'], // too many concurrent requests
  [21211, 'wrong-number'],
  [21212, 'configuration'], // From is not a valid number
  [21408, 'configuration'], // no permission for the region
  [21602, 'configuration'], // no body
  [21603, 'configuration'], // no sender
  [21604, 'configuration'], // no To
  [21606, 'configuration'], // From not ours or not SMS capable
  [21609, 'configuration'], // status callback is no usable URL
  [21610, 'opted-out'], // at once, or later through a service with Advanced Opt-Out
  [21611, 'transient'], // sender queue full
  [21612, 'no-texts'], // this To cannot be routed from our senders
  [21614, 'no-texts'], // To is no mobile number
  [21617, 'configuration'], // body too long
  [21701, 'configuration'], // the messaging service does not exist
  [30001, 'transient'], // queue overflow
  [30002, 'configuration'], // account suspended
  [30003, 'unreachable'], // handset off or without coverage
  [30004, 'opted-out'], // blocked by recipient or carrier
  [30005, 'wrong-number'], // unknown destination handset
  [30006, 'no-texts'], // landline or unreachable carrier
  [30007, 'filtered'],
  [30008, 'unknown'],
  [30022, 'transient'], // campaign rate exceeded
  [30023, 'transient'], // daily cap, resets at midnight Pacific
  [30032, 'configuration'], // toll-free number not verified
  [30033, 'configuration'], // campaign suspended
  [30034, 'configuration'], // sender not registered
  [30035, 'configuration'], // number still being configured
  [30036, 'expired'],
  // Delivery unconfirmed is not "not delivered": sending again could reach the patient twice.
  [30046, 'unknown'],
  [30410, 'unknown'], // provider timeout: the carrier may have it
  [30450, 'filtered'], // SMS pumping protection
  [30500, 'unknown'], // Twilio internal error: it may have left
  [30610, 'transient'], // quiet hours of the compliance toolkit
]);

/**
 * What a Twilio error code means. A code not in the table, or none at all, is `unknown`: not delivered, a person takes
 * over. Twilio keeps the right to change codes, so nothing may depend on the text.
 */
export function afterTwilioError(code: number | null | undefined): TextFailure {
  if (code === null || code === undefined) return 'unknown';
  return failureOf.get(code) ?? 'unknown';
}

/** Whether a stored code is one of ours for a text that did not arrive. */
export function isTextFailure(code: string): code is TextFailure {
  return Object.hasOwn(consequences, code);
}

/** What happens next after a failure. */
export function afterFailure(failure: TextFailure): AfterFailure {
  return consequences[failure];
}
