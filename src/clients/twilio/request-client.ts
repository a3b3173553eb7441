import twilio from 'twilio';
import type { CallRecord, Fields, HttpAnswer, HttpRequest } from '../http/index.js';
import { badAnswer, createHttp } from '../http/index.js';
import type { Operation } from './operations.js';
import { operationOf } from './operations.js';
import { twilioFailure } from './twilio-error.js';

type Base = InstanceType<typeof twilio.RequestClient>;
type RequestOptions = Parameters<Base['request']>[0];

export interface TwilioTransport {
  readonly timeoutMs: number;
  /** Where the calls go instead of `https://<product>.twilio.com`: to `<redirectTo>/<product>`. */
  readonly redirectTo?: string;
  readonly onCall?: (record: CallRecord) => void;
}

/**
 * Carries the Twilio library's requests over the HTTP core all vendors share: one deadline for the whole call,
 * one call log without PHI, one judgement of what a failure left behind. The library's own transport keeps no
 * headers of a failed call (so no Retry-After), and its debug log prints phone numbers.
 */
export class SharedRequestClient extends twilio.RequestClient {
  constructor(private readonly transport: TwilioTransport) {
    super({ timeout: transport.timeoutMs, autoRetry: false });
  }

  /** @throws VendorError for every answer that is not a usable success. */
  override async request<TData>(
    options: RequestOptions,
  ): ReturnType<typeof twilio.RequestClient.prototype.request<TData>> {
    const url = new URL(options.uri);
    const { redirectTo, timeoutMs, onCall } = this.transport;
    const baseUrl = redirectTo
      ? `${redirectTo.replace(/\/+$/, '')}/${url.hostname.split('.')[0]}`
      : url.origin;
    const operation = operationOf(options.method, url.pathname);
    const answer = await createHttp({ vendor: 'twilio', baseUrl, timeoutMs, onCall }).request({
      operation: operation.name,
      method: options.method.toUpperCase() as HttpRequest['method'],
      path: url.pathname + url.search,
      query: options.params as Fields | undefined,
      form: options.data as Fields | undefined,
      headers: {
        ...(options.headers as Record<string, string>),
        authorization: `Basic ${Buffer.from(`${options.username}:${options.password}`).toString('base64')}`,
      },
    });
    if (answer.status < 200 || answer.status >= 300) throw twilioFailure(answer);
    checkAnswer(operation, answer);
    return {
      statusCode: answer.status,
      body: answer.text as TData,
      headers: Object.fromEntries(answer.headers),
    };
  }
}

/** The library would read a half answer as a message without an id; the text may have been sent all the same. */
function checkAnswer(operation: Operation, answer: HttpAnswer): void {
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch {
    throw badAnswer(answer.call, answer.status, 'it is not JSON');
  }
  const parsed = operation.answer.safeParse(body);
  if (parsed.success) return;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'body');
  throw badAnswer(answer.call, answer.status, `missing or wrong: ${fields.slice(0, 5).join(', ')}`);
}
