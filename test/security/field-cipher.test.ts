import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FieldCipher } from '../../src/security/field-cipher.js';
import { generateKeyRing, KeyRing, rotateKeyRing } from '../../src/security/key-ring.js';

const document = generateKeyRing();
const cipher = new FieldCipher(new KeyRing(document));
const planted = 'Zelenka Planterová';

describe('field cipher', () => {
  test('what is sealed opens again, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(cipher.open(cipher.seal(text, 'patient.name'), 'patient.name')).toBe(text);
      }),
    );
    const value = { name: planted, calls: [1, 2], at: null };
    expect(cipher.openJson(cipher.sealJson(value, 'patient.card'), 'patient.card')).toEqual(value);
  });

  test('a sealed value shows its key id and nothing of the text; equal texts seal differently', () => {
    const sealed = cipher.seal(planted, 'patient.name');
    expect(sealed).toMatch(/^v1\.k1\.[A-Za-z0-9_-]+$/);
    const bytes = Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1');
    expect(sealed + bytes).not.toContain('Zelenka');
    expect(cipher.seal(planted, 'patient.name')).not.toBe(sealed);
  });

  test('a changed byte anywhere, or another column, is refused', () => {
    const [version, id, body = ''] = cipher.seal(planted, 'patient.name').split('.');
    const bytes = Buffer.from(body, 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      const sealed = [version, id, changed.toString('base64url')].join('.');
      expect(() => cipher.open(sealed, 'patient.name')).toThrow(
        expect.objectContaining({ code: 'sealed-value-refused' }),
      );
    }
    expect(() => cipher.open([version, id, body].join('.'), 'person.name')).toThrow(
      expect.objectContaining({ code: 'sealed-value-refused' }),
    );
  });

  test('plain text in an encrypted column is an error that does not repeat it', () => {
    for (const text of [planted, 'v1.k1', 'v1.k1.a.b', '']) {
      const open = () => cipher.open(text, 'patient.name');
      expect(open).toThrow(expect.objectContaining({ code: 'sealed-value-malformed' }));
      expect(open).not.toThrow(planted);
    }
  });

  test('old values open after a rotation and are known as stale; off the ring they are lost', () => {
    const old = cipher.seal(planted, 'patient.name');
    const rotated = rotateKeyRing(document);
    const after = new FieldCipher(new KeyRing(rotated));
    expect(after.open(old, 'patient.name')).toBe(planted);
    expect([after.isStale(old), after.isStale(after.seal(planted, 'patient.name'))]).toEqual([true, false]);

    const shredded = new FieldCipher(new KeyRing({ ...rotated, keys: { k2: rotated.keys.k2 ?? '' } }));
    expect(() => shredded.open(old, 'patient.name')).toThrow(
      expect.objectContaining({
        code: 'sealed-value-unknown-key',
        message: expect.stringContaining('Add it to "keys"'),
      }),
    );
  });
});
