import { hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Environment variable that holds the key ring: its JSON text, or the path of a file with that text. */
export const KEY_RING_VARIABLE = 'RESULTLOOP_KEYS';

const KEY_BYTES = 32;

/** What a derived key is for. `payload` and `field` rotate with the active key; `index` and `token` never do. */
export type KeyPurpose = 'payload' | 'field' | 'index' | 'token';

export type KeyRingErrorCode =
  'key-ring-missing' | 'key-ring-unreadable' | 'key-ring-invalid' | 'key-ring-unknown-key';

/** The key ring cannot be used; the message says what to change and never holds key material. */
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError';
  constructor(
    readonly code: KeyRingErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** The ring as it is stored: every key is 32 random bytes in base64. */
export interface KeyRingDocument {
  /** Id of the key that encrypts new values. */
  readonly active: string;
  /** All keys that may still be needed to decrypt, by id. */
  readonly keys: Readonly<Record<string, string>>;
  /** Root of blind indexes and link tokens. Changing it makes every stored index unfindable. */
  readonly index: string;
}

const base64Key = z.string().refine((text) => isBase64Key(text), 'must be 32 bytes in base64');

// No dot in an id: sealed values separate their parts by dots.
const keyId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, 'must be 1 to 32 letters, digits, "-" or "_"');

const documentSchema = z
  .strictObject({ active: keyId, keys: z.record(keyId, base64Key), index: base64Key })
  .refine((ring) => Object.hasOwn(ring.keys, ring.active), {
    path: ['active'],
    message: 'must name one of "keys"',
  });

/**
 * Keys of one deployment. Ring keys are never used directly: each purpose gets its own key by HKDF-SHA256,
 * so a weakness in one use tells nothing about another. Old ids stay readable until they are taken off the
 * ring, which destroys what only they could open (architecture §9).
 */
export class KeyRing {
  readonly activeId: string;
  readonly #roots: ReadonlyMap<string, Buffer>;
  readonly #indexRoot: Buffer;
  readonly #derived = new Map<string, Buffer>();

  constructor(document: KeyRingDocument) {
    this.activeId = document.active;
    this.#roots = new Map(
      Object.entries(document.keys).map(([id, key]) => [id, Buffer.from(key, 'base64')] as const),
    );
    this.#indexRoot = Buffer.from(document.index, 'base64');
  }

  /** Ids that can still decrypt, active one included. */
  get ids(): readonly string[] {
    return [...this.#roots.keys()];
  }

  /**
   * The 32-byte encryption key of one purpose.
   * @throws KeyRingError `key-ring-unknown-key` when the id is not on the ring.
   */
  encryptionKey(purpose: 'payload' | 'field', id: string): Buffer {
    const root = this.#roots.get(id);
    if (!root) {
      throw new KeyRingError(
        'key-ring-unknown-key',
        `Key "${id}" is not on the key ring. Add it to "keys" of ${KEY_RING_VARIABLE}; what it encrypted cannot be read without it.`,
      );
    }
    return this.#derive(purpose, id, root);
  }

  /** The 32-byte HMAC key for blind indexes or link tokens; the same whatever key is active. */
  lookupKey(purpose: 'index' | 'token'): Buffer {
    return this.#derive(purpose, '', this.#indexRoot);
  }

  #derive(purpose: KeyPurpose, id: string, root: Buffer): Buffer {
    const slot = `${purpose}/${id}`;
    let key = this.#derived.get(slot);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', root, '', `resultloop/${purpose}/v1`, KEY_BYTES));
      this.#derived.set(slot, key);
    }
    return key;
  }
}

/**
 * Reads the ring from JSON text or from the file whose path is given; without argument, from the
 * environment variable `RESULTLOOP_KEYS`.
 * @throws KeyRingError with a message that names what to change.
 */
export function loadKeyRing(source: string | undefined = process.env[KEY_RING_VARIABLE]): KeyRing {
  const text = source?.trim();
  if (!text) {
    throw new KeyRingError(
      'key-ring-missing',
      `No key ring. Set ${KEY_RING_VARIABLE} to its JSON text or to the path of a file that holds it.`,
    );
  }
  const parsed = documentSchema.safeParse(parseJson(text.startsWith('{') ? text : readRingFile(text)));
  if (!parsed.success) {
    const what = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'ring'}: ${issue.message}`);
    throw new KeyRingError(
      'key-ring-invalid',
      `The key ring is not usable (${what.join('; ')}). Expected {"active":"k1","keys":{"k1":"<32 bytes in base64>"},"index":"<32 bytes in base64>"}.`,
    );
  }
  return new KeyRing(parsed.data);
}

/** A fresh ring with one key, for a demo, a test, or as the first ring of a deployment. */
export function generateKeyRing(): KeyRingDocument {
  const key = () => randomBytes(KEY_BYTES).toString('base64');
  return { active: 'k1', keys: { k1: key() }, index: key() };
}

/** The ring with a fresh active key; every older key stays to decrypt, the index root stays as it is. */
export function rotateKeyRing(ring: KeyRingDocument): KeyRingDocument {
  let next = Object.keys(ring.keys).length + 1;
  while (Object.hasOwn(ring.keys, `k${next}`)) next += 1;
  const active = `k${next}`;
  return {
    active,
    keys: { ...ring.keys, [active]: randomBytes(KEY_BYTES).toString('base64') },
    index: ring.index,
  };
}

function isBase64Key(text: string): boolean {
  // Buffer.from skips what it does not know, so a mistyped key would pass silently: compare the way back.
  const bytes = Buffer.from(text, 'base64');
  return (
    bytes.length === KEY_BYTES && bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
  );
}

function readRingFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    // The path is not repeated: a mangled JSON text would be taken for a path, and it holds the keys.
    throw new KeyRingError(
      'key-ring-unreadable',
      `${KEY_RING_VARIABLE} is neither JSON text nor a readable file (${reason}). Check the path and its permissions.`,
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser quotes its input, which is key material: neither message nor cause may travel on.
    throw new KeyRingError(
      'key-ring-invalid',
      `The key ring is not valid JSON. Correct ${KEY_RING_VARIABLE}.`,
    );
  }
}
