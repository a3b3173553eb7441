import type { TwilioTenant } from './tenant.js';

const since = '2026-01-01T00:00:00Z';
const hex = (sid: string) => sid.slice(2);

/** The account resource of the v2010 API. The token is never in it here: nobody needs to read it back. */
export function accountJson({ settings }: TwilioTenant): Record<string, unknown> {
  return {
    auth_token: null,
    date_created: 'Thu, 01 Jan 2026 00:00:00 +0000',
    date_updated: 'Thu, 01 Jan 2026 00:00:00 +0000',
    friendly_name: 'Sandbox account',
    owner_account_sid: settings.accountSid,
    sid: settings.accountSid,
    status: settings.accountStatus,
    subresource_uris: { messages: `/2010-04-01/Accounts/${settings.accountSid}/Messages.json` },
    type: settings.accountType,
    uri: `/2010-04-01/Accounts/${settings.accountSid}.json`,
  };
}

/** The messaging service. */
export function serviceJson({ settings }: TwilioTenant): Record<string, unknown> {
  const url = serviceUrl(settings.messagingServiceSid);
  return {
    sid: settings.messagingServiceSid,
    account_sid: settings.accountSid,
    friendly_name: 'Sandbox service',
    date_created: since,
    date_updated: since,
    inbound_request_url: settings.inboundUrl ?? null,
    inbound_method: 'POST',
    fallback_url: null,
    fallback_method: 'POST',
    status_callback: settings.statusCallbackUrl ?? null,
    sticky_sender: true,
    mms_converter: true,
    smart_encoding: false,
    scan_message_content: 'inherit',
    fallback_to_long_code: false,
    area_code_geomatch: true,
    synchronous_validation: false,
    validity_period: 36_000,
    usecase: settings.serviceUsecase,
    us_app_to_person_registered: settings.campaign?.status === 'VERIFIED',
    use_inbound_webhook_on_number: settings.usesNumberWebhooks,
    url,
    links: {
      phone_numbers: `${url}/PhoneNumbers`,
      short_codes: `${url}/ShortCodes`,
      us_app_to_person: `${url}/Compliance/Usa2p`,
    },
  };
}

/** The sender pool: the one number of the account. */
export function phoneNumbersJson({ settings }: TwilioTenant): Record<string, unknown> {
  const url = `${serviceUrl(settings.messagingServiceSid)}/PhoneNumbers`;
  const number = {
    sid: numberSid(settings.messagingServiceSid),
    account_sid: settings.accountSid,
    service_sid: settings.messagingServiceSid,
    date_created: since,
    date_updated: since,
    phone_number: settings.from,
    country_code: 'US',
    capabilities: ['SMS', 'MMS', 'Voice'],
    url: `${url}/${numberSid(settings.messagingServiceSid)}`,
  };
  return { phone_numbers: settings.hasSender ? [number] : [], meta: meta(url, 'phone_numbers') };
}

export function shortCodesJson({ settings }: TwilioTenant): Record<string, unknown> {
  const url = `${serviceUrl(settings.messagingServiceSid)}/ShortCodes`;
  return { short_codes: [], meta: meta(url, 'short_codes') };
}

/** The A2P 10DLC campaign of the service, if it has one. */
export function campaignsJson({ settings }: TwilioTenant): Record<string, unknown> {
  const { campaign, messagingServiceSid, accountSid } = settings;
  const url = `${serviceUrl(messagingServiceSid)}/Compliance/Usa2p`;
  const sid = `QE${hex(messagingServiceSid)}`;
  const one = campaign && {
    sid,
    account_sid: accountSid,
    brand_registration_sid: `BN${hex(accountSid)}`,
    messaging_service_sid: messagingServiceSid,
    description: 'Tells patients of a medical practice that a message waits for them.',
    message_samples: ['Harbor Clinic: you have a new message. Reply STOP to opt out.'],
    us_app_to_person_usecase: campaign.usecase,
    has_embedded_links: true,
    has_embedded_phone: true,
    subscriber_opt_in: true,
    age_gated: false,
    direct_lending: false,
    campaign_status: campaign.status,
    campaign_id: 'CSANDBOX',
    is_externally_registered: false,
    rate_limits: { att: { mps: 240, msg_class: 'T' }, tmobile: { brand_tier: 'LOW' } },
    message_flow: 'Patients agree on the registration form.',
    opt_in_message: null,
    opt_out_message: null,
    help_message: null,
    opt_in_keywords: [],
    opt_out_keywords: [],
    help_keywords: [],
    date_created: since,
    date_updated: since,
    url: `${url}/${sid}`,
    mock: false,
    errors: [],
  };
  return { compliance: one ? [one] : [], meta: meta(url, 'compliance') };
}

/** The toll-free verification, when the account's number is toll-free and one was asked for. */
export function tollFreeJson({ settings }: TwilioTenant): Record<string, unknown> {
  const url = 'https://messaging.twilio.com/v1/Tollfree/Verifications';
  const sid = `HH${hex(settings.messagingServiceSid)}`;
  const one = settings.tollFreeStatus && {
    ...Object.fromEntries(notTold.split(' ').map((name) => [name, null])),
    opt_in_type: 'PAPER_FORM',
    business_registration_authority: 'EIN',
    business_type: 'PRIVATE_PROFIT',
    vetting_provider: 'CAMPAIGN_VERIFY',
    sid,
    account_sid: settings.accountSid,
    date_created: since,
    date_updated: since,
    business_name: 'Harbor Clinic',
    tollfree_phone_number_sid: numberSid(settings.messagingServiceSid),
    tollfree_phone_number: settings.from,
    status: settings.tollFreeStatus,
    url: `${url}/${sid}`,
  };
  return { verifications: one ? [one] : [], meta: meta(url, 'verifications') };
}

/** What a verification also has and nobody here reads. */
const notTold =
  'customer_profile_sid trust_product_sid regulated_item_sid business_street_address business_street_address2 business_city business_state_province_region business_postal_code business_country business_website business_contact_first_name business_contact_last_name business_contact_email business_contact_phone notification_email use_case_categories use_case_summary production_message_sample opt_in_image_urls opt_in_type message_volume ' +
  'additional_information rejection_reason error_code edit_expiration edit_allowed business_registration_number business_registration_authority business_registration_country business_type business_registration_phone_number doing_business_as opt_in_confirmation_message help_message_sample privacy_policy_url terms_and_conditions_url age_gated_content opt_in_keywords rejection_reasons resource_links external_reference_id vetting_id vetting_provider vetting_id_expiration';

function numberSid(messagingServiceSid: string): string {
  return `PN${hex(messagingServiceSid)}`;
}

function serviceUrl(sid: string): string {
  return `https://messaging.twilio.com/v1/Services/${sid}`;
}

function meta(url: string, key: string): Record<string, unknown> {
  const first = `${url}?PageSize=50&Page=0`;
  return {
    page: 0,
    page_size: 50,
    first_page_url: first,
    previous_page_url: null,
    url: first,
    next_page_url: null,
    key,
  };
}
