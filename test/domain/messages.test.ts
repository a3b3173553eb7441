import { describe, expect, test } from '@jest/globals';
import { foldToGsm7, measureText } from '../../src/domain/messages/gsm7.js';
import { lintText } from '../../src/domain/messages/lint.js';
import { render, renderNoticeText } from '../../src/domain/messages/render.js';
import {
  renderSecureMessage,
  type SecureMember,
  type SecureParams,
} from '../../src/domain/messages/secure-message.js';
import type { MessageError, MessageParams, TemplateId } from '../../src/domain/messages/template.js';

const link = 'https://rl.example/p/AbCdEf0123456789';
const params: MessageParams = {
  firstName: 'Maria',
  practiceName: 'Harbor Family Medicine',
  providerName: 'Dr. Ada Winter',
  callerName: 'Sam',
  link,
  phone: '+16175550142',
  urgentPhone: '+16175550143',
};
const refusal = (run: () => unknown): MessageError => {
  try {
    run();
  } catch (error) {
    return error as MessageError;
  }
  throw new Error('was not refused');
};

describe('texts', () => {
  test('S000-50: the named text is word for word', () => {
    expect(render('normal-ready', 'eng', params).body).toBe(
      `Hi Maria, your recent lab results are now in your patient portal. View them here: ${link}. Reply STOP to opt out.`,
    );
    expect(render('normal-ready', 'spa', params).body).toBe(
      `Hola Maria, sus resultados de laboratorio ya se encuentran en su portal: ${link}. Responda STOP para cancelar.`,
    );
  });

  test.each(['eng', 'spa'] as const)(
    'a first name of 22 letters and a long link still fit one segment (%s)',
    (language) => {
      const rendered = render('normal-ready', language, { ...params, firstName: 'Maximiliana-Alejandrin' });
      expect(rendered).toMatchObject({ segments: 1, encoding: 'gsm-7' });
      expect(rendered.body.length).toBeLessThanOrEqual(160);
    },
  );

  const texts: TemplateId[] = [
    'neutral',
    'neutral-update',
    'tried-to-reach',
    'after-hours-reply',
    'wrong-person-reply',
  ];
  test.each(texts)(
    'S000-92: %s is one GSM-7 segment, names the practice and passes the lint in both languages',
    (id) => {
      for (const language of ['eng', 'spa'] as const) {
        for (const practiceName of [
          'Harbor Family Medicine',
          'Northern Lakeside Family Medicine Group',
          'Clínica Peña',
        ]) {
          const rendered = render(id, language, { ...params, practiceName });
          expect(rendered).toMatchObject({ segments: 1, encoding: 'gsm-7' });
          expect(rendered.body).toContain(foldToGsm7(practiceName));
          expect(rendered.body).toContain(id === 'after-hours-reply' ? '617-555-0143' : '617-555-0142');
        }
      }
    },
  );

  test('accents outside GSM-7 are written plainly, those inside stay', () => {
    expect(render('normal-ready', 'eng', { ...params, firstName: 'María' }).body).toMatch(/^Hi Maria,/);
    expect(render('normal-ready', 'spa', { ...params, firstName: 'José' }).body).toMatch(/^Hola José,/);
    expect(render('normal-ready', 'eng', { ...params, firstName: 'D’Angelo' }).body).toMatch(/^Hi D'Angelo,/);
  });

  test('a text that does not fit is refused with what to change and without the name', () => {
    const error = refusal(() =>
      render('normal-ready', 'eng', { ...params, firstName: 'Maximiliana Alejandrina Guadalupe' }),
    );
    expect(error).toMatchObject({ code: 'MESSAGE_REFUSED', findings: ['too-long'] });
    expect(error.message).toMatch(/characters over 160: shorten/);
    expect(error.message).not.toContain('Maximiliana');
    expect(refusal(() => render('normal-ready', 'eng', { ...params, firstName: '美玲' })).findings).toEqual([
      'not-gsm7',
    ]);
    expect(refusal(() => render('neutral', 'eng', { ...params, link: '' })).code).toBe(
      'MESSAGE_PARAM_MISSING',
    );
    expect(
      refusal(() => render('neutral', 'eng', { ...params, link: 'http://rl.example/p/x' })).findings,
    ).toContain('link-not-https');
    expect(
      refusal(() => render('neutral', 'eng', { ...params, practiceName: 'City HIV Clinic' })).findings,
    ).toContain('sender-tells-specialty');
  });

  test('L26: the named text only for a normal, non-sensitive, first telling; else, or when the name does not fit, neutral', () => {
    const normal = { tier: 'normal', isSensitive: false, isUpdate: false, namesPractice: false } as const;
    const used = (occasion: Parameters<typeof renderNoticeText>[0], more = {}) =>
      renderNoticeText(occasion, 'eng', { ...params, ...more }).templateId;
    expect(used(normal)).toBe('normal-ready');
    expect(used({ ...normal, namesPractice: true }, { practiceName: 'Harbor Med', firstName: 'Ana' })).toBe(
      'normal-ready-named',
    );
    expect(used({ ...normal, isSensitive: true })).toBe('neutral');
    expect(used({ ...normal, tier: 'abnormal' })).toBe('neutral');
    expect(used({ ...normal, tier: 'review' })).toBe('neutral');
    expect(used({ ...normal, tier: null })).toBe('neutral');
    expect(used({ ...normal, isUpdate: true })).toBe('neutral-update');
    expect(used(normal, { firstName: '美玲' })).toBe('neutral');
    expect(used(normal, { firstName: 'Glucose 412' })).toBe('neutral');
  });

  test.each([
    ['Harbor: your potassium is back. Reply STOP to opt out.', 'clinical-word'],
    ['Harbor: your lab results are ready. Reply STOP to opt out.', 'clinical-word'],
    ['Harbor: sus análisis están listos. Responda STOP para cancelar.', 'clinical-word'],
    ['Harbor: your number was 6.3. Reply STOP to opt out.', 'clinical-value'],
    ['Harbor: see https://elsewhere.example/x. Reply STOP to opt out.', 'unknown-link'],
    ['You have a new message. Reply STOP to opt out.', 'no-sender'],
    ['Harbor: you have a new message.', 'no-stop'],
    ['Harbor: hi {firstName}. Reply STOP to opt out.', 'unfilled-placeholder'],
  ])('the lint refuses “%s”: %s', (body, code) => {
    expect(lintText(body, { practiceName: 'Harbor' }).map((one) => one.code)).toContain(code);
  });

  test('L34, L25: voicemail says name, number and please call; "tried to reach" says only that', () => {
    expect(render('voicemail-script', 'eng', params).body).toBe(
      'Hello, this is Sam from Harbor Family Medicine. Please call us at 617-555-0142. Thank you.',
    );
    expect(render('tried-to-reach', 'eng', params).body).toBe(
      'Harbor Family Medicine: we tried to reach you. Please call us at 617-555-0142. Reply STOP to opt out.',
    );
  });
});

test('S003-82: the message after two missed calls says that we tried, and asks to call', () => {
  expect(render('tried-to-reach-message', 'eng', params).body).toBe(
    'We tried to reach you. Please call Harbor Family Medicine at 617-555-0142.',
  );
  expect(render('tried-to-reach-message', 'spa', params).body).toBe(
    'Tratamos de comunicarnos con usted. Por favor llame a Harbor Family Medicine al 617-555-0142.',
  );
});

test('segments: 160 and 153 in GSM-7 with double-width signs, 70 and 67 in UCS-2', () => {
  expect(measureText('a'.repeat(160))).toEqual({ encoding: 'gsm-7', length: 160, segments: 1 });
  expect(measureText('a'.repeat(161)).segments).toBe(2);
  expect(measureText('a'.repeat(307)).segments).toBe(3);
  expect(measureText('€'.repeat(80))).toEqual({ encoding: 'gsm-7', length: 160, segments: 1 });
  expect(measureText('€'.repeat(81)).segments).toBe(2);
  expect(measureText('í'.repeat(70))).toEqual({ encoding: 'ucs-2', length: 70, segments: 1 });
  expect(measureText('í'.repeat(71)).segments).toBe(2);
  expect(measureText('😀'.repeat(36)).segments).toBe(2);
});

describe('secure message', () => {
  const abnormal: SecureMember = {
    panelId: 'bmp',
    testName: 'BMP',
    tier: 'abnormal',
    isSensitive: false,
    findings: [
      {
        analyteId: 'potassium',
        name: 'POTASSIUM',
        value: '5.6',
        unit: 'mmol/L',
        range: '3.5-5.2',
        direction: 'high',
      },
    ],
  };
  const normal: SecureMember = {
    panelId: 'lipid',
    testName: 'Lipids',
    tier: 'normal',
    isSensitive: false,
    findings: [],
  };
  const secure = (more: Partial<SecureParams> = {}): SecureParams => ({
    firstName: 'María',
    practiceName: 'Harbor Family Medicine',
    providerName: 'Dr. Ada Winter',
    phone: '+16175550142',
    link,
    schedulingLink: 'https://harbor.example/schedule',
    members: [abnormal, normal],
    isUpdate: false,
    ...more,
  });

  test('S000-56, S000-T7, L18: summary, next step and scheduling link, with the normal members of the draw', () => {
    const { subject, body } = renderSecureMessage('eng', secure());
    expect(subject).toBe('New message from your care team');
    expect(body).toContain('- Potassium: 5.6 mmol/L (expected 3.5-5.2), high');
    expect(body).toContain('Within the expected range: Cholesterol panel.');
    expect(body).toContain('Recommended next step\nPlease schedule a visit');
    expect(body).toContain('Schedule your visit here: https://harbor.example/schedule');
    expect(body).toContain('Dr. Ada Winter\nHarbor Family Medicine');
    expect(body).toContain(link);
  });

  test('the provider’s own next step replaces the library’s; Spanish is Spanish; an amendment says so (L41)', () => {
    const { body } = renderSecureMessage('spa', secure({ isUpdate: true, nextStep: 'Venga el lunes.' }));
    expect(body).toContain('Potasio: 5.6 mmol/L (esperado 3.5-5.2), alto');
    expect(body).toContain('Siguiente paso recomendado\nVenga el lunes.');
    expect(body).toContain('resultado actualizado');
    expect(renderSecureMessage('eng', secure({ isUpdate: true })).body).toContain('an updated result');
  });

  test('L29: one sensitive member makes the whole message neutral', () => {
    for (const language of ['eng', 'spa'] as const) {
      const { body } = renderSecureMessage(
        language,
        secure({ members: [abnormal, { ...normal, isSensitive: true }] }),
      );
      expect(body).not.toMatch(/potas|5\.6|colesterol|cholesterol|result/i);
      expect(body).toContain(link);
    }
  });

  test('a message without all of its three parts is refused', () => {
    expect(refusal(() => renderSecureMessage('eng', secure({ schedulingLink: ' ' }))).code).toBe(
      'MESSAGE_PARAM_MISSING',
    );
    expect(refusal(() => renderSecureMessage('eng', secure({ members: [] }))).code).toBe(
      'MESSAGE_PARAM_MISSING',
    );
  });
});
