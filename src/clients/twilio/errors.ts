/**
 * What a Twilio error means for the patient's message:
 *
 * - `wrong-number` the number on the chart is no phone that exists: correct it, use the next channel.
 * - `unreachable` the phone exists but takes no text (landline, off): next channel, a call may work.
 * - `opted-out` the person or carrier refuses our texts: never text this number again until START.
 * - `filtered` a carrier or Twilio blocked the content or traffic: same text again would fail again.
 * - `transient` nothing wrong with number or text: it was not delivered, and later it may be.
 * - `configuration` our account, sender or request is at fault: alarm, the number is not to blame.
 * - `expired` never left the queue in its validity period: decide again whether it is still wanted.
 * - `unknown` not delivered as far as anyone knows: a person takes over.
 */
export type TextFailure =
  | 'wrong-number'
  | 'unreachable'
  | 'opted-out'
  | 'filtered'
  | 'transient'
  | 'configuration'
  | 'expired'
  | 'unknown';

/** The one table of Twilio error codes, synchronous (HTTP) and asynchronous (callback) alike. */
const failureOf: ReadonlyMap<number, TextFailure> = new Map([
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
  [21610, 'opted-out'],
  [21611, 'transient'], // sender queue full
  [21612, 'unreachable'], // this To cannot be routed from our senders
  [21614, 'unreachable'], // To is no mobile number
  [30001, 'transient'], // queue overflow
  [30002, 'configuration'], // account suspended
  [30003, 'unreachable'], // handset off or without coverage
  [30004, 'opted-out'], // blocked by recipient or carrier
  [30005, 'wrong-number'], // unknown destination handset
  [30006, 'unreachable'], // landline or unreachable carrier
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
  [30410, 'transient'], // provider timeout
  [30450, 'filtered'], // SMS pumping protection
  [30500, 'transient'], // Twilio internal error
  [30610, 'transient'], // quiet hours of the compliance toolkit
]);

/**
 * What happens next after a Twilio error code. A code not in the table, or none at all, is `unknown`: not
 * delivered, a person takes over. Twilio keeps the right to change codes, so nothing may depend on the text.
 */
export function afterTwilioError(code: number | null | undefined): TextFailure {
  if (code === null || code === undefined) return 'unknown';
  return failureOf.get(code) ?? 'unknown';
}
