import type { Logger as SdkLogger, LogLevel, LogMetadata } from '@temporalio/common';
import type { Logger } from 'pino';
import { codeOrUndefined, errorCode, isError, withoutMessageOf } from './safe-error.js';

/** All that a log line of the SDK may carry; its other attributes can hold decoded payloads or failures. */
const ALLOWED = [
  'workflowId',
  'runId',
  'workflowType',
  'activityType',
  'activityId',
  'attempt',
  'isLocal',
  'taskQueue',
  'namespace',
  'sdkComponent',
  'durationMs',
  'state',
] as const;

/** Said at every start, of queues that are meant to be so: as a warning it would teach to overlook warnings. */
const EXPECTED: ReadonlySet<string> = new Set([
  'No workflows registered, not polling for workflow tasks',
  'No Nexus services registered, not polling for Nexus tasks',
]);

const MAX_TEXT = 200;
const MAX_CAUSES = 5;

/**
 * Adapter for `Runtime.install({ logger })`. The SDK logs failures after decoding them, message and stack in
 * clear text, in its attributes and at times in the line itself. Kept are the attributes above and the names,
 * types and codes of an error and its causes.
 */
export function temporalLogger(logger: Logger): SdkLogger {
  const write = (level: LogLevel, text: string, meta?: LogMetadata) => {
    const error = errorOf(meta);
    if (EXPECTED.has(text)) level = 'DEBUG';
    logger[PINO_LEVEL[level]](
      { ...allowed(meta), ...(error && { failure: describe(error) }) },
      line(text, meta, error),
    );
  };
  return {
    log: write,
    trace: (text, meta) => write('TRACE', text, meta),
    debug: (text, meta) => write('DEBUG', text, meta),
    info: (text, meta) => write('INFO', text, meta),
    warn: (text, meta) => write('WARN', text, meta),
    error: (text, meta) => write('ERROR', text, meta),
  };
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

function allowed(meta: LogMetadata | undefined): Record<string, string | number | boolean> {
  const kept: Record<string, string | number | boolean> = {};
  for (const key of ALLOWED) {
    const value: unknown = meta?.[key];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      kept[key] = value;
  }
  return kept;
}

function line(text: string, meta: LogMetadata | undefined, error: Error | undefined): string {
  const component: unknown = meta?.sdkComponent;
  // Lines of our own workflows and activities are constants. The SDK and its core put error texts after a colon.
  const isOurs = component === 'workflow' || component === 'activity';
  const head = isOurs ? text : (text.split(/:\s|\n/, 1)[0] ?? '');
  return (error ? withoutMessageOf(error, head) : head).slice(0, MAX_TEXT);
}

function errorOf(meta: LogMetadata | undefined): Error | undefined {
  const candidates: unknown[] = [meta, meta?.error, meta?.err];
  return candidates.find(isError);
}

/** Names, types and codes from the outermost error to its root, e.g. `ActivityFailure < ApplicationFailure:Paced`. */
function describe(error: Error): string {
  const parts: string[] = [];
  for (let e: unknown = error; isError(e) && parts.length < MAX_CAUSES; e = e.cause) {
    const name = nameOf(e);
    const type = codeOrUndefined((e as { type?: unknown }).type);
    const code = errorCode(e);
    parts.push([name, type, code].filter((part) => part !== undefined).join(':'));
  }
  return parts.join(' < ');
}

/** Between the workflow's thread and ours an error becomes a plain `Error`; its stack still begins with its class. */
function nameOf(error: Error): string {
  const name = codeOrUndefined(error.name) ?? 'Error';
  if (name !== 'Error') return name;
  return /^([A-Z][A-Za-z]{1,60}(?:Failure|Error)):/.exec(error.stack ?? '')?.[1] ?? name;
}
