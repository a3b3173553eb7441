import { VendorError } from '../http/index.js';

const minuteMs = 60_000;
/** Spruce does not say when its day begins: after this one call finds out. */
const dayRetryMs = 15 * 60_000;
/** This share of a window is left to urgent calls: a page never waits behind bulk. */
const keptForUrgent = 0.1;

interface Window {
  readonly left: number;
  readonly limit: number | null;
  readonly seenAt: number;
}

/**
 * What Spruce's rate headers leave us (developer.sprucehealth.com, overview: per organization, 60 s and 24 h). The
 * last answer counts, whoever else of the organization uses the API; without headers nothing is limited.
 */
export class RateBudget {
  #minute: Window | null = null;
  #day: Window | null = null;

  /** Takes in the headers of an answer. */
  note(headers: Headers, now: number): void {
    this.#minute = windowOf(headers, 's-ratelimit', now) ?? this.#minute;
    this.#day = windowOf(headers, 's-ratelimit-daily', now) ?? this.#day;
  }

  /** How long a call has to wait, real ms; 0 = it may go. Urgent calls always may: Spruce decides about them. */
  waitMs(isUrgent: boolean, now: number): number {
    if (isUrgent) return 0;
    return Math.max(leftToWait(this.#minute, minuteMs, now), leftToWait(this.#day, dayRetryMs, now));
  }

  /** @throws VendorError `rate-limited`, surely not done, with the time to wait. */
  require(operation: string, isUrgent: boolean, now: number): void {
    const waitMs = this.waitMs(isUrgent, now);
    if (waitMs === 0) return;
    throw new VendorError(
      `spruce was not asked for ${operation}: the organization's call limit is used up. It goes on by itself.`,
      {
        vendor: 'spruce',
        code: 'rate-limited',
        outcome: 'not-done',
        retryAfterMs: waitMs,
        requestId: '',
      },
    );
  }
}

function leftToWait(window: Window | null, lengthMs: number, now: number): number {
  if (window === null || window.left > Math.floor((window.limit ?? 0) * keptForUrgent)) return 0;
  // Whatever of the window had passed when we saw it: after its whole length it is a new one.
  return Math.max(0, window.seenAt + lengthMs - now);
}

function windowOf(headers: Headers, prefix: string, now: number): Window | null {
  const left = numberOf(headers.get(`${prefix}-remaining`));
  return left === null ? null : { left, limit: numberOf(headers.get(`${prefix}-limit`)), seenAt: now };
}

function numberOf(text: string | null): number | null {
  const value = text?.trim() ? Number(text) : NaN;
  return Number.isFinite(value) && value >= 0 ? value : null;
}
