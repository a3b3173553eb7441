import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import twilio from 'twilio';
import {
  verifyTwilioForm,
  verifyTwilioJson,
  verifyTwilioQuery,
  verifyTwilioSignature,
} from '../../src/clients/twilio/signature.js';

/** Twilio's documentation, "Validating signatures" (docs/usage/security): its worked example. */
const documented = {
  authTokens: ['12345'],
  url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
  params: {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+12349013030',
    Digits: '1234',
    From: '+12349013030',
    To: '+18005551212',
  },
  header: '0/KCTR6DLpKmkAf8muzZqo1nDgQ=',
};

/** Test vectors of Twilio's own helper libraries (twilio-python, twilio-csharp, twilio-php): token, form and URL. */
const library = {
  authTokens: ['12345'],
  url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
  params: {
    CallSid: 'CA1234567890ABCDE',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
    Caller: '+14158675309',
  },
  header: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
};

const body = '{"property": "value", "boolean": true}';
const bodyHash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
const json = {
  authTokens: ['12345'],
  url: `https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=${bodyHash}`,
  rawBody: Buffer.from(body),
  header: 'a9nBmqA0ju/hNViExpshrM61xv4=',
};

describe('forms', () => {
  test('a status callback with our own id in its query', () => {
    const request = {
      authTokens: ['00112233445566778899aabbccddeeff'],
      url: 'https://hooks.example.org/twilio/status?nid=42',
      params: {
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
      },
      header: 'KFo0cIYq8a5hXyxXDhlUSUPIQsQ=',
    };
    expect(verifyTwilioForm(request)).toBe(true);
    expect(verifyTwilioForm({ ...request, url: request.url.replace('42', '43') })).toBe(false);
  });

  test('the documented example and the published test vectors are accepted', () => {
    expect(verifyTwilioForm(documented)).toBe(true);
    expect(verifyTwilioForm(library)).toBe(true);
    expect(verifyTwilioSignature(library)).toBe(true);
  });

  test('a name that comes several times counts once per value, sorted', () => {
    const params = { Sid: 'CA123', SidAccount: 'AC123', Digits: ['5678', '1234', '1234'] };
    expect(verifyTwilioForm({ ...library, params, header: 'IK+Dwps556ElfBT0I3Rgjkr1wJU=' })).toBe(true);
  });

  test.each([
    ['https with another port', 'https://mycompany.com:1234', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['http with another port', 'http://mycompany.com:1234', 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
    ['https, signed with port 443', 'https://mycompany.com', 'kvajT1Ptam85bY51eRf/AJRuM3w='],
    ['http, signed with port 80', 'http://mycompany.com', '0ZXoZLH/DfblKGATFgpif+LLRf4='],
  ])('ports: %s', (_name, origin, header) => {
    expect(verifyTwilioForm({ ...library, url: `${origin}/myapp.php?foo=1&bar=2`, header })).toBe(true);
  });

  test.each([
    ['a quote in the query, as received', "https://hooks.example.org/in?who=o'brien&x=a%20b"],
    ['an escaped quote', 'https://hooks.example.org/in?who=o%27brien'],
    ['plus, percent and UTF-8 in the query', 'https://hooks.example.org/in?q=1%2B1+%C3%B1&empty='],
    ['an encoded slash in the path', 'https://hooks.example.org/p%2Fq/in'],
  ])('encodings: %s', (_name, url) => {
    const params = { Body: 'Mañana a las 8 – “sí” 👍 100% + más', FromCity: '', NumMedia: '0' };
    const header = twilio.getExpectedTwilioSignature('token', url, params);
    expect(verifyTwilioForm({ authTokens: ['token'], url, params, header })).toBe(true);
    expect(
      verifyTwilioForm({ authTokens: ['token'], url, params: { ...params, FromCity: ' ' }, header }),
    ).toBe(false);
    const without = { Body: params.Body, NumMedia: '0' };
    // A blank field is part of the signature by its name.
    expect(verifyTwilioForm({ authTokens: ['token'], url, params: without, header })).toBe(false);
  });
});

describe('JSON bodies', () => {
  test('the published test vectors are accepted', () => {
    expect(verifyTwilioJson(json)).toBe(true);
    expect(verifyTwilioSignature(json)).toBe(true);
    const only = { ...json, url: `https://mycompany.com/myapp.php?bodySHA256=${bodyHash}` };
    expect(verifyTwilioJson({ ...only, header: 'y77kIzt2vzLz71DgmJGsen2scGs=' })).toBe(true);
  });

  test('a body of bytes that are no text is judged by its bytes', () => {
    const rawBody = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
    const url = `https://hooks.example.org/in?bodySHA256=${createHash('sha256').update(rawBody).digest('hex')}`;
    const header = twilio.getExpectedTwilioSignature('token', url, {});
    expect(verifyTwilioJson({ authTokens: ['token'], url, rawBody, header })).toBe(true);
    const other = Buffer.from([0xff, 0xfd, 0x00, 0x80]);
    expect(verifyTwilioJson({ authTokens: ['token'], url, rawBody: other, header })).toBe(false);
  });

  test('a URL without a hash, with two, or a form where a body belongs, is refused', () => {
    expect(verifyTwilioJson({ ...json, url: documented.url, header: documented.header })).toBe(false);
    expect(verifyTwilioJson({ ...json, url: `${json.url}&bodySHA256=${bodyHash}` })).toBe(false);
    expect(verifyTwilioSignature({ ...json, rawBody: undefined, params: {} } as never)).toBe(false);
  });
});

describe('queries', () => {
  test('a webhook by GET is signed over its URL alone', () => {
    const url = 'https://hooks.example.org/voice?e=42&CallSid=CA1&Digits=1';
    const header = twilio.getExpectedTwilioSignature('token', url, {});
    expect(verifyTwilioQuery({ authTokens: ['token'], url, header })).toBe(true);
    expect(verifyTwilioSignature({ authTokens: ['token'], url, header })).toBe(true);
    expect(
      verifyTwilioQuery({ authTokens: ['token'], url: url.replace('Digits=1', 'Digits=2'), header }),
    ).toBe(false);
  });
});

describe('a changed byte anywhere fails', () => {
  /** Every text that differs from this one in one byte, at every place. */
  const altered = (text: string): string[] =>
    [...text].map((char, i) => text.slice(0, i) + (char === '0' ? '1' : '0') + text.slice(i + 1));

  test('in the URL, in each parameter, its name, the header and the token', () => {
    const wrong = [
      // The port is the one thing that may differ; scheme and host are not tried as such URLs.
      ...altered('/myapp.php?foo=1&bar=2')
        .slice(1)
        .map((path) => ({ ...library, url: `https://mycompany.com${path}` })),
      { ...library, url: library.url.replace('https', 'http') },
      { ...library, url: library.url.replace('mycompany', 'mycompanx') },
      ...altered(library.header).map((header) => ({ ...library, header })),
      ...altered('12345').map((token) => ({ ...library, authTokens: [token] })),
      ...Object.entries(library.params).flatMap(([name, value]) => [
        ...altered(value).map((other) => ({ ...library, params: { ...library.params, [name]: other } })),
        ...altered(name).map((other) => {
          const { [name as 'To']: _gone, ...rest } = library.params;
          return { ...library, params: { ...rest, [other]: value } };
        }),
      ]),
      { ...library, params: { ...library.params, Extra: '' } },
      { ...library, header: library.header.slice(0, -1) },
      { ...library, header: `${library.header}=` },
    ];
    expect(wrong.length).toBeGreaterThan(140);
    expect(wrong.filter((request) => verifyTwilioForm(request))).toEqual([]);
  });

  test('in a JSON body, in its hash and in its signature', () => {
    const wrong = [
      ...altered(body).map((other) => ({ ...json, rawBody: Buffer.from(other) })),
      ...altered(bodyHash).map((other) => ({ ...json, url: json.url.replace(bodyHash, other) })),
      ...altered(json.header).map((header) => ({ ...json, header })),
      { ...json, rawBody: Buffer.concat([json.rawBody, Buffer.from(' ')]) },
    ];
    expect(wrong.filter((request) => verifyTwilioJson(request))).toEqual([]);
  });

  test('whatever form is signed is accepted, and never with one character more', () => {
    const form = fc.dictionary(fc.stringMatching(/^[A-Za-z]{1,12}$/), fc.string({ unit: 'grapheme' }), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(form, fc.webUrl({ withQueryParameters: true, validSchemes: ['https'] }), (params, url) => {
        const header = twilio.getExpectedTwilioSignature('token', url, params);
        const request = { authTokens: ['token'], url, params, header };
        const [name = ''] = Object.keys(params);
        const longer = { ...params, [name]: `${params[name]}.` };
        return verifyTwilioForm(request) && !verifyTwilioForm({ ...request, params: longer });
      }),
      { numRuns: 200 },
    );
  });
});

test('S000-66: while a token is rotated both are accepted, afterwards only the new one; no token accepts nothing', () => {
  const rotating = (authTokens: string[]) => verifyTwilioForm({ ...library, authTokens });
  expect(rotating(['new-token', '12345'])).toBe(true);
  expect(rotating(['12345', 'old-token'])).toBe(true);
  expect(rotating(['new-token'])).toBe(false);
  expect(rotating([''])).toBe(false);
  expect(rotating([])).toBe(false);
  expect(verifyTwilioForm({ ...library, header: undefined })).toBe(false);
  expect(verifyTwilioForm({ ...library, header: '' })).toBe(false);
  expect(verifyTwilioForm({ ...library, url: 'not a url' })).toBe(false);
});
