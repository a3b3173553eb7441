import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { KnownConversation, SpruceItem } from '../../src/clients/spruce/index.js';
import {
  classifyItem,
  parseSpruceEvent,
  resolvedPages,
  spruceEventKey,
  verifySpruceSignature,
} from '../../src/clients/spruce/index.js';

describe('signatures', () => {
  const signed = {
    secrets: ['example-signing-secret'],
    rawBody: Buffer.from(
      '{"eventTime":"2026-01-05T10:00:00Z","object":"event","type":"conversation.updated","data":{"object":{"object":"conversation","id":"t_EXAMPLE0000"}}}',
    ),
    header: 'k7e2oQ3/IAg72RIOnBxNngmGpF9yjjZO9CwahPzJbrI=',
  };

  test('the documented example is accepted; any one changed byte of body, signature or secret is not', () => {
    expect(verifySpruceSignature(signed)).toBe(true);
    for (let at = 0; at < signed.rawBody.length; at++) {
      const rawBody = Buffer.from(signed.rawBody);
      rawBody[at] = rawBody[at]! ^ 1;
      expect(verifySpruceSignature({ ...signed, rawBody })).toBe(false);
    }
    for (let at = 0; at < signed.header.length; at++)
      for (const other of 'AJ9/=- ') {
        if (signed.header[at] === other) continue;
        const header = signed.header.slice(0, at) + other + signed.header.slice(at + 1);
        expect(verifySpruceSignature({ ...signed, header })).toBe(false);
      }
    expect(verifySpruceSignature({ ...signed, secrets: ['Example-signing-secret'] })).toBe(false);
  });

  test('bytes count, not the JSON: spaces, another order or a cut-off end are another body', () => {
    const text = signed.rawBody.toString();
    for (const other of [`${text}\n`, text.replace(':', ': '), text.slice(0, -1), ''])
      expect(verifySpruceSignature({ ...signed, rawBody: Buffer.from(other) })).toBe(false);
    // The secret is the bytes of its text, never decoded, and the body may hold any bytes at all.
    const rawBody = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x22]);
    const secret = 'c2VjcmV0';
    const header = createHmac('sha256', secret).update(rawBody).digest('base64');
    expect(verifySpruceSignature({ secrets: [secret], rawBody, header })).toBe(true);
    expect(verifySpruceSignature({ secrets: ['secret'], rawBody, header })).toBe(false);
  });

  test('two endpoints at once, each with its own secret, are both heard; the retired one is not', () => {
    const { rawBody } = signed;
    const byNew = createHmac('sha256', 'new').update(rawBody).digest('base64');
    const both = { rawBody, secrets: ['example-signing-secret', 'new'] };
    expect(verifySpruceSignature({ ...both, header: signed.header })).toBe(true);
    expect(verifySpruceSignature({ ...both, header: byNew })).toBe(true);
    expect(verifySpruceSignature({ rawBody, secrets: ['new'], header: byNew })).toBe(true);
    expect(verifySpruceSignature({ rawBody, secrets: ['new'], header: signed.header })).toBe(false);
  });

  test('no header, secret or digest is refused, never an error', () => {
    expect(verifySpruceSignature({ ...signed, secrets: [] })).toBe(false);
    expect(verifySpruceSignature({ ...signed, secrets: [''] })).toBe(false);
    expect(verifySpruceSignature({ ...signed, header: undefined })).toBe(false);
    for (const header of ['', 'short', signed.header.slice(0, -1), `${signed.header}=`, ` ${signed.header}`])
      expect(verifySpruceSignature({ ...signed, header })).toBe(false);
    const asHex = Buffer.from(signed.header, 'base64').toString('hex');
    expect(verifySpruceSignature({ ...signed, header: asHex })).toBe(false);
  });
});

function event(object: Record<string, unknown>, type = 'conversationItem.created'): string {
  return JSON.stringify({ object: 'event', type, eventTime: '2026-01-05T10:00:01Z', data: { object } });
}

/** A reply as Spruce delivers it. */
const reply = {
  object: 'conversationItem',
  id: 'ti_9',
  conversationId: 't_1',
  direction: 'inbound',
  isInternalNote: false,
  author: { displayName: 'Maribel Quintero', id: 'entity_0PATIENT' },
  text: 'I read it, thanks',
  pages: [],
  buttons: null,
  attachments: [],
  createdAt: '2026-01-05T10:00:00Z',
  modifiedAt: '2026-01-05T10:00:00Z',
  requestId: '',
  conversation: { object: 'conversation', id: 't_1', type: 'secure', assignedToMemberId: 'entity_0LAB' },
};

function itemOf(over: Record<string, unknown> = {}): SpruceItem {
  const parsed = parseSpruceEvent(event({ ...reply, ...over }));
  if (parsed?.kind !== 'item') throw new Error(`not an item: ${parsed?.kind}`);
  return parsed.item;
}

