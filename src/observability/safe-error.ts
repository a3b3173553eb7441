import { types } from 'node:util';

/** What may be logged of an error. */
export interface SafeError {
  readonly type: string;
  readonly code?: string | number;
  /** Only for errors whose message is known to hold no patient data. */
  readonly message?: string;
  /** Where it was thrown, without the message line. */
  readonly at?: readonly string[];
  readonly cause?: SafeError;
}

/** Stands where a message was left out. */
export const WITHHELD = '[message withheld]';

const MAX_CAUSES = 4;
const MAX_FRAMES = 8;
const CODE = /^[\w.:/-]{1,80}$/;
const OWN_CODE = /^[a-z][a-z0-9]*(?:[-_./][a-z0-9]+)*$/;

/**
 * Reduces an error to what can be logged. Messages of foreign errors are left out: a parser quotes its
 * input, a database its row, a vendor's client its URL. Kept are the messages of our own errors (their
 * `code` is lower-case words; the house rule keeps patient data out of them) and of failed system calls.
 */
export function safeError(error: Error, depth = 0): SafeError {
  // An ApplicationFailure carries its code as `type`.
  const code = errorCode(error) ?? codeOrUndefined((error as { type?: unknown }).type);
  const message = isMessageSafe(error) ? error.message : undefined;
  const at = frames(error);
  return {
    type: codeOrUndefined(error.name) ?? 'Error',
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message }),
    ...(at.length > 0 && { at }),
    ...(isError(error.cause) && depth < MAX_CAUSES && { cause: safeError(error.cause, depth + 1) }),
  };
}

/** True for every error, also one made in another realm (a worker thread's, a sandbox's). */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** The text with the error's own message taken out, unless that message may be logged. */
export function withoutMessageOf(error: Error, text: string): string {
  const withheld =
    error.message === '' || isMessageSafe(error) ? text : text.replaceAll(error.message, WITHHELD);
  return isError(error.cause) ? withoutMessageOf(error.cause, withheld) : withheld;
}

/** The error's code when it has the form of a code, otherwise nothing. */
export function errorCode(error: Error): string | number | undefined {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'number' ? code : codeOrUndefined(code);
}

/** The value when it looks like a code (one word of letters, digits, `_ . : / -`), otherwise nothing. */
export function codeOrUndefined(value: unknown): string | undefined {
  return typeof value === 'string' && CODE.test(value) ? value : undefined;
}

function isMessageSafe(error: Error): boolean {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (typeof code !== 'string') return false;
  return OWN_CODE.test(code) || typeof syscall === 'string';
}

function frames(error: Error): string[] {
  const stack = error.stack ?? '';
  // The message sits at the head of the stack and may itself have several lines.
  const end = stack.indexOf(error.message);
  const tail = end < 0 ? stack : stack.slice(end + error.message.length);
  return tail
    .split('\n')
    .filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => line.trim().slice('at '.length));
}
