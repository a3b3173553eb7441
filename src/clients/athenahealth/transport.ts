import type { CallEffect, Fields, Http, HttpAnswer } from '../http/index.js';
import { badAnswer, statusFailure, VendorError } from '../http/index.js';
import { isPracticeClosed, isRecordMissing, readJson, readAnswer, refusal } from './answers.js';
import type { Budgets } from './budgets.js';
import { waitOf } from './budgets.js';
import type { JsonRecord } from './fields.js';
import { onlyRecord, record, text } from './fields.js';
import type { Grants } from './scopes.js';
import type { Tokens } from './token.js';

/** More pages than any patient's documents fill; a `next` that never ends stops here. */
const mostPages = 200;

export interface Transport {
  /** One record by id, or `null` when it does not exist. `flaw` says why an answer cannot be used, or `null`. */
  one(
    operation: string,
    path: string,
    query?: Fields,
    flaw?: (found: JsonRecord) => string | null,
  ): Promise<JsonRecord | null>;
  /** A whole list, page after page. `key` is its name in the wrapper. */
  all(operation: string, path: string, key: string, query?: Fields): Promise<readonly unknown[]>;
  /** One wrapper object. A read that consumes what it returns says `write`. */
  page(operation: string, path: string, query?: Fields, effect?: CallEffect): Promise<Page>;
  /**
   * One form-encoded write; DELETE sends its fields in the address. `flaw` says why an answer is no proof that it was
   * done, or `null`.
   */
  write(
    operation: string,
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    form: Fields,
    flaw?: (body: unknown) => string | null,
  ): Promise<unknown>;
  readonly ask: Ask;
}

/** Whatever the vendor answered to a call that is only about whether it may be made. */
export type Ask = (
  operation: string,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  query?: Fields,
) => Promise<HttpAnswer>;

export interface Page {
  readonly body: JsonRecord;
  readonly answer: HttpAnswer;
}

/**
 * Authorised calls to `/v1/{practiceid}`, with answers checked and errors typed. A write is not even tried with a token
 * that was granted without it, also when it was renewed in the middle of a batch (S000-69).
 */
export function createTransport(
  http: Http,
  tokens: Tokens,
  practiceId: string,
  grants: () => Promise<Grants>,
  budgets: Budgets,
): Transport {
  const root = `/v1/${encodeURIComponent(practiceId)}`;

  const send = async (request: Parameters<Http['request']>[0]): Promise<HttpAnswer> => {
    const token = await tokens.current();
    const attempt = async (bearer: string) => {
      if (request.method !== 'GET' && (await grants()).writesDocuments === false)
        throw withoutScope(request.operation);
      const answer = await http.request({
        ...request,
        path: root + request.path,
        headers: { authorization: `Bearer ${bearer}` },
      });
      budgets.note('proprietary', answer);
      return answer;
    };
    const first = await attempt(token);
    // A 401 has no effect, so a write may follow it as well; a second one is final.
    if (first.status !== 401 || isPracticeClosed(first)) return first;
    return attempt(await tokens.after(token));
  };

  const succeeded = (answer: HttpAnswer): HttpAnswer => {
    if (answer.status === 429 && !answer.headers.has('retry-after'))
      // The vendor does not say how long; what is used up does: a day's quota, or only this second's (API reference §3).
      throw statusFailure(answer.call, answer, {
        retryAfterMs: waitOf(budgets.read().proprietary, Date.now()),
      });
    if (answer.status < 200 || answer.status > 299) throw refusal(answer);
    return answer;
  };

  const page: Transport['page'] = async (operation, path, query, effect) => {
    const answer = succeeded(await send({ operation, method: 'GET', path, query, effect }));
    const parsed = record.safeParse(readAnswer(answer) ?? readJson(answer));
    if (!parsed.success) throw badAnswer(answer.call, answer.status, 'it is not an object');
    return { body: parsed.data, answer };
  };

  return {
    page,
    async one(operation, path, query, flaw) {
      const answer = await send({ operation, method: 'GET', path, query });
      if (isRecordMissing(answer)) return null;
      const body = readAnswer(succeeded(answer)) ?? readJson(answer);
      if (Array.isArray(body) && body.length === 0) return null;
      const found = onlyRecord(body);
      const wrong = found ? (flaw?.(found) ?? null) : 'it is not one record';
      if (wrong !== null) throw badAnswer(answer.call, answer.status, wrong);
      return found;
    },
    async all(operation, path, key, query) {
      const rows: unknown[] = [];
      let offset: number | undefined;
      for (let pages = 1; ; pages += 1) {
        const { body, answer } = await page(operation, path, { ...query, offset });
        rows.push(...rowsOf(body, key, answer));
        const next = text.parse(body['next']);
        if (next === null) return rows;
        const following = offsetOf(next);
        if (following === null || following <= (offset ?? 0) || pages >= mostPages)
          throw badAnswer(answer.call, answer.status, 'its link to the next page leads nowhere');
        offset = following;
      }
    },
    async write(operation, method, path, form, flaw) {
      const fields = method === 'DELETE' ? { query: form } : { form };
      const answer = succeeded(await send({ operation, method, path, ...fields }));
      const body = readAnswer(answer);
      const wrong = flaw?.(body) ?? null;
      if (wrong !== null) throw badAnswer(answer.call, answer.status, wrong);
      return body;
    },
    ask: (operation, method, path, query) =>
      send({ operation, method, path, ...(method === 'GET' ? { query } : { form: {} }) }),
  };
}

function withoutScope(operation: string): VendorError {
  return new VendorError(
    `athenahealth granted a token without the scope for ${operation}; it was not called. ` +
      'Ask athenahealth to grant the application the scopes of its contract again; work waits meanwhile.',
    { vendor: 'athenahealth', code: 'forbidden', outcome: 'not-done', requestId: '' },
  );
}

/**
 * The rows of a wrapper: under `key`, or else its only list (names of some wrappers were never recorded).
 * @throws VendorError `bad-answer` when there is no list and the count is not 0.
 */
export function rowsOf(body: JsonRecord, key: string, answer: HttpAnswer): readonly unknown[] {
  if (Array.isArray(body[key])) return body[key];
  const lists = Object.values(body).filter((value) => Array.isArray(value));
  if (lists.length === 1 && lists[0]) return lists[0];
  if (lists.length === 0 && text.parse(body['totalcount'])?.trim() === '0') return [];
  throw badAnswer(answer.call, answer.status, 'there is no list in it');
}

/** `next` is a path with upper-case parameter names; only its offset is taken, path and filters stay ours. */
function offsetOf(next: string): number | null {
  for (const [name, value] of new URLSearchParams(next.split('?')[1] ?? ''))
    if (name.toLowerCase() === 'offset' && /^\d+$/.test(value)) return Number(value);
  return null;
}
