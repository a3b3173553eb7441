import { createHmac, randomInt } from 'node:crypto';
import { v7 } from 'uuid';
import type { KeyRing } from './key-ring.js';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LINK_TOKEN_CHARS = 16;
const LINK_TOKEN = /^[0-9A-Za-z]{16}$/;

/** A new secret for a tracked link: 16 base62 characters, 95 random bits, short enough for a text. */
export function newLinkToken(): string {
  return Array.from({ length: LINK_TOKEN_CHARS }, () => BASE62.charAt(randomInt(BASE62.length))).join('');
}

/** True for what {@link newLinkToken} could have made; lets a door refuse scanners without a query. */
export function isLinkToken(text: string): boolean {
  return LINK_TOKEN.test(text);
}

/**
 * What is stored of a link token and looked up when the link is opened: a keyed hash, so that a copy of the
 * database opens no patient page. 43 base64url characters.
 */
export function tokenIndex(ring: KeyRing, token: string): string {
  return createHmac('sha256', ring.lookupKey('token')).update(token, 'utf8').digest('base64url');
}

/** A new opaque id: UUIDv7, so that ids sort by time of creation and say nothing else. */
export function newId(): string {
  return v7();
}
