import { randomBytes } from 'node:crypto';
import { DateTime } from 'luxon';
import type { EpochMs } from '../../domain/result/report.js';
import { knownErrors } from './errors.js';

export type MessageStatus =
  'accepted' | 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'received';

/** One text as the account stores it. Times are practice time. */
export interface StoredMessage {
  readonly sid: string;
  readonly accountSid: string;
  readonly direction: 'outbound-api' | 'outbound-reply' | 'inbound';
  readonly to: string;
  readonly body: string;
  readonly messagingServiceSid: string | null;
  readonly statusCallback: string | null;
  readonly createdAt: EpochMs;
  /** The machine's clock: lists lag by it. */
  readonly createdRealAt: EpochMs;
  readonly validitySeconds: number;
  /** Null until a sender is chosen, which a Messaging Service does only after `accepted`. */
  from: string | null;
  status: MessageStatus;
  errorCode: number | null;
  updatedAt: EpochMs;
  /** Null while accepted or queued: a search by `DateSent` does not see the message yet. */
  sentAt: EpochMs | null;
}

/** A SID as Twilio makes them: two letters and 32 hex digits. */
export function newSid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}

/** The message resource of the v2010 API: RFC 2822 dates, counts as text. */
export function messageJson(message: StoredMessage): Record<string, unknown> {
  const uri = `/2010-04-01/Accounts/${message.accountSid}/Messages/${message.sid}`;
  return {
    account_sid: message.accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: message.sentAt === null ? null : rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: message.direction,
    error_code: message.errorCode,
    error_message: message.errorCode === null ? null : (knownErrors[message.errorCode] ?? 'Unknown error'),
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: '0',
    num_segments: message.from === null ? '0' : String(segmentsOf(message.body)),
    price: null,
    price_unit: null,
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

// GSM 03.38, basic set and the extension characters that take two places.
const gsm7 = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
const gsm7Extension = /[\^{}\\[~\]|€]/g;

/** How many SMS segments a body takes: 160/153 GSM-7 or 70/67 UCS-2 characters. */
export function segmentsOf(body: string): number {
  if (gsm7.test(body)) {
    const length = body.length + (body.match(gsm7Extension)?.length ?? 0);
    return length <= 160 ? 1 : Math.ceil(length / 153);
  }
  return body.length <= 70 ? 1 : Math.ceil(body.length / 67);
}

export function rfc2822(at: EpochMs): string {
  return DateTime.fromMillis(at, { zone: 'utc' }).toRFC2822() ?? '';
}
