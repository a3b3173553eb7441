/** The vendors resultloop talks to. */
export type Vendor = 'athenahealth' | 'twilio' | 'spruce';

/** Stable reasons of a failed vendor call. Alerts, retry rules and tests go by these, never by messages. */
export type VendorErrorCode =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'invalid'
  | 'rate-limited'
  | 'unavailable'
  | 'timeout'
  | 'network'
  | 'bad-answer'
  | 'logical-failure'
  | 'needs-setup';

/**
 * What may have happened at the vendor.
 * - `refused`: the vendor said no. Repeating the same call is pointless.
 * - `not-done`: surely without effect (never reached, 401, 429, or a pure read). Safe to repeat.
 * - `unknown`: may have happened (timeout, reset or 5xx on a write). Read back before repeating.
 */
export type CallOutcome = 'refused' | 'not-done' | 'unknown';

export interface VendorErrorFields {
  readonly vendor: Vendor;
  readonly code: VendorErrorCode;
  readonly outcome: CallOutcome;
  /** HTTP status, or `null` when no answer arrived. */
  readonly status?: number | null;
  /** How long the vendor asked to wait, or `null` when it did not say. */
  readonly retryAfterMs?: number | null;
  /** The id under which the call is in our call log, and at the vendor if it logs ours. */
  readonly requestId: string;
}

/**
 * A vendor call that did not succeed. The message names the operation and what to do and holds no PHI: no body,
 * no query string, no id from a path.
 */
export class VendorError extends Error {
  readonly vendor: Vendor;
  readonly code: VendorErrorCode;
  readonly outcome: CallOutcome;
  readonly status: number | null;
  readonly retryAfterMs: number | null;
  readonly requestId: string;

  constructor(message: string, fields: VendorErrorFields, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'VendorError';
    this.vendor = fields.vendor;
    this.code = fields.code;
    this.outcome = fields.outcome;
    this.status = fields.status ?? null;
    this.retryAfterMs = fields.retryAfterMs ?? null;
    this.requestId = fields.requestId;
  }
}
