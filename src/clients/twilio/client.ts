import twilio from 'twilio';
import type { CallRecord } from '../http/index.js';
import type { AccountReads } from './account.js';
import { accountReads } from './account.js';
import type { Calls } from './calls.js';
import { calls } from './calls.js';
import type { Lookups } from './lookup.js';
import { lookups } from './lookup.js';
import { SharedRequestClient } from './request-client.js';
import type { Texts } from './texts.js';
import { texts } from './texts.js';

export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** An API key to call with instead of the auth token. Webhooks are signed with the auth token all the same. */
  readonly apiKey?: { readonly sid: string; readonly secret: string };
  readonly messagingServiceSid: string;
  /** Only for a sandbox: calls go to `<baseUrl>/api/2010-04-01/…` instead of `https://api.twilio.com/2010-04-01/…`. */
  readonly baseUrl?: string;
  /** Limit of one whole call, real ms; default 10 000. Must stay below the lease of the effect. */
  readonly timeoutMs?: number;
  readonly onCall?: (record: CallRecord) => void;
}

/**
 * One practice's Twilio account. Every method throws VendorError, or TwilioError (with `twilioCode` and `failure`)
 * where Twilio answered. Never repeats a call by itself: the workflow decides.
 */
export type TwilioClient = Texts & Lookups & Calls & AccountReads;

const defaultTimeoutMs = 10_000;

export function createTwilioClient(options: TwilioOptions): TwilioClient {
  const { accountSid, authToken, messagingServiceSid, apiKey } = options;
  // The library would fall back to an environment variable, or complain only at the first text.
  if (!authToken || !messagingServiceSid)
    throw new Error('A Twilio connection needs an auth token and a messaging service SID.');
  const httpClient = new SharedRequestClient({
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    redirectTo: options.baseUrl,
    onCall: options.onCall,
  });
  const rest = twilio(apiKey?.sid ?? accountSid, apiKey?.secret ?? authToken, {
    accountSid,
    autoRetry: false,
    httpClient,
  });
  return {
    ...texts(rest, messagingServiceSid),
    ...lookups(rest),
    ...calls(rest),
    ...accountReads(rest, accountSid, messagingServiceSid),
  };
}
