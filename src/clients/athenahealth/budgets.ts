import type { HttpAnswer } from '../http/index.js';

/** What a limit has left, as the vendor's own headers say. */
export interface Budget {
  readonly limit: number;
  readonly remaining: number;
  /** Real epoch ms of the answer that said so. */
  readonly at: number;
  /** When it starts anew, real epoch ms: the next minute, second or GMT midnight. */
  readonly resetsAt: number;
}

/**
 * The three limits of athenahealth (API reference §3): tokens count per minute, the proprietary API per day until
 * midnight GMT, FHIR per second. `null` until an answer has said.
 */
export interface BudgetReading {
  readonly tokens: Budget | null;
  readonly proprietary: Budget | null;
  readonly fhir: Budget | null;
}

export interface Budgets {
  readonly read: () => BudgetReading;
  note(kind: keyof BudgetReading, answer: Pick<HttpAnswer, 'headers'>): void;
}

const spans: Readonly<Record<keyof BudgetReading, number>> = {
  tokens: 60_000,
  proprietary: 24 * 3_600_000,
  fhir: 1_000,
};

/** Keeps what the headers of the latest answers said. Headers that are absent or no numbers say nothing. */
export function createBudgets(now: () => number): Budgets {
  const held: { -readonly [K in keyof BudgetReading]: BudgetReading[K] } = {
    tokens: null,
    proprietary: null,
    fhir: null,
  };
  return {
    read: () => ({ ...held }),
    note(kind, { headers }) {
      const prefix = kind === 'fhir' && headers.has('ratelimit-limit') ? 'ratelimit' : 'x-ratelimit';
      const limit = numberIn(headers.get(`${prefix}-limit`));
      const remaining = numberIn(headers.get(`${prefix}-remaining`));
      if (limit === null || remaining === null) return;
      const at = now();
      held[kind] = { limit, remaining, at, resetsAt: at - (at % spans[kind]) + spans[kind] };
    },
  };
}

/** How long a refused call should wait when the vendor did not say: for the limit that is used up, or a moment. */
export function waitOf(budget: Budget | null, now: number): number {
  if (budget === null || budget.remaining > 0) return 2_000;
  // A day's quota is looked at again long before midnight: it may have been raised.
  return Math.max(1_000, Math.min(budget.resetsAt - now, 15 * 60_000));
}

function numberIn(value: string | null): number | null {
  return value !== null && /^\d+$/.test(value.trim()) ? Number(value) : null;
}
