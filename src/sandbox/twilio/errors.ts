/** An answer other than 2xx, as Twilio words it (`code`, `message`, `more_info`, `status`). */
export class TwilioError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string = knownErrors[code] ?? 'Unknown error',
  ) {
    super(message);
    this.name = 'TwilioError';
  }

  body(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${this.code}`,
      status: this.status,
    };
  }
}

/** Texts of the codes that the sandbox can send; clients must not depend on the wording. */
export const knownErrors: Readonly<Record<number, string>> = {
  20001: 'Invalid or unsupported parameter',
  20003: 'Authenticate',
  20404: 'The requested resource was not found',
  20429: 'Too Many Requests',
  21201: 'No Called number specified',
  21205: 'Url is not a valid URL',
  21210: "'From' phone number not verified",
  21211: "The 'To' number is not a valid phone number.",
  21212: "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID.",
  21213: "'From' phone number is required",
  21214: "'To' phone number cannot be reached",
  21215: 'Account not authorized to call this number',
  21216: 'Account not allowed to call this number',
  21217: 'Phone number does not appear to be valid',
  21218: 'Invalid call status',
  21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
  21602: 'Message body is required.',
  21603: "A 'From' phone number is required.",
  21604: "A 'To' phone number is required.",
  21606: "The 'From' phone number provided is not a valid, message-capable phone number for this account.",
  21609: "The 'StatusCallback' URL is not a valid URL.",
  21610: 'Attempt to send to unsubscribed recipient',
  21611: "This 'From' number has exceeded the maximum number of queued messages",
  21612: "The 'To' phone number is not currently reachable via SMS",
  21614: "'To' number is not a valid mobile number",
  21617: 'The concatenated message body exceeds the 1600 character limit',
  21701: 'The Messaging Service does not exist',
  30001: 'Queue overflow',
  30002: 'Account suspended',
  30003: 'Unreachable destination handset',
  30004: 'Message blocked',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Message filtered',
  30008: 'Unknown error',
  30022: 'US A2P 10DLC - Rate limits exceeded',
  30023: 'US A2P 10DLC - Daily message cap reached',
  30032: 'Toll-free number has not been verified',
  30034: 'US A2P 10DLC - Message from an unregistered number',
  30036: 'Validity period expired',
};
