import { METADATA_ENCODING_KEY, ValueError, type Payload, type PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { decryptBox, encryptBox } from './aes-gcm.js';
import { KeyRingError, type KeyRing } from './key-ring.js';

/** Value of the `encoding` metadata of an encrypted payload. */
export const ENCRYPTED_ENCODING = 'binary/encrypted';
const KEY_ID_METADATA = 'encryption-key-id';
const CIPHER_METADATA = 'encryption-cipher';

// A named import works under jest only: Node does not see this package's export names.
const { Payload: PayloadProto } = proto.temporal.api.common.v1;

export type PayloadCodecErrorCode = 'payload-malformed' | 'payload-unknown-key' | 'payload-refused';

/** An encrypted payload could not be read. Holds nothing of its content. */
export class PayloadCodecError extends ValueError {
  constructor(
    readonly code: PayloadCodecErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** True when the payload is one of ours and still encrypted. */
export function isEncrypted(payload: Payload): boolean {
  return metadataText(payload, METADATA_ENCODING_KEY) === ENCRYPTED_ENCODING;
}

/**
 * Encrypts every Temporal payload with the active `payload` key (AES-256-GCM, key id in the metadata) and
 * reads payloads of any key still on the ring. Unencrypted payloads pass through, so that histories from
 * before the codec, or written by an operator's tool, stay readable.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.#encrypt(payload));
  }

  /** @throws PayloadCodecError when a payload is encrypted but cannot be read. */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (isEncrypted(payload) ? this.#decrypt(payload) : payload));
  }

  #encrypt(payload: Payload): Payload {
    const id = this.#ring.activeId;
    return {
      metadata: {
        [METADATA_ENCODING_KEY]: Buffer.from(ENCRYPTED_ENCODING),
        [CIPHER_METADATA]: Buffer.from('AES-256-GCM'),
        [KEY_ID_METADATA]: Buffer.from(id),
      },
      data: encryptBox(this.#ring.encryptionKey('payload', id), PayloadProto.encode(payload).finish()),
    };
  }

  #decrypt(payload: Payload): Payload {
    const id = metadataText(payload, KEY_ID_METADATA);
    if (!id || !payload.data) {
      throw new PayloadCodecError('payload-malformed', 'An encrypted payload has no key id or no data.');
    }
    const key = this.#key(id);
    try {
      return PayloadProto.decode(decryptBox(key, Buffer.from(payload.data)));
    } catch {
      throw new PayloadCodecError(
        'payload-refused',
        `A payload does not open with key "${id}": it was changed, or this ring's "${id}" is not the key that encrypted it.`,
      );
    }
  }

  #key(id: string): Buffer {
    try {
      return this.#ring.encryptionKey('payload', id);
    } catch (error) {
      if (!(error instanceof KeyRingError)) throw error;
      throw new PayloadCodecError('payload-unknown-key', error.message);
    }
  }
}

function metadataText(payload: Payload, key: string): string | undefined {
  const bytes = payload.metadata?.[key];
  return bytes ? Buffer.from(bytes).toString('utf8') : undefined;
}
