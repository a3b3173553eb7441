import type { PatientCard } from '../../src/domain/result/patient.js';

/** An invented adult who can be reached by every channel. */
export function card(chartId: string): PatientCard {
  return {
    chartId,
    departmentId: '150',
    givenName: 'Dana',
    familyName: 'Testwell',
    birthDate: '1968-07-19',
    sex: 'F',
    pregnant: false,
    language: 'eng',
    mobilePhone: '+16175550143',
    homePhone: null,
    workPhone: null,
    consentToText: true,
    labTextPreference: null,
    doNotCall: false,
    portal: true,
    status: 'active',
    confidentialCommunication: false,
    primaryProviderId: null,
  };
}
