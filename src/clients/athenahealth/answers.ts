import type { HttpAnswer, VendorErrorCode } from '../http/index.js';
import { badAnswer, statusFailure, VendorError } from '../http/index.js';
import type { JsonRecord } from './fields.js';
import { flag, onlyRecord, record } from './fields.js';

/** What athenahealth's own wording in `error` means. Only these texts are recognised; none is passed on. */
const knownErrors: readonly {
  readonly says: RegExp;
  readonly code?: VendorErrorCode;
  readonly hint: string;
}[] = [
  {
    says: /require setup/i,
    code: 'needs-setup',
    hint: 'The changed feed has no active subscription yet: subscribe, then wait some minutes.',
  },
  { says: /invalid practice/i, hint: 'The practice id is wrong for this environment.' },
  { says: /not registered with api gateway/i, hint: 'The base URL or the environment is wrong.' },
  { says: /incorrect permissions/i, hint: 'The practice has not granted access to this application.' },
  {
    says: /does not exist in that department/i,
    hint: 'Ask with a department of the chart that the patient has.',
  },
];

/** JSON of an answer; bodies may begin with line feeds. @throws VendorError `bad-answer` for anything else. */
export function readJson(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    const what = answer.text.trim() === '' ? 'it is empty' : 'it is not complete JSON';
    throw badAnswer(answer.call, answer.status, what);
  }
}

/** The {@link VendorError} for a status that is not a success, refined by the vendor's own wording. */
export function refusal(answer: HttpAnswer): VendorError {
  const body = errorBody(answer);
  const words = body
    ? `${String(body['error'] ?? '')} ${String(body['detailedmessage'] ?? '')}`
    : answer.text;
  const known = knownErrors.find((one) => one.says.test(words));
  const fields = [...fieldNames(body?.['missingfields']), ...fieldNames(body?.['invalidfields'])];
  const hint =
    known?.hint ?? (fields.length > 0 ? `Fields missing or not accepted: ${fields.join(', ')}.` : undefined);
  return statusFailure(answer.call, answer, { code: known?.code, hint });
}

/** True when a 401 says that the practice is closed to us: a new token would not help. */
export function isPracticeClosed(answer: HttpAnswer): boolean {
  return /incorrect permissions|bad auth/i.test(answer.text);
}

/** True when a 404 speaks of the record, not of a wrong practice, path or host. */
export function isRecordMissing(answer: HttpAnswer): boolean {
  if (answer.status !== 404) return false;
  if (answer.text.trim() === '') return true;
  const body = errorBody(answer);
  return body !== null && !/invalid practice/i.test(String(body['error'] ?? ''));
}

/**
 * Body of a success status, `null` when it is empty. Some calls answer 200 with `success` false; some writes with a
 * bare `1`, a bare string or nothing.
 * @throws VendorError `logical-failure` (refused) or `bad-answer` (unknown: it may have been written).
 */
export function readAnswer(answer: HttpAnswer): unknown {
  if (answer.text.trim() === '') return null;
  const body = readJson(answer);
  const fields = onlyRecord(body);
  if (fields && 'success' in fields && flag.parse(fields['success']) !== true) {
    throw new VendorError(
      `athenahealth answered ${answer.status} to ${answer.call.operation} but says that it did not succeed. ` +
        'Repeating will not help: look at the record in athenaOne.',
      { ...answer.call, code: 'logical-failure', outcome: 'refused', status: answer.status },
    );
  }
  return body;
}

function errorBody(answer: HttpAnswer): JsonRecord | null {
  try {
    const parsed = record.safeParse(JSON.parse(answer.text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function fieldNames(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one): one is string => typeof one === 'string' && /^[a-z][a-z0-9_]{0,40}$/i.test(one));
}
