import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import twilio from 'twilio';
import type { TwilioTenant } from './tenant.js';

/** One request that Twilio makes to us. */
export interface Webhook {
  /** May carry connection overrides in its fragment (`#rc=3&rp=5xx,ct,rt`), which is neither sent nor signed. */
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  /** The same for every repetition of one webhook. */
  readonly token?: string;
  readonly wrongSignature?: boolean;
}

/** How one attempt ended: an HTTP status, or why there was none. */
export interface Attempt {
  readonly attempt: number;
  readonly httpStatus: number | null;
  readonly failure: 'connect' | 'timeout' | null;
  /** What was answered, on 2xx. */
  readonly text: string;
}

const retryPauseMs = 100;

/**
 * Posts a form signed with `X-Twilio-Signature` (HMAC-SHA1 of the exact URL and all parameters), and retries
 * as the URL's fragment says; without one once, and only when no connection came about.
 * @param onAttempt hears of every attempt.
 * @returns the last attempt; `null` when the sandbox closed meanwhile.
 */
export async function sendWebhook(
  tenant: TwilioTenant,
  webhook: Webhook,
  onAttempt: (attempt: Attempt) => void,
): Promise<Attempt | null> {
  const [url = '', fragment = ''] = splitOnce(webhook.url, '#');
  const { retries, policies } = overrides(fragment);
  const token = webhook.token ?? randomUUID();
  const key = webhook.wrongSignature ? 'not-the-auth-token' : tenant.settings.authToken;
  const signature = twilio.getExpectedTwilioSignature(key, url, webhook.params);
  for (let attempt = 1; ; attempt++) {
    const outcome = await post(tenant, url, new URLSearchParams(webhook.params), {
      'x-twilio-signature': signature,
      'i-twilio-idempotency-token': token,
    });
    if (tenant.closing.aborted) return null;
    const done = { attempt, ...outcome };
    onAttempt(done);
    if (attempt > retries || !isRetried(done, policies)) return done;
    await pause(retryPauseMs, undefined, { signal: tenant.closing }).catch(() => undefined);
    if (tenant.closing.aborted) return null;
  }
}

/** Posts a JSON event; its URL carries the hash of the body and is all that is signed. @returns the HTTP status. */
export async function sendJsonWebhook(
  tenant: TwilioTenant,
  webhook: { readonly url: string; readonly body: string; readonly wrongSignature: boolean },
): Promise<number | null> {
  const key = webhook.wrongSignature ? 'not-the-auth-token' : tenant.settings.authToken;
  const { httpStatus } = await post(tenant, webhook.url, webhook.body, {
    'content-type': 'application/json',
    'x-twilio-signature': twilio.getExpectedTwilioSignature(key, webhook.url, {}),
  });
  return httpStatus;
}

async function post(
  tenant: TwilioTenant,
  url: string,
  body: string | URLSearchParams,
  headers: Record<string, string>,
): Promise<Omit<Attempt, 'attempt'>> {
  const timeout = AbortSignal.timeout(tenant.settings.webhookTimeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'user-agent': 'TwilioProxy/1.1' },
      body,
      signal: AbortSignal.any([timeout, tenant.closing]),
    });
    const text = await response.text();
    return { httpStatus: response.status, failure: null, text: response.ok ? text : '' };
  } catch {
    return { httpStatus: null, failure: timeout.aborted ? 'timeout' : 'connect', text: '' };
  }
}

function overrides(fragment: string): { retries: number; policies: readonly string[] } {
  const options = new URLSearchParams(fragment);
  const count = Number(options.get('rc') ?? 1);
  return {
    retries: Number.isInteger(count) ? Math.min(5, Math.max(0, count)) : 1,
    policies: (options.get('rp') ?? 'ct').split(','),
  };
}

function isRetried({ httpStatus, failure }: Attempt, policies: readonly string[]): boolean {
  if (failure === 'connect') return policies.includes('ct') || policies.includes('all');
  if (failure === 'timeout') return policies.includes('rt') || policies.includes('all');
  const group = httpStatus === null || httpStatus < 400 ? null : httpStatus < 500 ? '4xx' : '5xx';
  return group !== null && (policies.includes(group) || policies.includes('all'));
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
