import type { CallOutcome, Vendor, VendorErrorCode } from './vendor-error.js';
import { VendorError } from './vendor-error.js';

/** Whether repeating a call could do something twice. A read that consumes (a destructive feed) is a `write`. */
export type CallEffect = 'read' | 'write';

export interface CallIdentity {
  readonly vendor: Vendor;
  /** Name of the operation, e.g. `patient.read`. Goes into messages, logs and metrics: never put an id in it. */
  readonly operation: string;
  readonly effect: CallEffect;
  readonly requestId: string;
}

/** Error codes of Node's networking that are raised before a request byte could reach the vendor. */
const neverReached = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const timeoutCodes = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Turns what `fetch` threw into a {@link VendorError}. `status` is set when the headers had arrived. */
export function networkFailure(
  call: CallIdentity,
  error: unknown,
  status: number | null = null,
): VendorError {
  const cause = codeOf(error);
  const timedOut = (error as { name?: unknown } | null)?.name === 'TimeoutError' || timeoutCodes.has(cause);
  const outcome: CallOutcome =
    call.effect === 'read' || (status === null && neverReached.has(cause)) ? 'not-done' : 'unknown';
  const what = timedOut ? 'did not answer in time' : `could not be reached (${cause || 'connection lost'})`;
  return new VendorError(
    `${call.vendor} ${what} for ${call.operation}. ${outcomeAdvice(outcome)}`,
    { ...call, code: timedOut ? 'timeout' : 'network', outcome, status },
    // The cause of a failed fetch names host and port at most, but it may carry more one day: only its code is kept.
    { cause: cause || undefined },
  );
}

/**
 * The {@link VendorError} for an HTTP status that is not a success. Vendors refine it (e.g. athenahealth's 403
 * "require setup"); without refinement the status alone decides.
 */
export function statusFailure(
  call: CallIdentity,
  answer: { readonly status: number; readonly headers: Headers },
  refined: { code?: VendorErrorCode; hint?: string; retryAfterMs?: number } = {},
): VendorError {
  const code = refined.code ?? codeOfStatus(answer.status);
  const outcome = outcomeOf(code, call.effect);
  const hint = refined.hint ?? adviceFor(code, outcome);
  return new VendorError(`${call.vendor} answered ${answer.status} to ${call.operation}. ${hint}`, {
    ...call,
    code,
    outcome,
    status: answer.status,
    retryAfterMs: refined.retryAfterMs ?? retryAfterMs(answer.headers),
  });
}

/** An answer that arrived with a success status but cannot be understood. A write may have happened. */
export function badAnswer(call: CallIdentity, status: number, what: string): VendorError {
  const outcome = outcomeOf('bad-answer', call.effect);
  return new VendorError(
    `${call.vendor} sent an answer to ${call.operation} that cannot be used: ${what}. ${outcomeAdvice(outcome)}`,
    { ...call, code: 'bad-answer', outcome, status },
  );
}

/** Reads `Retry-After` (seconds or an HTTP date) in milliseconds from now, or `null`. */
export function retryAfterMs(headers: Headers): number | null {
  const text = headers.get('retry-after')?.trim();
  if (!text) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function codeOfStatus(status: number): VendorErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 408) return 'timeout';
  if (status === 425 || status === 429) return 'rate-limited';
  if (status >= 500) return 'unavailable';
  if (status >= 400) return 'invalid';
  return 'bad-answer';
}

function outcomeOf(code: VendorErrorCode, effect: CallEffect): CallOutcome {
  switch (code) {
    case 'unauthorized':
    case 'rate-limited':
    case 'needs-setup':
      return 'not-done';
    case 'unavailable':
    case 'timeout':
    case 'network':
    case 'bad-answer':
      return effect === 'write' ? 'unknown' : 'not-done';
    case 'forbidden':
    case 'not-found':
    case 'conflict':
    case 'invalid':
    case 'logical-failure':
      return 'refused';
  }
}

function adviceFor(code: VendorErrorCode, outcome: CallOutcome): string {
  switch (code) {
    case 'unauthorized':
      return 'Check the credentials of this connection.';
    case 'forbidden':
      return 'Check that the vendor has enabled this call for the connection.';
    case 'not-found':
      return 'The record does not exist there, or the base URL or account is wrong.';
    case 'conflict':
      return 'Somebody else changed the record; read it again.';
    case 'invalid':
      return 'The vendor does not accept these fields; repeating will not help.';
    case 'rate-limited':
      return 'Wait before repeating; nothing was done.';
    case 'logical-failure':
    case 'needs-setup':
    case 'unavailable':
    case 'timeout':
    case 'network':
    case 'bad-answer':
      return outcomeAdvice(outcome);
  }
}

function outcomeAdvice(outcome: CallOutcome): string {
  switch (outcome) {
    case 'refused':
      return 'The vendor refused it; repeating will not help.';
    case 'not-done':
      return 'Nothing was done; it can be repeated.';
    case 'unknown':
      return 'It may have been done; read back before repeating.';
  }
}

/** By shape, not by `instanceof`: errors of `fetch` may come from another realm. */
function codeOf(error: unknown): string {
  let at = error;
  for (let depth = 0; depth < 4 && typeof at === 'object' && at !== null; depth += 1) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
    at = cause;
  }
  return '';
}
