import { createHmac } from 'node:crypto';
import twilio from 'twilio';
import { newId } from '../../src/security/tokens.js';

let messages = 0;
/** A message id as Twilio gives them out; each time another. */
export function messageSid(): string {
  return `SM${String((messages += 1)).padStart(32, '0')}`;
}

/** Where vendors call the practice of {@link DeskPractice}. */
export const publicUrl = 'https://results.riverside.example';
export const accountSid = `AC${'0'.repeat(32)}`;

/** A webhook of Twilio as it would be signed for `signedFor` (default: the practice's public address). */
export function twilioCall(
  path: string,
  fields: Record<string, string>,
  { token = 't', signedFor = publicUrl, headers = {} as Record<string, string> } = {},
) {
  return {
    method: 'POST' as const,
    url: path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(token, `${signedFor}${path}`, fields),
      ...headers,
    },
    payload: new URLSearchParams(fields).toString(),
  };
}

export const statusPath = '/webhooks/twilio/riverside/status';
export const textPath = '/webhooks/twilio/riverside/inbound';

export function statusCallback(sid: string, status: string, effectId?: string, more = {}) {
  const fields = { AccountSid: accountSid, MessageSid: sid, MessageStatus: status, ...more };
  return twilioCall(`${statusPath}${effectId ? `?e=${effectId}` : ''}`, fields);
}

export function text(from: string, body: string, more: Record<string, string> = {}) {
  const fields = { AccountSid: accountSid, MessageSid: messageSid(), From: from, To: '+16175550199' };
  return twilioCall(textPath, { ...fields, Body: body, ...more });
}

/** An event of Spruce, signed with the endpoint's secret. */
export function spruceCall(
  body: string,
  { secret = 'w', signed = body, path = '/webhooks/spruce/riverside' } = {},
) {
  return {
    method: 'POST' as const,
    url: path,
    headers: {
      'content-type': 'application/json',
      'x-spruce-signature': createHmac('sha256', secret).update(signed).digest('base64'),
    },
    payload: body,
  };
}

/** A conversation item of Spruce as an event. */
export function spruceItem(over: Record<string, unknown>): string {
  const object = {
    object: 'conversationItem',
    id: `ti_${newId()}`,
    conversationId: 't_1',
    direction: 'inbound',
    isInternalNote: false,
    author: { displayName: 'A patient', id: 'entity_patient' },
    text: 'Got it',
    pages: [],
    buttons: null,
    attachments: [],
    createdAt: '2026-03-02T14:00:00Z',
    modifiedAt: '2026-03-02T14:00:00Z',
    requestId: '',
    ...over,
  };
  return JSON.stringify({
    object: 'event',
    type: 'conversationItem.created',
    eventTime: '2026-03-02T14:00:01Z',
    data: { object },
  });
}
