import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  generateKeyRing,
  KeyRing,
  KeyRingError,
  loadKeyRing,
  rotateKeyRing,
} from '../../src/security/key-ring.js';

const document = generateKeyRing();

function refusal(source: string): KeyRingError {
  try {
    loadKeyRing(source);
  } catch (error) {
    if (error instanceof KeyRingError) return error;
    throw error;
  }
  throw new Error('the ring was accepted');
}

describe('key ring', () => {
  test('loads from JSON text and from a file alike', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ring-'));
    try {
      const path = join(folder, 'keys.json');
      writeFileSync(path, JSON.stringify(document));
      const fromText = loadKeyRing(JSON.stringify(document));
      expect(loadKeyRing(path).encryptionKey('field', 'k1')).toEqual(fromText.encryptionKey('field', 'k1'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('every purpose has its own key, and none is a ring key', () => {
    const ring = new KeyRing(document);
    const keys = [
      ring.encryptionKey('payload', 'k1'),
      ring.encryptionKey('field', 'k1'),
      ring.lookupKey('index'),
      ring.lookupKey('token'),
      Buffer.from(document.keys.k1 ?? '', 'base64'),
      Buffer.from(document.index, 'base64'),
    ].map((key) => key.toString('hex'));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.every((key) => key.length === 64)).toBe(true);
  });

  test('after a rotation new values use the new key, lookup keys stay', () => {
    const before = new KeyRing(document);
    const after = new KeyRing(rotateKeyRing(document));
    expect(after.activeId).toBe('k2');
    expect(after.ids).toEqual(['k1', 'k2']);
    expect(after.encryptionKey('field', 'k1')).toEqual(before.encryptionKey('field', 'k1'));
    expect(after.encryptionKey('field', 'k2')).not.toEqual(before.encryptionKey('field', 'k1'));
    expect(after.lookupKey('index')).toEqual(before.lookupKey('index'));
    expect(after.lookupKey('token')).toEqual(before.lookupKey('token'));
  });

  test('a broken ring is refused with what to change, without showing key material', () => {
    const json = JSON.stringify(document);
    const cases = [
      [refusal(''), 'key-ring-missing', 'RESULTLOOP_KEYS'],
      [refusal('/no/such/file.json'), 'key-ring-unreadable', 'ENOENT'],
      [refusal(json.slice(0, -1)), 'key-ring-invalid', 'not valid JSON'],
      [
        refusal(JSON.stringify({ ...document, active: 'k9' })),
        'key-ring-invalid',
        'active: must name one of "keys"',
      ],
      [
        refusal(JSON.stringify({ ...document, index: 'c2hvcnQ=' })),
        'key-ring-invalid',
        'index: must be 32 bytes',
      ],
      [refusal(json.slice(1)), 'key-ring-unreadable', 'neither JSON text nor a readable file'],
    ] as const;
    for (const [error, code, words] of cases) {
      expect(error.code).toBe(code);
      expect(error.message).toContain(words);
      expect(error.message).not.toContain(document.keys.k1?.slice(0, 12));
    }
  });

  test('a ring never shows its keys when printed or turned into JSON', async () => {
    const { inspect } = await import('node:util');
    const ring = new KeyRing(document);
    ring.encryptionKey('field', 'k1');
    const shown = inspect(ring, { depth: 9 }) + JSON.stringify(ring);
    expect(shown).not.toContain(document.keys.k1);
    expect(shown).not.toMatch(/Buffer|Uint8Array/);
  });
});
