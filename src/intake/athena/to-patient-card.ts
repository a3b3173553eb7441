import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';
import { flag, id, onlyRecord, record, text } from '../../clients/athenahealth/fields.js';
import { readDate } from '../../clients/athenahealth/times.js';
import type { PatientCard } from '../../domain/result/patient.js';
import { IntakeError } from './intake-error.js';

const shape = z.object({
  patientid: id,
  departmentid: id,
  primarydepartmentid: id,
  firstname: text,
  lastname: text,
  dob: text,
  sex: text,
  language6392code: text,
  mobilephone: text,
  homephone: text,
  workphone: text,
  consenttotext: flag,
  contactpreference_lab_sms: flag,
  donotcall: flag,
  donotcallyn: flag,
  portalaccessgiven: flag,
  portalstatus: z.unknown().optional(),
  status: text,
  deceaseddate: text,
  confidentialitycode: text,
  primaryproviderid: id,
});

/**
 * Maps a patient record (an object or the vendor's array of one). What the chart does not say is never taken as
 * permission: missing consent is no consent, a blocked or unknown portal account is none, an unknown status is not
 * `active`. Pregnancy is not in this record and stays `null`.
 * @throws IntakeError `not-a-patient` when the body names no patient.
 */
export function toPatientCard(patient: unknown): PatientCard {
  const raw = onlyRecord(patient);
  const fields = raw && shape.parse(raw);
  if (!fields?.patientid)
    throw new IntakeError(
      'not-a-patient',
      'The answer is not one patient record. Check the patient in athenaOne; nobody is contacted meanwhile.',
    );
  return {
    chartId: fields.patientid,
    departmentId: fields.departmentid ?? fields.primarydepartmentid,
    givenName: fields.firstname?.trim() ?? '',
    familyName: fields.lastname?.trim() ?? '',
    birthDate: readDate(fields.dob),
    sex: sexOf(fields.sex),
    pregnant: null,
    language: languageOf(fields.language6392code),
    mobilePhone: phone(fields.mobilephone),
    homePhone: phone(fields.homephone),
    workPhone: phone(fields.workphone),
    consentToText: fields.consenttotext === true,
    labTextPreference: fields.contactpreference_lab_sms,
    doNotCall: fields.donotcall === true || fields.donotcallyn === true,
    portal: hasPortal(fields.portalaccessgiven, fields.portalstatus),
    status: statusOf(fields.status, fields.deceaseddate),
    confidentialCommunication: /^[rv]$/i.test(fields.confidentialitycode?.trim() ?? ''),
    primaryProviderId: fields.primaryproviderid,
  };
}

function phone(written: string | null): string | null {
  if (written === null) return null;
  const parsed = parsePhoneNumberFromString(written, 'US');
  return parsed?.isValid() ? parsed.number : null;
}

function sexOf(written: string | null): PatientCard['sex'] {
  const letter = written?.trim().toUpperCase();
  return letter === 'F' || letter === 'M' ? letter : null;
}

/** ISO 639-2/T; `declined` and anything else is not recorded (L30). */
function languageOf(written: string | null): string | null {
  const code = written?.trim().toLowerCase() ?? '';
  return /^[a-z]{3}$/.test(code) ? code : null;
}

/** A stated portal status decides; only without one does the access flag count. */
function hasPortal(accessGiven: boolean | null, portalStatus: unknown): boolean {
  const fields = record.safeParse(portalStatus);
  const status = text.parse(fields.success ? fields.data['status'] : portalStatus);
  if (status !== null) return status.trim().toUpperCase() === 'REGISTERED';
  const registered = fields.success ? flag.parse(fields.data['registered']) : null;
  return registered ?? accessGiven === true;
}

function statusOf(written: string | null, deceasedDate: string | null): PatientCard['status'] {
  if (deceasedDate !== null) return 'deceased';
  switch (written?.trim().toLowerCase()) {
    case 'active':
    case 'a':
      return 'active';
    case 'inactive':
    case 'i':
    case 'deleted':
    case 'd':
      return 'inactive';
    default:
      return 'unknown';
  }
}
