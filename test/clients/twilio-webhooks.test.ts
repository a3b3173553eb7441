import { describe, expect, test } from '@jest/globals';
import {
  afterFailure,
  afterTwilioError,
  failureOf,
  isContradiction,
  isProgress,
  isTerminal,
  parseInboundText,
  parseStatusCallback,
} from '../../src/clients/twilio/index.js';

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
      sentAt: null,
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

test('every error code says what happens next, and one nobody knows goes on by the next channel', () => {
  // [code, what it means, mark on the number, next, alarm, contact-fix]
  const table: [number, string, string | null, string, boolean, boolean][] = [
    [21211, 'wrong-number', 'wrong', 'next-channel', false, true],
    [30005, 'wrong-number', 'wrong', 'next-channel', false, true],
    [21610, 'opted-out', 'opted-out', 'next-channel', false, false],
    [30004, 'opted-out', 'opted-out', 'next-channel', false, false],
    [21614, 'no-texts', 'no-texts', 'next-channel', false, false],
    [30006, 'no-texts', 'no-texts', 'next-channel', false, false],
    [30003, 'unreachable', null, 'next-channel', false, false],
    [30007, 'filtered', null, 'next-channel', true, false],
    [30450, 'filtered', null, 'next-channel', true, false],
    [20429, 'transient', null, 'text-later', false, false],
    [21611, 'transient', null, 'text-later', false, false],
    [30001, 'transient', null, 'text-later', false, false],
    [30022, 'transient', null, 'text-later', false, false],
    [30023, 'transient', null, 'text-later', false, false],
    [30036, 'expired', null, 'text-later', false, false],
    [20003, 'configuration', null, 'next-channel', true, false],
    [21408, 'configuration', null, 'next-channel', true, false],
    [30002, 'configuration', null, 'next-channel', true, false],
    [30032, 'configuration', null, 'next-channel', true, false],
    [30034, 'configuration', null, 'next-channel', true, false],
    // Perhaps delivered: a second text could be a double one.
    [30008, 'unknown', null, 'next-channel', false, false],
    [30046, 'unknown', null, 'next-channel', false, false],
    [30410, 'unknown', null, 'next-channel', false, false],
    [99999, 'unknown', null, 'next-channel', false, false],
  ];
  for (const [code, meaning, number, next, alarm, contactFix] of table) {
    const failure = afterTwilioError(code);
    expect([code, failure, afterFailure(failure)]).toEqual([
      code,
      meaning,
      { number, next, alarm, contactFix },
    ]);
  }
  expect([null, undefined].map(afterTwilioError)).toEqual(['unknown', 'unknown']);
  // Whatever may be repeated as a text is a code that says "surely not delivered".
  const again = [...failureOf]
    .filter(([, failure]) => afterFailure(failure).next === 'text-later')
    .map(([c]) => c);
  expect(again).toEqual([20429, 21611, 30001, 30022, 30023, 30036, 30610]);
});