describe('events', () => {
  test('a reply is read with what Spruce leaves out or adds, and has a key for de-duplication', () => {
    const parsed = parseSpruceEvent(Buffer.from(event({ ...reply, brandNew: {} })));
    expect(parsed).toMatchObject({
      kind: 'item',
      type: 'conversationItem.created',
      objectId: 'ti_9',
      eventTime: Date.UTC(2026, 0, 5, 10, 0, 1),
      item: { requestId: null, authorId: 'entity_0PATIENT', conversation: { type: 'secure' } },
    });
    expect(spruceEventKey(parsed!)).toBe(`conversationItem.created/ti_9/${Date.UTC(2026, 0, 5, 10, 0, 1)}`);
  });

  test('an account, a merge and a type nobody knows yet are told apart', () => {
    const account = parseSpruceEvent(event({ id: 'entity_0PATIENT', hasAccount: true }, 'contact.updated'));
    expect(account).toMatchObject({ kind: 'contact', contact: { hasAccount: true } });
    const merged = { id: 'entity_0PATIENT', deletedContactIds: ['entity_0OLD'] };
    expect(parseSpruceEvent(event(merged, 'contact.merged'))).toMatchObject({
      contact: { mergedContactIds: ['entity_0OLD'] },
    });
    expect(parseSpruceEvent(event({ id: 'x' }, 'survey.created'))).toMatchObject({ kind: 'other' });
  });

  test('content that cannot be read is named, not dropped; a body that is no event is none', () => {
    const broken = parseSpruceEvent(event({ ...reply, createdAt: 'yesterday' }));
    expect(broken).toMatchObject({ kind: 'unreadable', objectId: 'ti_9', fields: ['createdAt'] });
    expect(parseSpruceEvent('{')).toBeNull();
    expect(parseSpruceEvent('{"type":"conversation.updated"}')).toBeNull();
  });
});

describe('what an item means', () => {
  const postedAt = Date.UTC(2026, 0, 5, 9, 59);
  const known: KnownConversation = {
    isOurRequest: (requestId) => requestId === 'asyncRequest_ours',
    conversation: { contactId: 'entity_0PATIENT', postedAt },
  };
  const kindOf = (over: Record<string, unknown>, around = known): string =>
    classifyItem(itemOf(over), around);

  test('L35: only the patient’s own message, after ours, in our conversation, is a patient reply', () => {
    expect(kindOf({})).toBe('patient-reply');
    expect(kindOf({ author: { displayName: 'Son', id: 'entity_0SON' } })).toBe('other-inbound');
    expect(kindOf({ author: { displayName: '(617) 555-0142' } })).toBe('other-inbound');
    expect(kindOf({ author: undefined })).toBe('other-inbound');
    expect(kindOf({ createdAt: '2026-01-05T09:58:00Z' })).toBe('other-inbound');
    expect(kindOf({}, { ...known, conversation: null })).toBe('other-inbound');
    const notPosted = { contactId: 'entity_0PATIENT', postedAt: null };
    expect(kindOf({}, { ...known, conversation: notPosted })).toBe('other-inbound');
    // Missing or new words never count for the patient, and never vanish.
    expect(kindOf({ isInternalNote: undefined })).toBe('other-inbound');
    expect(kindOf({ direction: 'sideways' })).toBe('other-inbound');
  });

  test('our own post, staff, notes and calls are no replies', () => {
    expect(kindOf({ requestId: 'asyncRequest_ours', direction: 'outbound' })).toBe('ours-posted');
    expect(kindOf({ requestId: undefined, requestID: 'asyncRequest_ours', direction: 'outbound' })).toBe(
      'ours-posted',
    );
    expect(kindOf({ requestId: 'asyncRequest_other', direction: 'outbound' })).toBe('teammate');
    expect(kindOf({ direction: 'none' })).toBe('internal');
    expect(kindOf({ isInternalNote: true })).toBe('internal');
    const call = { type: 'outboundCall', data: { answered: true, duration: 21, failed: false } };
    expect(kindOf({ direction: 'outbound', event: call })).toBe('call');
    expect(itemOf({ event: call }).event).toEqual({
      type: 'outboundCall',
      answered: true,
      failed: false,
      durationSeconds: 21,
    });
  });

  test('a resolved page names who took it; an open page, or one Spruce is silent about, is not resolved', () => {
    const pages = [
      { id: 'page_1', memberId: 'entity_0DOCTOR', resolved: false },
      {
        id: 'page_2',
        memberId: 'entity_0DOCTOR',
        resolved: true,
        resolvedAt: '2026-01-05T10:04:00Z',
        resolvedByMemberId: 'entity_0COVER',
      },
      { id: 'page_3', memberId: 'entity_0DOCTOR' },
    ];
    expect(resolvedPages(itemOf({ pages }))).toEqual([
      {
        pageId: 'page_2',
        memberId: 'entity_0DOCTOR',
        resolvedByMemberId: 'entity_0COVER',
        resolvedAt: Date.UTC(2026, 0, 5, 10, 4),
      },
    ]);
  });
});
