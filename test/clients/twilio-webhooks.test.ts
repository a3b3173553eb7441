import { describe, expect, test } from '@jest/globals';
import {
  afterTwilioError,
  isContradiction,
  isProgress,
  isTerminal,
  parseInboundText,
  parseStatusCallback,
  verifyTwilioSignature,
} from '../../src/clients/twilio/index.js';

const token = '00112233445566778899aabbccddeeff';
const statusUrl = 'https://hooks.example.org/twilio/status?nid=42';
const statusForm = {
  AccountSid: 'AC00000000000000000000000000000000',
  ApiVersion: '2010-04-01',
  From: '+12025550100',
  MessageSid: 'SM00000000000000000000000000000001',
  MessageStatus: 'delivered',
  MessagingServiceSid: 'MG00000000000000000000000000000000',
  RawDlrDoneDate: '2601051000',
  SmsSid: 'SM00000000000000000000000000000001',
  SmsStatus: 'delivered',
  To: '+12025550123',
};
const signed = {
  authTokens: [token],
  url: statusUrl,
  params: statusForm,
  header: 'KFo0cIYq8a5hXyxXDhlUSUPIQsQ=',
};

describe('signatures', () => {
  test('the documented form example is accepted; a changed byte anywhere is not', () => {
    expect(verifyTwilioSignature(signed)).toBe(true);
    const changed = { ...statusForm, MessageStatus: 'deliverec' };
    expect(verifyTwilioSignature({ ...signed, params: changed })).toBe(false);
    expect(verifyTwilioSignature({ ...signed, params: { ...statusForm, Extra: '1' } })).toBe(false);
    expect(verifyTwilioSignature({ ...signed, url: statusUrl.replace('42', '43') })).toBe(false);
    expect(verifyTwilioSignature({ ...signed, header: `L${signed.header.slice(1)}` })).toBe(false);
  });

  test('the documented JSON example is accepted; a changed body is not', () => {
    const hash = '14e20f743130523859ef50d029394f5415a71b5aad3f9b0cbeb491b790808855';
    const json = {
      authTokens: [token],
      url: `https://hooks.example.org/twilio/click?bodySHA256=${hash}`,
      header: 'L0O2eE3W4okLXxLm8N3Los4NhR0=',
    };
    expect(verifyTwilioSignature({ ...json, rawBody: Buffer.from('{"event_type":"preview"}') })).toBe(true);
    expect(verifyTwilioSignature({ ...json, rawBody: Buffer.from('{"event_type":"preview "}') })).toBe(false);
    expect(verifyTwilioSignature(json)).toBe(false);
  });

  test('while a token is rotated both are accepted; no header or no token is refused, never an error', () => {
    expect(verifyTwilioSignature({ ...signed, authTokens: ['new'.padEnd(32, '0'), token] })).toBe(true);
    expect(verifyTwilioSignature({ ...signed, authTokens: ['new'.padEnd(32, '0')] })).toBe(false);
    expect(verifyTwilioSignature({ ...signed, authTokens: [''] })).toBe(false);
    expect(verifyTwilioSignature({ ...signed, authTokens: [] })).toBe(false);
    expect(verifyTwilioSignature({ ...signed, header: undefined })).toBe(false);
    expect(verifyTwilioSignature({ ...signed, url: 'not a url' })).toBe(false);
  });
});

describe('forms', () => {
  test('a status callback is read with fields Twilio may add, and from its documented minimum', () => {
    expect(parseStatusCallback({ ...statusForm, BrandNewField: 'x' })).toEqual({
      accountSid: statusForm.AccountSid,
      sid: statusForm.MessageSid,
      status: 'delivered',
      errorCode: null,
      messagingServiceSid: statusForm.MessagingServiceSid,
      to: '+12025550123',
    });
    const { AccountSid, SmsSid } = statusForm;
    const minimum = { AccountSid, SmsSid, SmsStatus: 'failed', ErrorCode: '30005', From: '+12025550100' };
    expect(parseStatusCallback(minimum)).toMatchObject({
      sid: SmsSid,
      status: 'failed',
      errorCode: 30005,
      to: null,
    });
  });

  test('a callback that names no message is not guessed at', () => {
    expect(parseStatusCallback({ AccountSid: statusForm.AccountSid, MessageStatus: 'sent' })).toBeNull();
    expect(parseStatusCallback('nonsense')).toBeNull();
  });

  test('an inbound STOP keeps its opt-out type; a picture without text is a message too', () => {
    const inbound = {
      ...statusForm,
      SmsStatus: 'received',
      Body: 'STOP',
      NumMedia: '0',
      OptOutType: 'STOP',
      FromCity: '',
      FromZip: '',
    };
    expect(parseInboundText(inbound)).toEqual({
      accountSid: statusForm.AccountSid,
      sid: statusForm.MessageSid,
      messagingServiceSid: statusForm.MessagingServiceSid,
      from: '+12025550100',
      to: '+12025550123',
      body: 'STOP',
      mediaCount: 0,
      optOutType: 'STOP',
    });
    const picture = { ...inbound, Body: '', NumMedia: '1', OptOutType: undefined };
    expect(parseInboundText(picture)).toMatchObject({ body: '', mediaCount: 1, optOutType: null });
    expect(parseInboundText({ ...inbound, From: undefined })).toBeNull();
  });
});

test('a status only ever moves forward: late, repeated and unknown callbacks change nothing', () => {
  expect(isProgress(null, 'accepted')).toBe(true);
  expect(isProgress('accepted', 'delivered')).toBe(true);
  expect(isProgress('delivered', 'sent')).toBe(false);
  expect(isProgress('sent', 'sent')).toBe(false);
  expect(isProgress('sent', 'some_new_status')).toBe(false);
  expect(isContradiction('delivered', 'undelivered')).toBe(true);
  expect(isContradiction('delivered', 'delivered')).toBe(false);
  expect(isTerminal('sent')).toBe(false);
  expect(['delivered', 'undelivered', 'failed', 'canceled'].every(isTerminal)).toBe(true);
});

test('every error code says what happens next, and one nobody knows goes to a person', () => {
  expect([21211, 30005].map(afterTwilioError)).toEqual(['wrong-number', 'wrong-number']);
  expect([21614, 30003, 30006].map(afterTwilioError)).toEqual(['unreachable', 'unreachable', 'unreachable']);
  expect([21610, 30004].map(afterTwilioError)).toEqual(['opted-out', 'opted-out']);
  expect([30007, 30001, 30034, 30036].map(afterTwilioError)).toEqual([
    'filtered',
    'transient',
    'configuration',
    'expired',
  ]);
  // Delivery unconfirmed: a second text could be a double one.
  expect([30046, 99999, null, undefined].map(afterTwilioError)).toEqual(Array(4).fill('unknown'));
});
