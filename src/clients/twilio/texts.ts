import type twilio from 'twilio';
import type { EpochMs } from '../../domain/result/report.js';
import { VendorError } from '../http/index.js';

export type Rest = ReturnType<typeof twilio>;

export interface OutgoingText {
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /**
   * Where Twilio reports the fate of the text. Must carry our own id: it ties the text to its effect even when
   * the answer to this call is lost. No underscore in the host name.
   */
  readonly statusCallback: string;
  /** Seconds the text may wait in Twilio's queue before it expires (error 30036), 1 to 36 000. */
  readonly validitySeconds: number;
}

export interface TextRecord {
  readonly sid: string;
  readonly to: string;
  /** `null` until the messaging service has chosen a sender. */
  readonly from: string | null;
  /** Empty when it was redacted. */
  readonly body: string;
  /** As Twilio names it; may be newer than this version knows (see `textStatusRank`). */
  readonly status: string;
  readonly errorCode: number | null;
  /** `inbound`, `outbound-api`, `outbound-reply` … */
  readonly direction: string;
  readonly messagingServiceSid: string | null;
  readonly mediaCount: number;
  /** Twilio's clock, whole seconds. */
  readonly createdAt: EpochMs;
}

export interface Texts {
  /**
   * Creates one text through the messaging service. Twilio has no idempotency key: after an error with outcome
   * `unknown` look for the text with {@link Texts.findTexts} before sending again.
   */
  sendText(text: OutgoingText): Promise<{ readonly sid: string; readonly status: string }>;
  /**
   * Every text to a number that Twilio holds, all pages. Not filtered by date at Twilio, because a text still
   * queued has no send date and would be missed; `since` (Twilio's clock, rounded down to its second) is
   * applied here to the time of creation.
   */
  findTexts(query: { readonly to: string; readonly since?: EpochMs }): Promise<readonly TextRecord[]>;
  fetchText(sid: string): Promise<TextRecord>;
  /**
   * Texts that came in on one of our numbers since an instant (Twilio's clock), oldest first. Here a date is safe:
   * what was received has one.
   */
  receivedTexts(query: { readonly to: string; readonly since: EpochMs }): Promise<readonly TextRecord[]>;
}

const largestPage = 1000;

export function texts({ messages }: Rest, messagingServiceSid: string): Texts {
  return {
    async sendText({ to, body, statusCallback, validitySeconds }) {
      const created = await messages.create({
        to,
        body,
        messagingServiceSid,
        statusCallback,
        validityPeriod: validitySeconds,
      });
      return { sid: created.sid, status: created.status };
    },

    async findTexts({ to, since }) {
      requireNumber(to);
      const found = (await messages.list({ to, pageSize: largestPage })).map(textRecord);
      const from = since === undefined ? -Infinity : Math.floor(since / 1000) * 1000;
      return found.filter((text) => text.createdAt >= from);
    },

    async fetchText(sid) {
      return textRecord(await messages(sid).fetch());
    },

    async receivedTexts({ to, since }) {
      requireNumber(to);
      const found = await messages.list({ to, dateSentAfter: new Date(since), pageSize: largestPage });
      return found
        .map(textRecord)
        .filter((text) => text.direction === 'inbound')
        .sort((a, b) => a.createdAt - b.createdAt);
    },
  };
}

type Message = Awaited<ReturnType<Rest['messages']['list']>>[number];

function textRecord(message: Message): TextRecord {
  return {
    sid: message.sid,
    to: message.to,
    from: message.from || null,
    body: message.body ?? '',
    status: message.status,
    errorCode: message.errorCode ?? null,
    direction: message.direction,
    messagingServiceSid: message.messagingServiceSid || null,
    mediaCount: Number(message.numMedia) || 0,
    createdAt: message.dateCreated.getTime(),
  };
}

/** Without a number Twilio would list the texts of every patient. */
function requireNumber(to: string): void {
  if (to !== '') return;
  throw new VendorError('twilio was not asked: texts can only be listed for one number.', {
    vendor: 'twilio',
    code: 'invalid',
    outcome: 'refused',
    requestId: '',
  });
}
