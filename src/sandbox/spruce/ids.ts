import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An opaque id in Spruce's manner, as in `entity_0E5QDGJC03000`. */
export function newId(prefix: string): string {
  return `${prefix}_${[...randomBytes(16)].map((byte) => alphabet[byte % 32]).join('')}`;
}
