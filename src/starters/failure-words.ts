import { z } from 'zod';

const ownCode = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/**
 * What a person at the command line is told of a failure. Our own errors say what to do and hold no PHI; of foreign
 * ones only the kind is shown, because they quote what they were given.
 */
export function failureWords(err: unknown): string {
  if (err instanceof z.ZodError)
    return `What is stored or was given does not have its form: ${err.issues.map((i) => `${i.path.join('.')}: ${i.code}`).join('; ')}. Correct it, or import the practice again.`;
  if (!(err instanceof Error)) return 'It failed for an unknown reason. Try again with LOG_LEVEL=debug.';
  const code = String((err as { code?: unknown }).code ?? '');
  if (code === 'configuration') return `${err.message} Or run everything on this machine: resultloop start`;
  if (ownCode.test(code) || /^(RULE_SET|TEMPLATES)_/.test(code)) return err.message;
  if (isUnreachable(err))
    return 'The database or Temporal does not answer. Check DATABASE_URL and TEMPORAL_ADDRESS, or start both with: resultloop start';
  return `It failed unexpectedly (${[err.name, code].filter(Boolean).join(', ')}). Nothing is lost: what was written stays, and the command may be repeated.`;
}

const networkCodes = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN'];

function isUnreachable(err: Error): boolean {
  for (let e: unknown = err; e instanceof Error; e = e.cause) {
    if (networkCodes.includes(String((e as { code?: unknown }).code))) return true;
    if (e.name === 'TransportError' || /failed to connect before the deadline/i.test(e.message)) return true;
  }
  return false;
}
