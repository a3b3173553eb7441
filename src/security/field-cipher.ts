import { decryptBox, encryptBox } from './aes-gcm.js';
import type { KeyRing } from './key-ring.js';
import { KeyRingError } from './key-ring.js';

const FORMAT = 'v1';

export type FieldCipherErrorCode =
  'sealed-value-malformed' | 'sealed-value-unknown-key' | 'sealed-value-refused';

/** A sealed value could not be opened. The message holds neither the value nor its ciphertext. */
export class FieldCipherError extends Error {
  override readonly name = 'FieldCipherError';
  constructor(
    readonly code: FieldCipherErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Encrypts single database values: `v1.<key id>.<base64url of nonce, ciphertext, tag>`, AES-256-GCM.
 * `aad` names the place (`table.column`), so a value copied into another column does not open.
 */
export class FieldCipher {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** Seals with the active key. Sealing the same text twice gives two different values. */
  seal(plain: string, aad: string): string {
    const id = this.#ring.activeId;
    const box = encryptBox(this.#ring.encryptionKey('field', id), Buffer.from(plain, 'utf8'), aad);
    return `${FORMAT}.${id}.${box.toString('base64url')}`;
  }

  /**
   * Opens a value sealed for the same `aad` with any key still on the ring.
   * @throws FieldCipherError `sealed-value-malformed`, `sealed-value-unknown-key`, or `sealed-value-refused`
   * (changed, or sealed for another place).
   */
  open(sealed: string, aad: string): string {
    const { id, box } = parse(sealed, aad);
    const key = this.#key(id, aad);
    try {
      return decryptBox(key, box, aad).toString('utf8');
    } catch {
      throw new FieldCipherError(
        'sealed-value-refused',
        `A value of ${aad} was changed after it was sealed, or belongs to another column. Restore it from a backup.`,
      );
    }
  }

  /** {@link seal} for anything JSON can carry. */
  sealJson(value: unknown, aad: string): string {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new TypeError(`A value for ${aad} cannot be written as JSON.`);
    return this.seal(text, aad);
  }

  /** {@link open} for what {@link sealJson} sealed. Parse the answer with a schema before trusting its shape. */
  openJson(sealed: string, aad: string): unknown {
    const text = this.open(sealed, aad);
    try {
      return JSON.parse(text);
    } catch {
      // The parser's own message quotes the plain text.
      throw new FieldCipherError(
        'sealed-value-malformed',
        `A value of ${aad} is not JSON: it was sealed as text.`,
      );
    }
  }

  /** True when the value should be sealed again because its key is not the active one. */
  isStale(sealed: string): boolean {
    return sealed.split('.', 2)[1] !== this.#ring.activeId;
  }

  #key(id: string, aad: string): Buffer {
    try {
      return this.#ring.encryptionKey('field', id);
    } catch (error) {
      if (!(error instanceof KeyRingError)) throw error;
      throw new FieldCipherError(
        'sealed-value-unknown-key',
        `A value of ${aad} cannot be opened. ${error.message}`,
      );
    }
  }
}

function parse(sealed: string, aad: string): { id: string; box: Buffer } {
  const [format, id, body, ...rest] = sealed.split('.');
  if (format !== FORMAT || !id || !body || rest.length > 0) {
    throw new FieldCipherError(
      'sealed-value-malformed',
      `A value of ${aad} is not a sealed value (${FORMAT}.<key id>.<data>); it was stored without encryption or cut short.`,
    );
  }
  return { id, box: Buffer.from(body, 'base64url') };
}
