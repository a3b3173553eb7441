import { describe, expect, test } from '@jest/globals';
import { IntakeError, toPatientCard } from '../../src/intake/athena/index.js';

const full = {
  patientid: '4102',
  firstname: 'Dana',
  lastname: 'Okonkwo',
  dob: '07/19/1968',
  sex: 'F',
  status: 'active',
  departmentid: '150',
  primarydepartmentid: '151',
  primaryproviderid: '71',
  mobilephone: '6175550142',
  homephone: '(617) 555-0143',
  consenttotext: true,
  donotcall: 'false',
  contactpreference_lab_sms: '1',
  language6392code: 'spa',
  portalaccessgiven: 'true',
  portalstatus: { status: 'REGISTERED' },
};

function card(changes: Record<string, unknown> = {}) {
  return toPatientCard([{ ...full, ...changes }]);
}

test('S000-38: a recorded patient becomes a card', () => {
  expect(card()).toEqual({
    chartId: '4102',
    departmentId: '150',
    givenName: 'Dana',
    familyName: 'Okonkwo',
    birthDate: '1968-07-19',
    sex: 'F',
    pregnant: null,
    language: 'spa',
    mobilePhone: '+16175550142',
    homePhone: '+16175550143',
    workPhone: null,
    consentToText: true,
    labTextPreference: true,
    doNotCall: false,
    portal: true,
    status: 'active',
    confidentialCommunication: false,
    primaryProviderId: '71',
  });
});

test('a patient with nothing but an id permits nothing', () => {
  expect(toPatientCard({ patientid: 4102 })).toMatchObject({
    chartId: '4102',
    birthDate: null,
    sex: null,
    language: null,
    mobilePhone: null,
    consentToText: false,
    labTextPreference: null,
    portal: false,
    status: 'unknown',
    primaryProviderId: null,
  });
});

test('S000-71: only the mobile slot is a mobile; declined or impossible numbers are none', () => {
  expect(card({ mobilephone: '', homephone: '6175550142' })).toMatchObject({
    mobilePhone: null,
    homePhone: '+16175550142',
  });
  for (const mobilephone of ['declined', '0000000000', '555-0142', 'n/a', null])
    expect(card({ mobilephone }).mobilePhone).toBeNull();
});

test('L26: consent and preference count only when the chart states them', () => {
  expect(card({ consenttotext: undefined }).consentToText).toBe(false);
  expect(card({ consenttotext: 'maybe' }).consentToText).toBe(false);
  expect(card({ contactpreference_lab_sms: undefined }).labTextPreference).toBeNull();
  expect(card({ contactpreference_lab_sms: 'false' }).labTextPreference).toBe(false);
  expect(card({ donotcall: undefined, donotcallyn: '1' }).doNotCall).toBe(true);
  expect(card({ confidentialitycode: 'R' }).confidentialCommunication).toBe(true);
});

describe('odd records', () => {
  test('L30: declined or free-text languages are not recorded', () => {
    for (const language6392code of ['declined', '', null, 'Spanish'])
      expect(card({ language6392code }).language).toBeNull();
    expect(card({ language6392code: 'ENG' }).language).toBe('eng');
  });

  test('a portal that is blocked, switched off or unknown is none, whatever the access flag says', () => {
    for (const status of ['NOTREGISTERED', 'NOPORTAL', 'BLOCKEDFAILEDLOGINS', 'FAMILYLOGIN'])
      expect(card({ portalstatus: { status } }).portal).toBe(false);
    expect(card({ portalstatus: undefined }).portal).toBe(true);
    expect(card({ portalstatus: 'REGISTERED', portalaccessgiven: '' }).portal).toBe(true);
  });

  test('a death date outranks the status, even an unreadable one', () => {
    expect(card({ deceaseddate: '01/02/2026' }).status).toBe('deceased');
    expect(card({ deceaseddate: 'unknown' }).status).toBe('deceased');
    expect(card({ deceaseddate: '' }).status).toBe('active');
    expect(card({ status: 'deleted' }).status).toBe('inactive');
    expect(card({ status: 'prospective' }).status).toBe('unknown');
  });

  test('impossible birth dates and sexes are not known', () => {
    expect(card({ dob: '02/30/1968', sex: 'X' })).toMatchObject({ birthDate: null, sex: null });
    expect(card({ dob: '1968-07-19' }).birthDate).toBe('1968-07-19');
  });

  test('what is no patient is a typed error', () => {
    for (const body of [null, '', [], [{}], { error: 'x' }, [full, full]]) {
      expect(() => toPatientCard(body)).toThrow(IntakeError);
    }
  });
});
