import { VendorError } from '../http/index.js';

/** Spruce keeps idempotency keys for 24 h; a key older than this protects against nothing any more. */
export const keyGoodForMs = 23 * 3_600_000;

const longestKey = 255;
const withTime = /^(.+)@([0-9a-z]{1,11})$/;

/**
 * The key of one effect at Spruce, the same for every attempt of 23 h, then another. It carries the earliest time at
 * which it may have been used, so that the client refuses it when it has become too old.
 * @param base The effect, e.g. `page-<effect id>`. No PHI.
 * @param firstRealAt No attempt was made before this; epoch ms, real time.
 * @param nowReal Epoch ms, real time.
 */
export function keyFor(base: string, firstRealAt: number, nowReal: number): string {
  const rounds = Math.max(0, Math.floor((nowReal - firstRealAt) / keyGoodForMs));
  return `${base}@${(firstRealAt + rounds * keyGoodForMs).toString(36)}`;
}

/**
 * Lets a key pass that Spruce keeps whole and still remembers.
 * @throws VendorError `invalid`, refused: nothing was asked.
 */
export function checkedKey(operation: string, key: string, nowReal: number): string {
  if (key.length > longestKey || !/^[\x21-\x7e]+$/.test(key))
    throw refused(operation, 'an idempotency key is 1 to 255 visible ASCII characters');
  const usedSince = withTime.exec(key)?.[2];
  if (usedSince !== undefined && nowReal - parseInt(usedSince, 36) >= keyGoodForMs)
    throw refused(
      operation,
      'its idempotency key is older than 23 hours and protects no more. Read back what was done, then use a new key',
    );
  return key;
}

function refused(operation: string, why: string): VendorError {
  return new VendorError(`spruce was not asked for ${operation}: ${why}.`, {
    vendor: 'spruce',
    code: 'invalid',
    outcome: 'refused',
    requestId: '',
  });
}
