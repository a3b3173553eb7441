import { z } from 'zod';
import type { Fields, Http, HttpAnswer, HttpRequest } from '../http/index.js';
import { badAnswer, statusFailure, VendorError } from '../http/index.js';
import { RateBudget } from './budget.js';
import { checkedKey } from './keys.js';

export interface SpruceCall extends Pick<HttpRequest, 'operation' | 'method' | 'path' | 'query' | 'json'> {
  /** POSTs that only read (a search): repeating them is harmless. */
  readonly effect?: 'read';
  readonly idempotencyKey?: string;
  /** Goes even when the organization's limit is nearly used up: pages do. */
  readonly isUrgent?: boolean;
}

export interface SpruceList<T> {
  readonly call: SpruceCall;
  /** Reads one page. */
  readonly page: z.ZodType<{
    readonly list: readonly T[];
    readonly hasMore: boolean;
    readonly token: string | null;
  }>;
  /** Absent where Spruce decides it. */
  readonly pageSize?: number;
  /** Names of the query that only the first page takes. */
  readonly startOnly?: readonly string[];
}

export interface SpruceCalls {
  /** @throws VendorError; a repeated idempotency key (422) has code `conflict` and outcome `unknown`. */
  ask<T>(call: SpruceCall, shape: z.ZodType<T>): Promise<T>;
  /** For answers without content that matters. */
  tell(call: SpruceCall): Promise<void>;
  /** All pages, or an error: never a part of the list. */
  list<T>(list: SpruceList<T>): Promise<readonly T[]>;
}

/** Status of a repeated idempotency key, and of nothing else at Spruce. */
export const duplicateStatus = 422;

/** Authorised calls to Spruce: status and body judged, keys checked, pages followed. */
export function spruceCalls(http: Http, token: string, now: () => number): SpruceCalls {
  const budget = new RateBudget();

  async function answered(call: SpruceCall): Promise<HttpAnswer> {
    const { idempotencyKey, isUrgent = false, ...request } = call;
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (idempotencyKey !== undefined)
      headers['s-idempotency-key'] = checkedKey(call.operation, idempotencyKey, now());
    budget.require(call.operation, isUrgent, now());
    const answer = await http.request({ ...request, headers });
    budget.note(answer.headers, now());
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw failureOf(answer, budget.waitMs(false, now()));
  }

  async function ask<T>(call: SpruceCall, shape: z.ZodType<T>): Promise<T> {
    const answer = await answered(call);
    const parsed = shape.safeParse(jsonOf(answer));
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'body');
    throw badAnswer(answer.call, answer.status, `missing or wrong: ${fields.slice(0, 5).join(', ')}`);
  }

  return {
    ask,

    async tell(call) {
      await answered(call);
    },

    async list<T>({ call, page, pageSize, startOnly = [] }: SpruceList<T>) {
      const all: T[] = [];
      const seen = new Set<string>();
      let query: Fields = { ...call.query, pageSize };
      for (;;) {
        const { list, hasMore, token: next } = await ask({ ...call, query }, page);
        all.push(...list);
        if (!hasMore) return all;
        if (next === null || seen.has(next)) throw brokenPaging(call);
        seen.add(next);
        query = { ...call.query, pageSize, paginationToken: next };
        for (const name of startOnly) query = { ...query, [name]: undefined };
      }
    },
  };
}

/** The shape of one page of a list that stands under `name`. */
export function pageOf<T>(name: string, one: z.ZodType<T>): SpruceList<T>['page'] {
  const frame = z.object({ hasMore: z.boolean(), paginationToken: z.string().nullish() });
  return frame.and(z.object({ [name]: z.array(one) })).transform((page) => ({
    list: (page as Record<string, unknown>)[name] as T[],
    hasMore: page.hasMore,
    token: page.paginationToken || null,
  }));
}

function failureOf(answer: HttpAnswer, waitMs: number): VendorError {
  // Spruce answers a missing, wrong or disabled token with 403; nothing was done.
  if (answer.status === 403)
    return statusFailure(answer.call, answer, {
      code: 'unauthorized',
      hint: 'Check the access token of this connection, and that Spruce has enabled the API.',
    });
  // No `Retry-After` is published: what the counters say is when it makes sense again.
  if (answer.status === 429 && waitMs > 0 && !answer.headers.has('retry-after'))
    return statusFailure(answer.call, answer, { retryAfterMs: waitMs });
  if (answer.status !== duplicateStatus) return statusFailure(answer.call, answer);
  const { requestId } = answer.call;
  return new VendorError(
    `spruce has seen the key of this ${answer.call.operation} before: an earlier attempt was accepted. ` +
      'Read back what it did; do not repeat with a new key.',
    { vendor: 'spruce', code: 'conflict', outcome: 'unknown', status: answer.status, requestId },
  );
}

function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw badAnswer(answer.call, answer.status, 'it is not JSON');
  }
}

function brokenPaging(call: SpruceCall): VendorError {
  return new VendorError(
    `spruce promised more of ${call.operation} but gave no new page token; the list is incomplete. Ask again later.`,
    { vendor: 'spruce', code: 'bad-answer', outcome: 'not-done', requestId: '' },
  );
}
