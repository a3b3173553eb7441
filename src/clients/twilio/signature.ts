import twilio from 'twilio';

export interface TwilioSignature {
  /** Auth tokens of the account, current first; during a rotation also the one that is being replaced. */
  readonly authTokens: readonly string[];
  /** The exact public URL Twilio called, query included, built from configuration and never from `Host`. */
  readonly url: string;
  /** Form webhooks: every received parameter, blank and unknown ones included. */
  readonly params?: Readonly<Record<string, string | readonly string[]>>;
  /** JSON webhooks (the URL carries `bodySHA256`): the body as received, byte for byte. */
  readonly rawBody?: Buffer | string;
  /** `X-Twilio-Signature` as received. */
  readonly header: string | undefined;
}

/**
 * True when one of the tokens signed this webhook. Signatures always use the account's auth token, even where
 * the API is called with an API key. False, never an error, for a missing header, a wrong token, an altered
 * parameter, an unusable URL, or no token at all. (Twilio: webhooks security.)
 */
export function verifyTwilioSignature(webhook: TwilioSignature): boolean {
  const { header, url, params, rawBody } = webhook;
  if (!header || !URL.canParse(url)) return false;
  const tokens = webhook.authTokens.filter((token) => token.length > 0);
  if (new URL(url).searchParams.has('bodySHA256')) {
    if (rawBody === undefined) return false;
    const body = rawBody.toString();
    return tokens.some((token) => twilio.validateRequestWithBody(token, header, url, body));
  }
  return tokens.some((token) => twilio.validateRequest(token, header, url, params ?? {}));
}
