import { createHmac, timingSafeEqual } from 'node:crypto';

export interface AthenaSignature {
  /** What we sent as `X-Hub-Secret` when we subscribed; several while one is being replaced. */
  readonly secrets: readonly string[];
  /** The request body as received, byte for byte: white space counts. */
  readonly rawBody: Buffer;
  /** `X-Hub-Signature` as received, `sha256=<hex>`. */
  readonly header: string | undefined;
}

const form = /^sha256=([0-9a-f]{64})$/i;

/**
 * True when one of the secrets signed this delivery: HMAC-SHA256 over the raw body (athenahealth event subscriptions
 * §5.3, W3C WebSub §8), compared in constant time. Another method than sha256 is refused, as athenahealth advises to
 * check it. There is no time in it: protection against replay is the caller's de-duplication by event id. False,
 * never an error, for a missing or malformed header.
 */
export function verifyAthenaSignature({ secrets, rawBody, header }: AthenaSignature): boolean {
  const digest = form.exec(header?.trim() ?? '')?.[1];
  if (digest === undefined) return false;
  const given = Buffer.from(digest, 'hex');
  let matched = false;
  // Every secret is tried, so that the time taken does not tell which one matched.
  for (const secret of secrets) {
    if (secret.length === 0) continue;
    const expected = createHmac('sha256', secret).update(rawBody).digest();
    matched = timingSafeEqual(expected, given) || matched;
  }
  return matched;
}
