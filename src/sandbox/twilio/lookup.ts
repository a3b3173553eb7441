import { parsePhoneNumberFromString, validatePhoneNumberLength } from 'libphonenumber-js';
import { lineTypeFor } from './behaviour.js';
import type { TwilioTenant } from './tenant.js';

/** `GET /v2/PhoneNumbers/{number}`: an invalid number is HTTP 200 with `valid: false`. */
export function lookUp(
  tenant: TwilioTenant,
  asked: string,
  fields: string,
  lastVerifiedDate?: string,
): Record<string, unknown> {
  const number = parsePhoneNumberFromString(asked, 'US');
  const problem = validatePhoneNumberLength(asked, 'US');
  const phoneNumber = number?.number ?? asked;
  const line = tenant.settings.lines[phoneNumber];
  const isValid = number !== undefined && problem === undefined && line?.valid !== false;
  const wants = fields.split(',');
  tenant.record('looked-up', { number: phoneNumber, fields: wants.filter(Boolean), lastVerifiedDate });
  return {
    calling_country_code: isValid ? number.countryCallingCode : null,
    country_code: isValid ? (number.country ?? 'US') : null,
    phone_number: phoneNumber,
    national_format: isValid ? number.formatNational() : null,
    valid: isValid,
    validation_errors: isValid ? null : [problem ?? 'NOT_A_NUMBER'],
    caller_name: null,
    sim_swap: null,
    call_forwarding: null,
    line_status: null,
    line_type_intelligence:
      isValid && wants.includes('line_type_intelligence')
        ? {
            type: line?.type ?? lineTypeFor(phoneNumber, tenant.behaviour(phoneNumber)),
            carrier_name: 'Sandbox Mobile',
            mobile_country_code: '310',
            mobile_network_code: '000',
            error_code: null,
          }
        : null,
    identity_match: null,
    reassigned_number:
      isValid && wants.includes('reassigned_number')
        ? {
            last_verified_date: lastVerifiedDate ?? null,
            is_number_reassigned: line?.reassigned ?? 'no',
            error_code: null,
          }
        : null,
    sms_pumping_risk: null,
    phone_number_quality_score: null,
    pre_fill: null,
    url: `https://lookups.twilio.com/v2/PhoneNumbers/${phoneNumber}`,
  };
}
