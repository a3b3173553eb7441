import { pino, type DestinationStream, type Logger } from 'pino';
import { isError, safeError, withoutMessageOf } from './safe-error.js';

export type { Logger } from 'pino';

/** Keys whose values never reach a log, wherever a mistake may put them. A net, not a licence. */
const REDACTED_KEYS = [
  'name',
  'fullName',
  'givenName',
  'familyName',
  'firstName',
  'lastName',
  'firstname',
  'lastname',
  'patientName',
  'birthDate',
  'birthdate',
  'dob',
  'ssn',
  'address',
  'email',
  'phone',
  'mobilePhone',
  'homePhone',
  'workPhone',
  'to',
  'from',
  'To',
  'From',
  'number',
  'text',
  'body',
  'Body',
  'content',
  'note',
  'comment',
  'reason',
  'value',
  'values',
  'observations',
  'report',
  'raw',
  'authorization',
  'Authorization',
  'cookie',
  'headers',
  'query',
  'params',
  'password',
  'pin',
  'secret',
  'token',
  'accessToken',
  'access_token',
  'refresh_token',
  'apiKey',
  'connectionString',
  'patient',
  'payload',
  'payloads',
  'detail',
  'details',
];
const NESTING = ['', '*.', '*.*.'];

interface LogOptions {
  /** Least level to write; default: environment variable `LOG_LEVEL`, then `info`. */
  readonly level?: string;
  /** Where lines go; default: standard error, because standard output belongs to a command's answer. */
  readonly destination?: DestinationStream;
}

/**
 * The logger of one part of the product: JSON lines on standard error, `component` = `name`. Log ids, codes
 * and counts. Errors (as `err` or `error`, or as first argument) lose messages that are not ours
 * ({@link safeError}), requests lose their URL, and well-known keys with personal data are censored.
 */
export function createLogger(name: string, options: LogOptions = {}): Logger {
  return pino(
    {
      level: logLevel(options.level ?? process.env.LOG_LEVEL),
      base: { component: name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: NESTING.flatMap((prefix) => REDACTED_KEYS.map((key) => prefix + key)),
        censor: '[redacted]',
      },
      serializers: { err: errorOrNothing, error: errorOrNothing, req: safeRequest, res: safeResponse },
      hooks: {
        logMethod(args, method) {
          method.apply(this, guardMessage(args) as Parameters<typeof method>);
        },
      },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

const LEVELS: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function logLevel(wanted: string | undefined): string {
  const level = wanted?.trim().toLowerCase();
  return level && LEVELS.includes(level) ? level : 'info';
}

/** pino takes an error's message as the line's text when none is given, and Fastify passes it as such. */
function guardMessage(args: unknown[]): unknown[] {
  const [first, text, ...rest] = args;
  const error = errorOf(first);
  if (!error) return args;
  const fields = first === error ? { err: error } : first;
  return [fields, withoutMessageOf(error, typeof text === 'string' ? text : error.message), ...rest];
}

function errorOf(first: unknown): Error | undefined {
  if (isError(first)) return first;
  if (typeof first !== 'object' || first === null) return undefined;
  const { err, error } = first as { err?: unknown; error?: unknown };
  return [err, error].find(isError);
}

function errorOrNothing(value: unknown): unknown {
  return isError(value) ? safeError(value) : { type: typeof value };
}

/** The route's pattern in place of the URL: a path may hold a link token. */
function safeRequest(request: { method?: string; id?: unknown; routeOptions?: { url?: string } }): object {
  return { method: request.method, id: request.id, route: request.routeOptions?.url ?? 'unknown' };
}

function safeResponse(response: { statusCode?: number }): object {
  return { statusCode: response.statusCode };
}
