import { describe, expect, test } from '@jest/globals';
import { BlindIndex } from '../../src/security/blind-index.js';
import { generateKeyRing, KeyRing, rotateKeyRing } from '../../src/security/key-ring.js';
import { nameTerms } from '../../src/security/name-terms.js';
import { isLinkToken, newId, newLinkToken, tokenIndex } from '../../src/security/tokens.js';

const document = generateKeyRing();
const ring = new KeyRing(document);
const blind = new BlindIndex(ring);

describe('blind index', () => {
  test('names are found with or without accents, in any case, composed or not', () => {
    expect(nameTerms('José Núñez-O’Brien')).toEqual(['jose', 'jos', 'nunez', 'nun', 'obrien', 'obr']);
    expect(nameTerms("Łucja D'Ángelo  Weiß, Li")).toEqual([
      'lucja',
      'luc',
      'dangelo',
      'dan',
      'weiss',
      'wei',
      'li',
    ]);
    const stored = blind.nameTokens('Núñez, José');
    expect(stored).toEqual(blind.nameTokens('JOSE NUN\u0303EZ'));
    for (const typed of ['nunez', 'Núñ', 'NUN', 'josé', 'jos'])
      expect(stored).toContain(blind.nameTermIndex(typed));
    expect(stored).not.toContain(blind.nameTermIndex('nune'));
    expect(blind.nameTermIndex(' - ')).toBeNull();
  });

  test('a phone number has one index however it is written', () => {
    const index = blind.phoneIndex('+16175550142');
    for (const typed of ['(617) 555-0142', '617.555.0142', '1 617 555 0142'])
      expect(blind.phoneIndex(typed)).toBe(index);
    expect(blind.phoneIndex('+16175550143')).not.toBe(index);
  });

  test('what cannot be normalised is refused without being repeated', () => {
    const wrong = [
      () => blind.phoneIndex('555-01'),
      () => blind.birthDateIndex('1980-02-30'),
      () => blind.birthDateIndex('2/3/80'),
    ];
    for (const call of wrong) {
      expect(call).toThrow(expect.objectContaining({ code: expect.stringMatching(/^index-.*-invalid$/) }));
      expect(call).not.toThrow(/555-01\b|1980-02-30|2\/3\/80/);
    }
  });

  test('an index is keyed, bound to its kind, and keeps 132 bits', () => {
    const other = new BlindIndex(new KeyRing(generateKeyRing()));
    const date = blind.birthDateIndex('1980-02-29');
    expect(date).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(other.birthDateIndex('1980-02-29')).not.toBe(date);
    expect(blind.index('name', '1980-02-29')).not.toBe(date);
    expect(blind.aliasIndex('lab', 'a/1')).not.toBe(blind.aliasIndex('lab/a', '1'));
    expect(blind.aliasIndex('lab', ' A1 ')).toBe(blind.aliasIndex('lab', 'A1'));
    expect(blind.aliasIndex('lab', 'a1')).not.toBe(blind.aliasIndex('lab', 'A1'));
  });

  test('indexes and link tokens are still found after the active key was rotated', () => {
    const rotated = new KeyRing(rotateKeyRing(document));
    const after = new BlindIndex(rotated);
    expect(after.phoneIndex('+16175550142')).toBe(blind.phoneIndex('+16175550142'));
    expect(after.nameTokens('Ada Example')).toEqual(blind.nameTokens('Ada Example'));
    const token = newLinkToken();
    expect(tokenIndex(rotated, token)).toBe(tokenIndex(ring, token));
  });
});

describe('tokens', () => {
  test('a link token has 16 base62 characters and uses all of them', () => {
    const tokens = Array.from({ length: 400 }, newLinkToken);
    expect(tokens.every(isLinkToken)).toBe(true);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(new Set(tokens.join('')).size).toBe(62);
    expect(isLinkToken('../../etc/passwd')).toBe(false);
    expect(tokenIndex(ring, tokens[0] ?? '')).not.toContain(tokens[0]);
  });

  test('ids are UUIDv7 and sort by creation', () => {
    const ids = Array.from({ length: 50 }, newId);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/.test(id))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
  });
});
