import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SpruceSignature {
  /** Signing secrets of the endpoint as given at registration; several while one is being replaced. */
  readonly secrets: readonly string[];
  /** The request body as received, byte for byte. */
  readonly rawBody: Buffer;
  /** `X-Spruce-Signature` as received. */
  readonly header: string | undefined;
}

/** Base64 of 32 bytes, exactly one way to write it: 43 characters and one `=`. */
const digestForm = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/**
 * True when one of the secrets signed this webhook: base64 of HMAC-SHA256 over the raw body, compared in
 * constant time (Spruce: webhooks overview). There is no timestamp in it: protection against replay is the
 * caller's de-duplication. False, never an error, for a missing or malformed header.
 */
export function verifySpruceSignature({ secrets, rawBody, header }: SpruceSignature): boolean {
  // A decoder forgives spaces, foreign letters and stray last bits; a signature has to be the one that was sent.
  if (header === undefined || !digestForm.test(header)) return false;
  const given = Buffer.from(header, 'base64');
  let matched = false;
  // Every secret is tried, so that the time taken does not tell which one matched.
  for (const secret of secrets) {
    if (secret.length === 0) continue;
    const expected = createHmac('sha256', secret).update(rawBody).digest();
    matched = timingSafeEqual(expected, given) || matched;
  }
  return matched;
}
