import { randomUUID } from 'node:crypto';
import type { CallEffect, CallIdentity } from './classify.js';
import { networkFailure } from './classify.js';
import type { Vendor, VendorErrorCode } from './vendor-error.js';

/** A value of a query string or a form. `null` and `undefined` are left out; a list repeats the name. */
export type FieldValue = string | number | boolean | null | undefined | readonly (string | number)[];
export type Fields = Readonly<Record<string, FieldValue>>;

/** One line of the call log: every call, reads too (S002-13). Holds no PHI: no URL, no body, no record id. */
export interface CallRecord {
  readonly vendor: Vendor;
  readonly operation: string;
  readonly method: string;
  readonly effect: CallEffect;
  /** HTTP status, or `null` when no complete answer arrived. */
  readonly status: number | null;
  readonly outcome: 'answered' | Extract<VendorErrorCode, 'timeout' | 'network'>;
  readonly ms: number;
  /** Ours, sent as `X-Request-Id`. */
  readonly requestId: string;
  /** The vendor's own correlation id when it sent one. */
  readonly vendorRequestId: string | null;
  /** Start of the call, epoch ms, real time. */
  readonly at: number;
}

export interface HttpOptions {
  readonly vendor: Vendor;
  /** Scheme, host and optional path prefix, e.g. `https://api.twilio.com`. */
  readonly baseUrl: string;
  /** Default limit of a whole call including its body, real ms. */
  readonly timeoutMs: number;
  /** Gets a record of every call after it ended. Must not throw. */
  readonly onCall?: (record: CallRecord) => void;
  readonly fetch?: typeof fetch;
}

export interface HttpRequest {
  /** Name of the operation for logs and messages, e.g. `patient.read`; never contains an id. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Starts with `/`; the caller encodes its segments (see {@link pathOf}). */
  readonly path: string;
  readonly query?: Fields;
  readonly form?: Fields;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Default: `read` for GET, else `write`. */
  readonly effect?: CallEffect;
  /** Default: a new UUID. */
  readonly requestId?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Who asked what: hand it to `statusFailure` or `badAnswer`. */
  readonly call: CallIdentity;
}

export interface Http {
  /**
   * One call, never repeated here: retries are the workflow's business. Every HTTP answer is returned, whatever its
   * status; redirects are not followed.
   * @throws VendorError `timeout` or `network` when no complete answer arrived.
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
}

/** The HTTP core shared by all vendor clients. */
export function createHttp(options: HttpOptions): Http {
  const base = options.baseUrl.replace(/\/+$/, '');
  const send = options.fetch ?? fetch;

  return {
    async request(request) {
      const requestId = request.requestId ?? randomUUID();
      const effect = request.effect ?? (request.method === 'GET' ? 'read' : 'write');
      const call: CallIdentity = { vendor: options.vendor, operation: request.operation, effect, requestId };
      const at = Date.now();
      const log = (status: number | null, outcome: CallRecord['outcome'], headers?: Headers): void =>
        options.onCall?.({
          vendor: options.vendor,
          operation: request.operation,
          method: request.method,
          effect,
          status,
          outcome,
          ms: Date.now() - at,
          requestId,
          vendorRequestId: headers?.get('x-request-id') ?? headers?.get('twilio-request-id') ?? null,
          at,
        });

      let response: Response | undefined;
      let text: string;
      try {
        response = await send(base + request.path + queryText(request.query), {
          method: request.method,
          headers: headersOf(request, requestId),
          body: bodyOf(request),
          redirect: 'manual',
          signal: AbortSignal.timeout(request.timeoutMs ?? options.timeoutMs),
        });
        text = await response.text();
      } catch (error) {
        const failure = networkFailure(call, error, response?.status ?? null);
        log(failure.status, failure.code === 'timeout' ? 'timeout' : 'network', response?.headers);
        throw failure;
      }
      log(response.status, 'answered', response.headers);
      return { status: response.status, headers: response.headers, text, call };
    },
  };
}

/** Builds a path from a template and encoded values: ``pathOf`/patients/${id}` ``. */
export function pathOf(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts
    .map((part, i) => part + (i < values.length ? encodeURIComponent(String(values[i])) : ''))
    .join('');
}

function headersOf(request: HttpRequest, requestId: string): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', 'x-request-id': requestId };
  if (request.json !== undefined) headers['content-type'] = 'application/json';
  else if (request.form) headers['content-type'] = 'application/x-www-form-urlencoded';
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return headers;
}

function bodyOf(request: HttpRequest): string | undefined {
  if (request.json !== undefined) return JSON.stringify(request.json);
  return request.form ? encode(request.form) : undefined;
}

function queryText(query: Fields | undefined): string {
  const text = query ? encode(query) : '';
  return text ? `?${text}` : '';
}

function encode(fields: Fields): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one));
  }
  return params.toString();
}
