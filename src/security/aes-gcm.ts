import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Fewest bytes that can be a sealed box: nonce and tag around nothing. */
export const MIN_BOX_BYTES = IV_BYTES + TAG_BYTES;

/** AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D §8.2.2). Returns nonce, ciphertext, tag. */
export function encryptBox(key: Buffer, plain: Uint8Array, aad?: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  if (aad !== undefined) cipher.setAAD(Buffer.from(aad, 'utf8'));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Reverses {@link encryptBox}. Throws when key, box or aad is not the one it was made with. */
export function decryptBox(key: Buffer, box: Buffer, aad?: string): Buffer {
  if (box.length < MIN_BOX_BYTES) throw new RangeError('box too short');
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  if (aad !== undefined) decipher.setAAD(Buffer.from(aad, 'utf8'));
  decipher.setAuthTag(box.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(box.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
}
