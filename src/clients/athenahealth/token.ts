import { z } from 'zod';
import type { Http, HttpAnswer } from '../http/index.js';
import { badAnswer, statusFailure } from '../http/index.js';
import { text } from './fields.js';
import { readJson } from './answers.js';
import { readScopes } from './scopes.js';

/** S000-65: a token is renewed this long before it expires. */
export const renewEarlyMs = 5 * 60_000;
/** Documented lifetime, used when the answer does not say. */
const usualLifetimeMs = 60 * 60_000;

export interface TokenOptions {
  readonly http: Http;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly now: () => number;
  readonly onAnswer?: (answer: HttpAnswer) => void;
}

export interface Tokens {
  /** A token that is good for some minutes yet. Concurrent callers share one renewal. */
  current(): Promise<string>;
  /** A token other than `rejected`, which the vendor answered with 401. */
  after(rejected: string): Promise<string>;
  /**
   * What the token in use grants, as its answer said (S000-68); `null` when the answer did not say. `renew` asks for a
   * new token first: what was granted since is not in the old one.
   */
  granted(options?: { readonly renew?: boolean }): Promise<readonly string[] | null>;
}

interface Held {
  readonly value: string;
  readonly renewAt: number;
  readonly granted: readonly string[] | null;
}

const answerShape = z.object({ access_token: text, expires_in: text, scope: z.unknown().optional() });

/** OAuth 2.0 client credentials (API reference §1): Basic authentication, no refresh token, one hour. */
export function createTokens(options: TokenOptions): Tokens {
  let held: Held | null = null;
  let renewal: Promise<Held> | null = null;

  const renew = (): Promise<Held> => {
    renewal ??= requestToken(options)
      .then((fresh) => (held = fresh))
      .finally(() => {
        renewal = null;
      });
    return renewal;
  };

  const good = async (): Promise<Held> => (held && options.now() < held.renewAt ? held : renew());

  return {
    async current() {
      return (await good()).value;
    },
    async granted({ renew: isAskedAgain = false } = {}) {
      return (await (isAskedAgain ? renew() : good())).granted;
    },
    async after(rejected) {
      // Someone else may have renewed it while our call was under way.
      if (held && held.value !== rejected && options.now() < held.renewAt) return held.value;
      return (await renew()).value;
    },
  };
}

async function requestToken(options: TokenOptions): Promise<Held> {
  const asked = options.now();
  const credentials = Buffer.from(`${options.clientId}:${options.clientSecret}`).toString('base64');
  const answer = await options.http.request({
    operation: 'token',
    method: 'POST',
    path: '/oauth2/v1/token',
    // A token that nobody received has no consequence: asking again is safe.
    effect: 'read',
    headers: { authorization: `Basic ${credentials}` },
    form: { grant_type: 'client_credentials', scope: options.scope },
  });

  options.onAnswer?.(answer);
  if (answer.status === 429)
    // Token limits count per minute and reset at its top.
    throw statusFailure(answer.call, answer, { retryAfterMs: 60_000 - (options.now() % 60_000) });
  if (answer.status === 400 || answer.status === 401)
    throw statusFailure(answer.call, answer, {
      code: 'unauthorized',
      hint: 'Check client id, client secret and scope; preview and production credentials differ.',
    });
  if (answer.status !== 200) throw statusFailure(answer.call, answer);

  const body = answerShape.safeParse(readJson(answer));
  if (!body.success || !body.data.access_token)
    throw badAnswer(answer.call, answer.status, 'there is no access token in it');
  const seconds = Number(body.data.expires_in ?? Number.NaN);
  const lifetimeMs = seconds > 0 ? seconds * 1000 : usualLifetimeMs;
  // A token that lives under ten minutes is kept for half its life, or every call would ask for a new one.
  return {
    value: body.data.access_token,
    renewAt: asked + lifetimeMs - Math.min(renewEarlyMs, lifetimeMs / 2),
    granted: readScopes(body.data.scope),
  };
}
