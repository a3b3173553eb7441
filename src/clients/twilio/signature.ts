import { createHash, timingSafeEqual } from 'node:crypto';
import twilio from 'twilio';

/** What every signed webhook has. Signatures always use the account's auth token, even where calls use an API key. */
export interface SignedRequest {
  /** Auth tokens of the account, current first; during a rotation also the one that is being replaced. */
  readonly authTokens: readonly string[];
  /** The exact public URL Twilio called, query included, built from configuration and never from `Host`. */
  readonly url: string;
  /** `X-Twilio-Signature` as received. */
  readonly header: string | undefined;
}

export interface SignedForm extends SignedRequest {
  /** Every received parameter, blank and unknown ones included; a repeated name as a list. */
  readonly params: Readonly<Record<string, string | readonly string[]>>;
}

export interface SignedJson extends SignedRequest {
  /** The body as received, byte for byte. */
  readonly rawBody: Buffer | string;
}

export interface TwilioSignature extends SignedRequest {
  readonly params?: SignedForm['params'];
  readonly rawBody?: SignedJson['rawBody'];
}

/**
 * True when one of the tokens signed this form: the URL, then every parameter sorted by name. False, never an error,
 * for a missing header, a wrong token, an altered parameter, an unusable URL, or no token at all. The URL may name its
 * port or leave it out; both are signed by Twilio's servers (Twilio: webhooks security).
 */
export function verifyTwilioForm({ params, ...request }: SignedForm): boolean {
  return isSigned(request, params);
}

/** The same for a request without body, e.g. a webhook by GET: the query is part of the URL, and nothing else is signed. */
export function verifyTwilioQuery(request: SignedRequest): boolean {
  return isSigned(request, {});
}

/**
 * The same for a JSON webhook: its URL carries `bodySHA256`, the signature covers that URL, and the hash must be the
 * body's. Compared over the bytes: a body that is no valid text has a hash like any other.
 */
export function verifyTwilioJson({ rawBody, ...request }: SignedJson): boolean {
  if (!URL.canParse(request.url)) return false;
  const claimed = new URL(request.url).searchParams.getAll('bodySHA256');
  const [hash] = claimed;
  if (hash === undefined || claimed.length !== 1 || !/^[0-9a-f]{64}$/i.test(hash)) return false;
  const actual = createHash('sha256').update(rawBody).digest();
  return timingSafeEqual(actual, Buffer.from(hash, 'hex')) && isSigned(request, {});
}

/** Any of the three, as the URL and what was received say. */
export function verifyTwilioSignature({ params, rawBody, ...request }: TwilioSignature): boolean {
  const isJson = URL.canParse(request.url) && new URL(request.url).searchParams.has('bodySHA256');
  if (isJson) return rawBody !== undefined && verifyTwilioJson({ ...request, rawBody });
  return params === undefined ? verifyTwilioQuery(request) : verifyTwilioForm({ ...request, params });
}

/** The library compares in constant time. All tokens are tried, so that the time does not tell which one fits. */
function isSigned({ authTokens, url, header }: SignedRequest, params: SignedForm['params']): boolean {
  if (!header || !URL.canParse(url)) return false;
  return authTokens
    .filter((token) => token.length > 0)
    .map((token) => twilio.validateRequest(token, header, url, params))
    .includes(true);
}
