import twilio from 'twilio';
import type { EpochMs } from '../../domain/result/report.js';
import type { CallRecord } from '../http/index.js';
import { VendorError } from '../http/index.js';
import { SharedRequestClient } from './request-client.js';

export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  readonly messagingServiceSid: string;
  /** Only for a sandbox: calls go to `<baseUrl>/api/2010-04-01/…` instead of `https://api.twilio.com/2010-04-01/…`. */
  readonly baseUrl?: string;
  /** Limit of one whole call, real ms; default 10 000. Must stay below the lease of the effect. */
  readonly timeoutMs?: number;
  readonly onCall?: (record: CallRecord) => void;
}

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
  /** Empty when it was redacted. */
  readonly body: string;
  /** As Twilio names it; may be newer than this version knows (see `textStatusRank`). */
  readonly status: string;
  readonly errorCode: number | null;
  /** Twilio's clock, whole seconds. */
  readonly createdAt: EpochMs;
}

/** Every method throws VendorError, or TwilioError (with `twilioCode` and `failure`) where Twilio answered. */
export interface TwilioClient {
  /**
   * Creates one text through the messaging service. Twilio has no idempotency key: after an error with outcome
   * `unknown` look for the text with {@link findTexts} before sending again.
   */
  sendText(text: OutgoingText): Promise<{ readonly sid: string; readonly status: string }>;
  /**
   * Every text to a number that Twilio holds, all pages. Not filtered by date at Twilio, because a text still
   * queued has no send date and would be missed; `since` (Twilio's clock, rounded down to its second) is
   * applied here to the time of creation.
   */
  findTexts(query: { readonly to: string; readonly since?: EpochMs }): Promise<readonly TextRecord[]>;
  fetchText(sid: string): Promise<TextRecord>;
}

const defaultTimeoutMs = 10_000;
const largestPage = 1000;

/** The texts of one practice's Twilio account. Never repeats a call by itself: the workflow decides. */
export function createTwilioClient(options: TwilioOptions): TwilioClient {
  const { accountSid, authToken, messagingServiceSid } = options;
  // The library would fall back to an environment variable, or complain only at the first text.
  if (!authToken || !messagingServiceSid)
    throw new Error('A Twilio connection needs an auth token and a messaging service SID.');
  const httpClient = new SharedRequestClient({
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    redirectTo: options.baseUrl,
    onCall: options.onCall,
  });
  const { messages } = twilio(accountSid, authToken, { accountSid, autoRetry: false, httpClient });

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
      // Without a number Twilio would list the texts of every patient.
      if (to === '') throw numberMissing();
      const found = (await messages.list({ to, pageSize: largestPage })).map(textRecord);
      const from = since === undefined ? -Infinity : Math.floor(since / 1000) * 1000;
      return found.filter((text) => text.createdAt >= from);
    },

    async fetchText(sid) {
      return textRecord(await messages(sid).fetch());
    },
  };
}

type Message = Awaited<ReturnType<ReturnType<typeof twilio>['messages']['list']>>[number];

function textRecord(message: Message): TextRecord {
  return {
    sid: message.sid,
    to: message.to,
    body: message.body ?? '',
    status: message.status,
    errorCode: message.errorCode ?? null,
    createdAt: message.dateCreated.getTime(),
  };
}

function numberMissing(): VendorError {
  return new VendorError('twilio was not asked: texts can only be listed for one number.', {
    vendor: 'twilio',
    code: 'invalid',
    outcome: 'refused',
    requestId: '',
  });
}
