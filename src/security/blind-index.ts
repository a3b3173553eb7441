import { createHmac } from 'node:crypto';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { DateTime } from 'luxon';
import type { KeyRing } from './key-ring.js';
import { nameTerms, normaliseTerm } from './name-terms.js';

/** 22 base64url characters keep 132 bits: no two values of a practice will ever share one by chance. */
const INDEX_CHARS = 22;

export type BlindIndexErrorCode = 'index-phone-invalid' | 'index-birth-date-invalid';

/** A value cannot be normalised, so it could never be found again. The message does not repeat it. */
export class BlindIndexError extends Error {
  override readonly name = 'BlindIndexError';
  constructor(
    readonly code: BlindIndexErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Makes encrypted values findable: a keyed hash of the normalised value (HMAC-SHA256, 22 base64url
 * characters). Equal values give equal indexes, and nobody without the key can test a guess. Each kind has
 * its own space, so a birth date never matches a name. The key does not rotate with the active key.
 */
export class BlindIndex {
  readonly #key: Buffer;

  constructor(ring: KeyRing) {
    this.#key = ring.lookupKey('index');
  }

  /** Index of a value that is already in its one canonical form; takes it byte by byte. */
  index(kind: string, value: string): string {
    return this.#hash([kind, value]);
  }

  /**
   * A phone number as E.164. Also takes what people type (`(617) 555-0142`); without `+` it is read as
   * a US number.
   * @throws BlindIndexError `index-phone-invalid`
   */
  phoneIndex(phone: string): string {
    const parsed = parsePhoneNumberFromString(phone, 'US');
    if (!parsed?.isPossible() || parsed.ext) {
      throw new BlindIndexError(
        'index-phone-invalid',
        'Not a phone number. Give it as E.164, e.g. +16175550142.',
      );
    }
    return this.index('phone', parsed.number);
  }

  /**
   * A birth date, `YYYY-MM-DD`.
   * @throws BlindIndexError `index-birth-date-invalid`
   */
  birthDateIndex(isoDate: string): string {
    const text = isoDate.trim();
    if (!DateTime.fromFormat(text, 'yyyy-MM-dd', { zone: 'utc' }).isValid) {
      throw new BlindIndexError('index-birth-date-invalid', 'Not a calendar date. Give it as YYYY-MM-DD.');
    }
    return this.index('birth-date', text);
  }

  /**
   * What to store so that a name can be found by any of its words or their first three letters
   * ({@link nameTerms}); sorted, without repeats, so word order is not kept.
   */
  nameTokens(fullName: string): string[] {
    return nameTerms(fullName)
      .map((term) => this.index('name', term))
      .sort();
  }

  /**
   * What to look for when somebody types one word, or its first three letters, of a name. `null` when
   * nothing of the word is left after normalisation.
   */
  nameTermIndex(term: string): string | null {
    const normal = normaliseTerm(term);
    return normal === '' ? null : this.index('name', normal);
  }

  /**
   * An outside identifier within its namespace (order number, accession number, document id …). Trimmed and
   * NFC-normalised, case kept: joining two patients' results is worse than not joining two spellings.
   */
  aliasIndex(namespace: string, value: string): string {
    return this.#hash(['alias', namespace, value.trim().normalize('NFC')]);
  }

  #hash(parts: readonly string[]): string {
    // As JSON, because plain joining would let ('a', 'b/c') and ('a/b', 'c') meet.
    const mac = createHmac('sha256', this.#key).update(JSON.stringify(parts), 'utf8');
    return mac.digest('base64url').slice(0, INDEX_CHARS);
  }
}
